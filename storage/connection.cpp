#include "storage/connection.hpp"

#include "storage/object_image.hpp"
#include "storage/object_vfs.hpp"
#include "storage/sqlite_failure.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace dormouse {
namespace {

// How many virtual machine steps SQLite runs between two looks at the clock.
constexpr int steps_between_deadline_checks = 4000;

// What user SQL may ask. Nothing that touches durability, other files or the process.
constexpr std::array readable_pragmas{"analysis_limit",
                                      "application_id",
                                      "collation_list",
                                      "compile_options",
                                      "database_list",
                                      "defer_foreign_keys",
                                      "encoding",
                                      "foreign_keys",
                                      "freelist_count",
                                      "function_list",
                                      "ignore_check_constraints",
                                      "legacy_alter_table",
                                      "module_list",
                                      "page_count",
                                      "page_size",
                                      "pragma_list",
                                      "recursive_triggers",
                                      "reverse_unordered_selects",
                                      "schema_version",
                                      "user_version"};

// What it may run with an argument: questions about the database, and settings that are kept in it
// or end with the turn. Any other setting would stay in the connection, which the next object uses.
constexpr std::array pragmas_with_argument{
    "application_id",     "defer_foreign_keys", "foreign_key_check", "foreign_key_list",
    "incremental_vacuum", "index_info",         "index_list",        "index_xinfo",
    "integrity_check",    "optimize",           "quick_check",       "table_info",
    "table_list",         "table_xinfo",        "user_version"};

// VACUUM asks no authorizer, and fails within a transaction for a reason that helps nobody.
bool is_vacuum(std::string_view sql) {
    constexpr std::string_view keyword = "VACUUM";
    constexpr std::string_view blanks = " \t\r\n\f";
    while (!sql.empty()) {
        if (blanks.find(sql.front()) != std::string_view::npos) {
            sql.remove_prefix(1);
        } else if (sql.starts_with("--")) {
            sql.remove_prefix(std::min(sql.find('\n'), sql.size()));
        } else if (sql.starts_with("/*")) {
            sql.remove_prefix(std::min(sql.find("*/", 2), sql.size() - 2) + 2);
        } else {
            break;
        }
    }
    return sql.size() >= keyword.size() &&
           sqlite3_strnicmp(sql.data(), keyword.data(), static_cast<int>(keyword.size())) == 0;
}

constexpr const char* no_temporary_objects =
    "temporary objects would stay in the connection, which other objects use; make an ordinary one "
    "and drop it, or write WITH ... AS";

// "CREATE TABLE temp.t" is an ordinary CREATE TABLE to the authorizer, of the database "temp".
bool is_temporary(const char* database) {
    return database != nullptr && sqlite3_stricmp(database, "temp") == 0;
}

bool is_temporary_schema(const char* table) {
    return sqlite3_stricmp(table, "sqlite_temp_master") == 0 ||
           sqlite3_stricmp(table, "sqlite_temp_schema") == 0;
}

std::string describe_pragma(const char* name) {
    std::string text = std::string("PRAGMA ") + name +
                       " would change or show the connection, which belongs to the runtime. "
                       "Allowed without an argument:";
    for (const auto* allowed : readable_pragmas) {
        text.append(" ").append(allowed);
    }
    text.append("; also with one:");
    for (const auto* allowed : pragmas_with_argument) {
        text.append(" ").append(allowed);
    }
    return text;
}

// SQLite reads up to the first NUL and takes a length of 31 bits.
void refuse_unreadable(std::string_view sql) {
    constexpr std::size_t bytes_max = 1'000'000'000;  // SQLite's own limit
    if (sql.size() > bytes_max) {
        throw sql_error(SQLITE_TOOBIG, "the SQL text is larger than 1,000,000,000 bytes", {});
    }
    if (const auto nul = sql.find('\0'); nul != std::string_view::npos) {
        throw sql_error(SQLITE_ERROR,
                        "the SQL text holds a NUL at byte " + std::to_string(nul) +
                            "; bind such data as a parameter",
                        std::string(sql.substr(0, nul)));
    }
}

sqlite3_stmt* compile_trusted(sqlite3* database, const char* sql) {
    sqlite3_stmt* compiled = nullptr;
    const int code =
        sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &compiled, nullptr);
    if (code != SQLITE_OK) {
        throw_sqlite_failure(database, code, sql);
    }
    return compiled;
}

/// Our own statements pass the authorizer. SQLite may compile any of them again when it runs, so
/// the flag must hold then, too.
class trusted_scope {
public:
    explicit trusted_scope(bool& flag) noexcept
        : flag_(&flag), before_(std::exchange(flag, true)) {}
    trusted_scope(const trusted_scope&) = delete;
    trusted_scope& operator=(const trusted_scope&) = delete;
    ~trusted_scope() { *flag_ = before_; }

private:
    bool* flag_;
    bool before_;
};

}  // namespace

