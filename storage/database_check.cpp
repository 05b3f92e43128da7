#include "storage/database_check.hpp"

#include "storage/page.hpp"

#include <sqlite3.h>

#include <array>
#include <memory>
#include <vector>

namespace dormouse {
namespace {

using database_handle = std::unique_ptr<sqlite3, int (*)(sqlite3*)>;
using statement_handle = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

// A file closed by a program that used a write-ahead log asks for one.
void forget_write_ahead_log(std::span<std::byte> database) {
    constexpr std::array<std::size_t, 2> version_at{18, 19};
    for (const auto at : version_at) {
        if (database[at] == std::byte{2}) {
            database[at] = std::byte{1};
        }
    }
}

/// Every row, a line each.
std::string run_check(sqlite3* database) {
    constexpr const char* sql = "PRAGMA integrity_check(10)";
    sqlite3_stmt* compiled = nullptr;
    int code = sqlite3_prepare_v2(database, sql, -1, &compiled, nullptr);
    const statement_handle check(compiled, sqlite3_finalize);
    std::string faults;
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(check.get());
        if (code == SQLITE_ROW) {
            const auto* text = sqlite3_column_text(check.get(), 0);
            faults += faults.empty() ? "" : "; ";
            faults += text == nullptr ? "" : reinterpret_cast<const char*>(text);
        }
    }
    if (code != SQLITE_DONE) {
        return sqlite3_errmsg(database);
    }
    return faults == "ok" ? "" : faults;
}

}  // namespace

std::string find_fault(disk& on, const std::string& path) {
    const auto file = on.open(path, open_mode::reading);
    if (file == nullptr) {
        return "it is missing";
    }
    std::vector<std::byte> bytes(file->size());
    bytes.resize(file->read(0, bytes));
    if (bytes.size() < page_size || bytes.size() % page_size != 0) {
        return "its size, " + std::to_string(bytes.size()) + ", is not a multiple of 4096";
    }
    forget_write_ahead_log(bytes);
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(":memory:", &opened, SQLITE_OPEN_READWRITE, nullptr);
    const database_handle database(opened, sqlite3_close);
    const auto size = static_cast<sqlite3_int64>(bytes.size());
    if (code != SQLITE_OK ||
        sqlite3_deserialize(opened, "main", reinterpret_cast<unsigned char*>(bytes.data()), size,
                            size, SQLITE_DESERIALIZE_READONLY) != SQLITE_OK) {
        return opened == nullptr ? "not enough memory" : sqlite3_errmsg(opened);
    }
    return run_check(opened);
}

}  // namespace dormouse
