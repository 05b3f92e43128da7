#include "storage/sqlite_failure.hpp"

#include <dormouse/error.hpp>
#include <dormouse/statement.hpp>

#include <sqlite3.h>

#include <atomic>
#include <utility>

namespace dormouse {
namespace {

constinit std::atomic<std::size_t> slots_taken{0};

void check(sqlite3_stmt* compiled, int code) {
    if (code != SQLITE_OK) {
        throw_sqlite_failure(sqlite3_db_handle(compiled), code, sqlite3_sql(compiled));
    }
}

}  // namespace

statement::statement(statement&& other) noexcept
    : compiled_(std::exchange(other.compiled_, nullptr)) {}

statement& statement::operator=(statement&& other) noexcept {
    std::swap(compiled_, other.compiled_);
    return *this;
}

statement::~statement() {
    sqlite3_finalize(compiled_);
}

void statement::bind(int parameter, std::int64_t value) {
    check(compiled_, sqlite3_bind_int64(compiled_, parameter, value));
}

void statement::bind(int parameter, double value) {
    check(compiled_, sqlite3_bind_double(compiled_, parameter, value));
}

void statement::bind(int parameter, std::string_view text) {
    // A null pointer would bind NULL, so an empty text needs an address of its own.
    const char* bytes = text.data() != nullptr ? text.data() : "";
    check(compiled_,
          sqlite3_bind_text64(compiled_, parameter, bytes, text.size(), nullptr, SQLITE_UTF8));
}

void statement::bind(int parameter, std::span<const std::byte> value) {
    const void* bytes = value.data() != nullptr ? static_cast<const void*>(value.data()) : "";
    check(compiled_, sqlite3_bind_blob64(compiled_, parameter, bytes, value.size(), nullptr));
}

void statement::bind_null(int parameter) {
    check(compiled_, sqlite3_bind_null(compiled_, parameter));
}

bool statement::step() {
    const int code = sqlite3_step(compiled_);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        check(compiled_, code);
    }
    return false;
}

void statement::run() {
    while (step()) {
    }
}

void statement::reset() noexcept {
    // What was bound is left there: it is not looked at before the next run, which binds it anew.
    sqlite3_reset(compiled_);
}

int statement::parameter_count() const noexcept {
    return sqlite3_bind_parameter_count(compiled_);
}
int statement::column_count() const noexcept {
    return sqlite3_column_count(compiled_);
}
std::string_view statement::column_name(int column) const noexcept {
    const char* name = sqlite3_column_name(compiled_, column);
    return name != nullptr ? name : "";
}

value_kind statement::kind(int column) const noexcept {
    switch (sqlite3_column_type(compiled_, column)) {
        case SQLITE_INTEGER:
            return value_kind::integer;
        case SQLITE_FLOAT:
            return value_kind::real;
        case SQLITE_TEXT:
            return value_kind::text;
        case SQLITE_BLOB:
            return value_kind::binary;
        default:
            return value_kind::null;
    }
}

std::int64_t statement::integer(int column) const noexcept {
    return sqlite3_column_int64(compiled_, column);
}
double statement::real(int column) const noexcept {
    return sqlite3_column_double(compiled_, column);
}

std::string_view statement::text(int column) const noexcept {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(compiled_, column));
    if (bytes == nullptr) {
        return {};
    }
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(compiled_, column))};
}

std::span<const std::byte> statement::blob(int column) const noexcept {
    const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(compiled_, column));
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(compiled_, column))};
}

statement_slot statement_slot::next() noexcept {
    return statement_slots(1)[0];
}

statement_slots::statement_slots(std::size_t count) noexcept
    : first_(slots_taken.fetch_add(count, std::memory_order_relaxed)) {}

borrowed_statement::borrowed_statement(borrowed_statement&& other) noexcept
    : owned_(std::exchange(other.owned_, nullptr)) {
    if (owned_ != nullptr) {
        owned_->borrower = this;
    }
}

void borrowed_statement::refuse_taken() {
    throw error(errc::turn_ended,
                "a statement was used after its turn had ended, or after delete_all()");
}

void borrowed_statement::give_back() noexcept {
    auto* owned = std::exchange(owned_, nullptr);
    if (owned == nullptr) {
        return;
    }
    owned->borrower = nullptr;
    if (owned->cached) {
        owned->compiled.reset();
    } else {
        owned->compiled = statement(nullptr);
    }
}

}  // namespace dormouse
