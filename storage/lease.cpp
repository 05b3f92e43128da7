#include "storage/connection.hpp"

#include <dormouse/error.hpp>
#include <dormouse/lease.hpp>

#include <utility>

namespace dormouse {

lease::lease(lease&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}

lease::~lease() {
    if (connection_ != nullptr) {
        connection_->rollback();
    }
}

std::shared_ptr<cached_statement> lease::find_cached(statement_slot slot) noexcept {
    const auto& cached = connection_->statements;
    return slot.index() < cached.size() ? cached[slot.index()] : nullptr;
}

borrowed_statement lease::borrow_cached(const std::shared_ptr<cached_statement>& cached) {
    connection_->begin();
    if (cached->busy) {
        return connection_->lend_uncached(
            connection_->compile(sqlite3_sql(cached->compiled.handle()), nullptr));
    }
    return borrowed_statement(cached);
}

borrowed_statement lease::borrow_new(statement_slot slot, const std::string& sql) {
    connection_->begin();
    auto& cached = connection_->statements;
    if (cached.size() <= slot.index()) {
        cached.resize(slot.index() + 1);
    }
    cached[slot.index()] =
        std::make_shared<cached_statement>(cached_statement{connection_->compile(sql, nullptr)});
    return borrowed_statement(cached[slot.index()]);
}

borrowed_statement lease::prepare(std::string_view sql) {
    auto only = take_statement(sql);
    if (!only) {
        throw error(errc::sql_failed, "the SQL text holds no statement");
    }
    if (take_statement(sql)) {
        throw error(errc::sql_failed, "the SQL text holds more than one statement; use execute()");
    }
    return std::move(*only);
}

std::optional<borrowed_statement> lease::take_statement(std::string_view& sql) {
    connection_->begin();
    while (!sql.empty()) {
        std::string_view rest;
        auto next = connection_->compile(sql, &rest);
        sql = rest;
        if (!next.empty()) {
            return connection_->lend_uncached(std::move(next));
        }
    }
    return std::nullopt;
}

void lease::execute(std::string_view sql) {
    while (auto next = take_statement(sql)) {
        (*next)->run();
    }
}

std::int64_t lease::changes() const noexcept {
    return sqlite3_changes64(connection_->handle());
}
std::int64_t lease::last_insert_rowid() const noexcept {
    return sqlite3_last_insert_rowid(connection_->handle());
}

void lease::begin_savepoint() {
    connection_->begin_savepoint();
}
void lease::release_savepoint() {
    connection_->release_savepoint();
}
void lease::rollback_savepoint() {
    connection_->rollback_savepoint();
}

void lease::set_deadline(std::chrono::steady_clock::time_point deadline) noexcept {
    connection_->deadline = deadline;
}
void lease::clear_deadline() noexcept {
    connection_->deadline.reset();
}

bool lease::broken() const noexcept {
    return connection_->broken();
}
std::uint64_t lease::turn() const noexcept {
    return connection_->turn();
}

ticket lease::commit() {
    return std::exchange(connection_, nullptr)->commit();
}
void lease::rollback() noexcept {
    std::exchange(connection_, nullptr)->rollback();
}

}  // namespace dormouse
