#include "storage/sqlite_failure.hpp"

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

std::string_view code_name(int code) {
    const auto* found =
        std::ranges::find(code_names, code & 0xff, &std::pair<int, std::string_view>::first);
    return found == code_names.end() ? "SQLITE_UNKNOWN" : found->second;
}

}  // namespace

void throw_sqlite_failure(sqlite3* database, int code, const char* sql) {
    const int extended = database != nullptr ? sqlite3_extended_errcode(database) : code;
    if ((code & 0xff) == SQLITE_INTERRUPT) {
        throw error(errc::timed_out, "the statement ran past the call's deadline and was stopped");
    }
    std::string text = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
    text.append(": ").append(code_name(code));
    throw sql_error(extended, std::move(text), sql != nullptr ? sql : "");
}

}  // namespace dormouse