connection::connection(object_image& first, schema_layout layout, steady_ticks ticks)
    : image_(&first),
      class_name_(first.identity().class_name),
      layout_(std::move(layout)),
      ticks_(std::move(ticks)) {
    constexpr int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2("object", &database_, flags, object_vfs_name());
    try {
        if (code != SQLITE_OK) {
            throw_sqlite_failure(database_, code, nullptr);
        }
        dormouse::point_at(database_, image_);
        configure();
    } catch (const error& failure) {
        close();
        throw error(errc::storage_failed, "cannot open " + first.path() + ": " + failure.what());
    }
}

void connection::configure() {
    sqlite3_db_config(database_, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
    // Else a trigger could not keep a full-text index. What a schema may do is what any statement
    // may: the authorizer is asked of both, and nothing here reaches out of the database.
    sqlite3_db_config(database_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1, nullptr);
    // Else "phone" of a table without that column would be the text 'phone'. Checks, defaults and
    // indexes that are there already may say it so; bodies of triggers and views may not.
    sqlite3_db_config(database_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(database_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    run_trusted("PRAGMA journal_mode=MEMORY");
    run_trusted("PRAGMA temp_store=MEMORY");
    run_trusted("CREATE TEMP TABLE dormouse_nothing (v)");
    change_nothing_ = compile_trusted(database_, "DELETE FROM temp.dormouse_nothing WHERE 0");
    sqlite3_create_function_v2(database_, "total_changes", 0, SQLITE_UTF8, this,
                               &connection::total_changes, nullptr, nullptr, nullptr);
    begin_ = compile_trusted(database_, "BEGIN");
    commit_ = compile_trusted(database_, "COMMIT");
    sqlite3_progress_handler(database_, steps_between_deadline_checks, &connection::deadline_passed,
                             this);
    sqlite3_set_authorizer(database_, &connection::authorize, this);
}

connection::~connection() {
    if (image_ != nullptr) {
        rollback();
    }
    statements.clear();
    close();
}

void connection::close() noexcept {
    sqlite3_finalize(begin_);
    sqlite3_finalize(commit_);
    sqlite3_finalize(change_nothing_);
    sqlite3_close(database_);
}

void connection::point_at(object_image& next) {
    image_ = &next;
    dormouse::point_at(database_, image_);
}

// SQLite counts per connection, whose turns may be of several objects. Here the counts begin anew
// with each turn, so that no object learns of another and a program sees the same whether or not
// its connection was lent to somebody else meanwhile. Only a statement that changes rows sets
// changes(), be it none.
void connection::reset_counters() noexcept {
    if (sqlite3_changes64(database_) != 0) {
        static_cast<void>(run_trusted(change_nothing_));
    }
    sqlite3_set_last_insert_rowid(database_, 0);
    changes_before_ = sqlite3_total_changes64(database_);
}

void connection::total_changes(sqlite3_context* call, int /*count*/,
                               sqlite3_value** /*arguments*/) {
    const auto& self = *static_cast<connection*>(sqlite3_user_data(call));
    sqlite3_result_int64(call, sqlite3_total_changes64(self.database_) - self.changes_before_);
}

void connection::forget_image() noexcept {
    image_ = nullptr;
    dormouse::point_at(database_, nullptr);
}

void read_layout(object_image& image, schema_layout& into) {
    const auto read = [&](page_number number, std::span<std::byte, page_size> content) {
        static_cast<void>(image.read(offset_of(number), content));
    };
    read_layout(read, into);
}

int connection::deadline_passed(void* self) {
    const auto& running = *static_cast<connection*>(self);
    return running.deadline && running.ticks_() >= *running.deadline ? 1 : 0;
}

// The turn's transaction belongs to the runtime: user SQL must not end or replace it. The
// connection belongs to whichever object comes next: nothing may stay in it.
// NOLINTNEXTLINE(readability-function-size): SQLite says what it passes
int connection::authorize(void* self, int operation, const char* first, const char* second,
                          const char* database, const char* /*trigger*/) {
    auto& asked = *static_cast<connection*>(self);
    if (asked.trusted_) {
        return SQLITE_OK;
    }
    if (operation == SQLITE_READ && sqlite3_stricmp(first, "sqlite_stmt") == 0) {
        return asked.deny("sqlite_stmt shows the statements of other objects");
    }
    // ALTER TABLE looks for what it must rename in that schema, too.
    const bool looks = operation == SQLITE_READ || operation == SQLITE_UPDATE;
    if (is_temporary(database) && !(looks && is_temporary_schema(first))) {
        return asked.deny(no_temporary_objects);
    }
    switch (operation) {
        case SQLITE_TRANSACTION:
        case SQLITE_SAVEPOINT:
            return asked.deny("the turn is the transaction; db.transaction() nests one in it");
        case SQLITE_ATTACH:
        case SQLITE_DETACH:
            return asked.deny(
                "an object has one database; call the other object, or import a file into one");
        case SQLITE_CREATE_TEMP_INDEX:
        case SQLITE_CREATE_TEMP_TABLE:
        case SQLITE_CREATE_TEMP_TRIGGER:
        case SQLITE_CREATE_TEMP_VIEW:
            return asked.deny(no_temporary_objects);
        case SQLITE_CREATE_VTABLE:
            asked.makes_virtual_table_ = true;
            return SQLITE_OK;
        case SQLITE_PRAGMA:
            return asked.may_use_pragma(first, second) ? SQLITE_OK
                                                       : asked.deny(describe_pragma(first));
        default:
            return SQLITE_OK;
    }
}

// "data_version" counts what happened to the connection. Full text search asks for it, on
// connections that nobody shares.
bool connection::may_use_pragma(const char* name, const char* argument) const {
    const auto same = [name](const char* other) { return sqlite3_stricmp(name, other) == 0; };
    const bool is_private = makes_virtual_table_ || !layout_.shareable;
    return std::ranges::any_of(pragmas_with_argument, same) ||
           (argument == nullptr &&
            (std::ranges::any_of(readable_pragmas, same) || (is_private && same("data_version"))));
}

int connection::deny(std::string reason) {
    denied_ = std::move(reason);
    return SQLITE_DENY;
}

void connection::run_trusted(const char* sql) {
    const trusted_scope ours(trusted_);
    if (const int code = sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
        code != SQLITE_OK) {
        throw_sqlite_failure(database_, code, sql);
    }
}

int connection::run_trusted(sqlite3_stmt* compiled) noexcept {
    const trusted_scope ours(trusted_);
    sqlite3_step(compiled);
    return sqlite3_reset(compiled);
}

void connection::begin() {
    if (in_turn_) {
        return;
    }
    reset_counters();
    if (const int code = run_trusted(begin_); code != SQLITE_OK) {
        throw_sqlite_failure(database_, code, "BEGIN");
    }
    in_turn_ = true;
}

bool connection::broken() const noexcept {
    return in_turn_ && sqlite3_get_autocommit(database_) != 0;
}

void connection::end_turn() noexcept {
    close_cursors();
    makes_virtual_table_ = false;
    deadline.reset();
    savepoint_depth_ = 0;
}

ticket connection::commit(flush_request flush) {
    end_turn();
    if (!in_turn_) {
        return {};
    }
    if (broken()) {
        in_turn_ = false;
        undo();
        throw error(errc::object_reset, "an SQL error undid everything this turn wrote");
    }
    if (image_->changed_facts()) {
        admit_facts();
    }
    image_->expect_commit(true);
    const int code = run_trusted(commit_);
    image_->expect_commit(false);
    if (code != SQLITE_OK) {
        fail_commit(code);
    }
    in_turn_ = false;
    return image_->changed() ? log_changes(flush) : ticket{};
}

// SQLite asks for admission only when pages change.
void connection::admit_facts() {
    try {
        image_->admit();
    } catch (...) {
        rollback();
        throw;
    }
}

void connection::fail_commit(int code) {
    const std::string reason = sqlite3_errmsg(database_);
    const auto refusal = image_->take_refusal();
    rollback();
    unsound_ = (code & 0xff) != SQLITE_CONSTRAINT;
    if (refusal) {
        std::rethrow_exception(refusal);
    }
    throw error(errc::commit_failed, "the turn's writes could not be committed: " + reason);
}

// SQLite has committed: when the log does not take it, SQLite's cache is ahead of the image.
ticket connection::log_changes(flush_request flush) {
    try {
        const ticket position{image_->commit(flush)};
        follow_schema();
        return position;
    } catch (...) {
        unsound_ = true;
        image_->undo();
        throw;
    }
}

void connection::follow_schema() {
    page first{};
    static_cast<void>(image_->read(0, first));
    // A database that was emptied counts its schema's changes from the beginning again.
    if (std::exchange(emptied_, false) ||
        schema_cookie(first) != schema_cookie(std::span(layout_.pages).first<page_size>())) {
        read_layout(*image_, layout_);
        schema_note_.clear();
    }
}

const std::string& connection::schema_note() const noexcept {
    static const std::string none;
    return in_turn_ ? none : schema_note_;
}

void connection::keep_schema_note(std::string note) {
    if (sqlite3_txn_state(database_, "main") != SQLITE_TXN_WRITE) {
        schema_note_ = std::move(note);
    }
}

void connection::rollback() noexcept {
    if (end_transaction()) {
        undo();
    }
}

bool connection::end_transaction() noexcept {
    end_turn();
    if (in_turn_ && sqlite3_get_autocommit(database_) == 0) {
        const trusted_scope ours(trusted_);
        unsound_ =
            unsound_ || sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr) != SQLITE_OK;
    }
    return std::exchange(in_turn_, false);
}

void connection::undo() noexcept {
    image_->undo();
    static_cast<void>(image_->take_refusal());
    if (std::exchange(emptied_, false)) {
        unsound_ = true;  // the connection knows the empty database
    }
}

void connection::empty() {
    if (savepoint_depth_ > 0) {
        throw error(errc::invalid_state, "delete_all() cannot run within a transaction");
    }
    const auto until = deadline;
    if (end_transaction()) {
        image_->undo_pages();
    }
    deadline = until;
    image_->load_facts();
    image_->make_empty();
    point_at(*image_);
    emptied_ = true;
    begin();
}

// A statement in the middle of its rows would keep the transaction open. Virtual tables run some
// that nobody has borrowed.
void connection::close_cursors() noexcept {
    for (auto* open = sqlite3_next_stmt(database_, nullptr); open != nullptr;
         open = sqlite3_next_stmt(database_, open)) {
        if (sqlite3_stmt_busy(open) != 0) {
            sqlite3_reset(open);
        }
    }
    for (const auto* owned : {&statements, &uncached_}) {
        for (const auto& each : *owned) {
            if (each != nullptr && each->borrower != nullptr) {
                each->borrower->give_back();
            }
        }
    }
    uncached_.clear();
}

borrowed_statement connection::lend_uncached(statement compiled) {
    std::erase_if(uncached_, [](const auto& each) { return each->borrower == nullptr; });
    uncached_.push_back(std::make_unique<owned_statement>(owned_statement{std::move(compiled)}));
    return borrowed_statement(*uncached_.back());
}

statement connection::compile(std::string_view sql, std::string_view* rest) {
    refuse_unreadable(sql);
    if (is_vacuum(sql)) {
        throw sql_error(SQLITE_AUTH, "VACUUM cannot run within a turn; use storage.vacuum()",
                        std::string(sql));
    }
    sqlite3_stmt* compiled = nullptr;
    const char* tail = nullptr;
    const int code = sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &compiled, &tail);
    if (code != SQLITE_OK) {
        if ((code & 0xff) == SQLITE_AUTH) {
            throw sql_error(code, std::exchange(denied_, {}), std::string(sql));
        }
        throw_sqlite_failure(database_, code, std::string(sql).c_str());
    }
    if (rest != nullptr) {
        *rest = sql.substr(static_cast<std::size_t>(tail - sql.data()));
    }
    return statement(compiled);
}

void connection::enforce_foreign_keys(bool enforced) noexcept {
    sqlite3_db_config(database_, SQLITE_DBCONFIG_ENABLE_FKEY, enforced ? 1 : 0, nullptr);
}

// The pragma does nothing within a transaction, because SQLite counts violations that are to be
// mended before the commit, and would go on with a wrong count. With a count of 0 nothing is lost.
void connection::switch_foreign_keys(bool enforced) {
    int open = 0;
    int most = 0;
    sqlite3_db_status(database_, SQLITE_DBSTATUS_DEFERRED_FKS, &open, &most, 0);
    if (open != 0 && !enforced) {
        throw error(errc::invalid_state,
                    "foreign key enforcement cannot change while rows that this turn has written "
                    "refer to rows that are not there yet");
    }
    enforce_foreign_keys(enforced);
}

void connection::begin_savepoint() {
    begin();
    run_trusted(("SAVEPOINT dormouse_" + std::to_string(savepoint_depth_)).c_str());
    ++savepoint_depth_;
}

void connection::release_savepoint() {
    run_trusted(("RELEASE dormouse_" + std::to_string(savepoint_depth_ - 1)).c_str());
    --savepoint_depth_;
}

void connection::rollback_savepoint() {
    --savepoint_depth_;
    if (broken()) {
        return;  // SQLite has undone the whole turn already, the savepoint with it
    }
    const auto name = "dormouse_" + std::to_string(savepoint_depth_);
    run_trusted(("ROLLBACK TO " + name).c_str());
    // Refused while a statement that writes is between two of its rows. The name then stays, empty,
    // until the savepoint around it or the turn ends.
    const trusted_scope ours(trusted_);
    sqlite3_exec(database_, ("RELEASE " + name).c_str(), nullptr, nullptr, nullptr);
}

}  // namespace dormouse
