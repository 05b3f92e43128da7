#include "storage/empty_database.hpp"

#include <dormouse/error.hpp>

#include <sqlite3.h>

#include <cstring>
#include <memory>

namespace dormouse {
namespace {

/// As SQLite makes it. Incremental vacuum keeps the places of tables a function of the DDL alone.
page make_empty_database() {
    sqlite3* made = nullptr;
    sqlite3_open(":memory:", &made);
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> closing(made, sqlite3_close);
    sqlite3_exec(made,
                 "PRAGMA page_size=4096; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA user_version=1;"
                 "PRAGMA user_version=0",
                 nullptr, nullptr, nullptr);
    sqlite3_int64 size = 0;
    const std::unique_ptr<unsigned char, void (*)(void*)> bytes(
        sqlite3_serialize(made, "main", &size, 0), sqlite3_free);
    page empty{};
    if (bytes == nullptr || static_cast<std::size_t>(size) != empty.size()) {
        throw error(errc::storage_failed, "SQLite cannot make an empty database of one page");
    }
    std::memcpy(empty.data(), bytes.get(), empty.size());
    return empty;
}

}  // namespace

const page& empty_database() {
    static const page empty = make_empty_database();
    return empty;
}

}  // namespace dormouse
