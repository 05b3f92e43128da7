#include "storage/object_database.hpp"

#include <dormouse/error.hpp>
#include <dormouse/lease.hpp>

#include <utility>

namespace dormouse {

lease::lease(lease&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}

lease::~lease() {
    if (object_ != nullptr) {
        object_->rollback();
    }
}

borrowed_statement lease::borrow(statement_slot slot, statement_text text) {
    auto& used = object_->use();
    auto* cached =
        slot.index() < used.statements.size() ? used.statements[slot.index()].get() : nullptr;
    if (cached == nullptr) {
        return borrow_new(slot, text.make(text.made_by));
    }
    if (cached->borrower != nullptr) {
        return used.lend_uncached(used.compile(sqlite3_sql(cached->compiled.handle()), nullptr));
    }
    return borrowed_statement(*cached);
}

borrowed_statement lease::borrow_new(statement_slot slot, const std::string& sql) {
    auto& used = object_->use();
    std::string_view rest;
    auto compiled = used.compile(sql, &rest);
    if (take_statement(rest)) {
        throw error(errc::sql_failed, "the SQL text holds more than one statement; use execute()");
    }
    auto& all = used.statements;
    if (all.size() <= slot.index()) {
        all.resize(slot.index() + 1);
    }
    auto& cached = all[slot.index()];
    cached = std::make_unique<owned_statement>(owned_statement{std::move(compiled), true});
    return borrowed_statement(*cached);
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
    auto& used = object_->use();
    while (!sql.empty()) {
        std::string_view rest;
        auto next = used.compile(sql, &rest);
        sql = rest;
        if (!next.empty()) {
            return used.lend_uncached(std::move(next));
        }
    }
    return std::nullopt;
}

void lease::execute(std::string_view sql) {
    while (auto next = take_statement(sql)) {
        (*next)->run();
    }
}

std::int64_t lease::changes() {
    return sqlite3_changes64(object_->use().handle());
}
std::int64_t lease::last_insert_rowid() {
    return sqlite3_last_insert_rowid(object_->use().handle());
}

void lease::begin_savepoint() {
    object_->use().begin_savepoint();
}
void lease::release_savepoint() {
    object_->use().release_savepoint();
}
void lease::rollback_savepoint() {
    object_->use().rollback_savepoint();
}

void lease::set_deadline(std::chrono::steady_clock::time_point deadline) noexcept {
    object_->set_deadline(deadline);
}
void lease::clear_deadline() noexcept {
    object_->set_deadline(std::nullopt);
}

bool lease::broken() const noexcept {
    return object_->broken();
}
std::uint64_t lease::turn() const noexcept {
    return object_->turn();
}

ticket lease::commit(flush_request flush) {
    return std::exchange(object_, nullptr)->commit(flush);
}
void lease::rollback() noexcept {
    std::exchange(object_, nullptr)->rollback();
}

void lease::enforce_foreign_keys(bool enforced) {
    object_->use().switch_foreign_keys(enforced);
}

void lease::delete_all() {
    object_->delete_all();
}
bool lease::emptied() const noexcept {
    return object_->emptied();
}
const std::string& lease::schema_note() {
    return object_->schema_note();
}
void lease::keep_schema_note(std::string note) {
    object_->keep_schema_note(std::move(note));
}
object_metadata lease::metadata() {
    return object_->metadata();
}
void lease::set_metadata(object_metadata changed) {
    object_->set_metadata(std::move(changed));
}
bookmark lease::current_bookmark() {
    return object_->current_bookmark();
}
bookmark lease::bookmark_for_time(std::chrono::system_clock::time_point time) {
    return object_->bookmark_for_time(time);
}
bookmark lease::restore_on_next_wake(const bookmark& mark) {
    return object_->restore_on_next_wake(mark);
}

}  // namespace dormouse
