#include "storage/sqlite_failure.hpp"

#include "storage/object_vfs.hpp"

#include <dormouse/error.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace dormouse {
namespace {

constexpr std::array<std::pair<int, std::string_view>, 20> code_names{{
    {SQLITE_ERROR, "SQLITE_ERROR"},
    {SQLITE_INTERNAL, "SQLITE_INTERNAL"},
    {SQLITE_PERM, "SQLITE_PERM"},
    {SQLITE_ABORT, "SQLITE_ABORT"},
    {SQLITE_BUSY, "SQLITE_BUSY"},
    {SQLITE_LOCKED, "SQLITE_LOCKED"},
    {SQLITE_NOMEM, "SQLITE_NOMEM"},
    {SQLITE_READONLY, "SQLITE_READONLY"},
    {SQLITE_INTERRUPT, "SQLITE_INTERRUPT"},
    {SQLITE_IOERR, "SQLITE_IOERR"},
    {SQLITE_CORRUPT, "SQLITE_CORRUPT"},
    {SQLITE_FULL, "SQLITE_FULL"},
    {SQLITE_CANTOPEN, "SQLITE_CANTOPEN"},
    {SQLITE_TOOBIG, "SQLITE_TOOBIG"},
    {SQLITE_CONSTRAINT, "SQLITE_CONSTRAINT"},
    {SQLITE_MISMATCH, "SQLITE_MISMATCH"},
    {SQLITE_MISUSE, "SQLITE_MISUSE"},
    {SQLITE_AUTH, "SQLITE_AUTH"},
    {SQLITE_RANGE, "SQLITE_RANGE"},
    {SQLITE_NOTADB, "SQLITE_NOTADB"},
}};

constexpr std::array<std::pair<int, std::string_view>, 12> constraint_names{{
    {SQLITE_CONSTRAINT_CHECK, "SQLITE_CONSTRAINT_CHECK"},
    {SQLITE_CONSTRAINT_COMMITHOOK, "SQLITE_CONSTRAINT_COMMITHOOK"},
    {SQLITE_CONSTRAINT_DATATYPE, "SQLITE_CONSTRAINT_DATATYPE"},
    {SQLITE_CONSTRAINT_FOREIGNKEY, "SQLITE_CONSTRAINT_FOREIGNKEY"},
    {SQLITE_CONSTRAINT_FUNCTION, "SQLITE_CONSTRAINT_FUNCTION"},
    {SQLITE_CONSTRAINT_NOTNULL, "SQLITE_CONSTRAINT_NOTNULL"},
    {SQLITE_CONSTRAINT_PINNED, "SQLITE_CONSTRAINT_PINNED"},
    {SQLITE_CONSTRAINT_PRIMARYKEY, "SQLITE_CONSTRAINT_PRIMARYKEY"},
    {SQLITE_CONSTRAINT_ROWID, "SQLITE_CONSTRAINT_ROWID"},
    {SQLITE_CONSTRAINT_TRIGGER, "SQLITE_CONSTRAINT_TRIGGER"},
    {SQLITE_CONSTRAINT_UNIQUE, "SQLITE_CONSTRAINT_UNIQUE"},
    {SQLITE_CONSTRAINT_VTAB, "SQLITE_CONSTRAINT_VTAB"},
}};

template <std::size_t Size>
std::string_view name_in(const std::array<std::pair<int, std::string_view>, Size>& names,
                         int code) {
    const auto* found = std::ranges::find(names, code, &std::pair<int, std::string_view>::first);
    return found == names.end() ? std::string_view() : found->second;
}

/// In the form that workerd gives it, and programs may look for.
std::string describe_code(int extended) {
    const auto primary = name_in(code_names, extended & 0xff);
    const auto detail = name_in(constraint_names, extended);
    std::string text(primary.empty() ? "SQLITE_UNKNOWN" : primary);
    if (!detail.empty()) {
        text.append(" (extended: ").append(detail).append(")");
    }
    return text;
}

}  // namespace

void throw_sqlite_failure(sqlite3* database, int code, const char* sql) {
    const int extended = database != nullptr ? sqlite3_extended_errcode(database) : code;
    const int primary = code & 0xff;
    if (primary == SQLITE_INTERRUPT) {
        throw error(errc::timed_out, "the statement ran past the call's deadline and was stopped");
    }
    if (database != nullptr && (primary == SQLITE_FULL || primary == SQLITE_IOERR)) {
        if (const auto refusal = take_refusal(database)) {
            std::rethrow_exception(refusal);
        }
    }
    std::string text = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
    text.append(": ").append(describe_code(extended));
    throw sql_error(extended, std::move(text), sql != nullptr ? sql : "");
}

}  // namespace dormouse
