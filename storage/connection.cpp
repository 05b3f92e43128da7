#include "storage/connection.hpp"

#include "storage/commit_queue.hpp"
#include "storage/sqlite_failure.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace dormouse {
namespace {

// How many virtual machine steps SQLite runs between two looks at the clock.
constexpr int steps_between_deadline_checks = 4000;

// Pages in the log at which it is copied back into the database file.
constexpr int checkpoint_pages = 1000;

// What user SQL may ask or set: nothing that touches durability, other files or the process.
constexpr std::array allowed_pragmas{"analysis_limit",
                                     "application_id",
                                     "case_sensitive_like",
                                     "collation_list",
                                     "compile_options",
                                     "data_version",
                                     "database_list",
                                     "defer_foreign_keys",
                                     "encoding",
                                     "foreign_key_check",
                                     "foreign_key_list",
                                     "foreign_keys",
                                     "freelist_count",
                                     "function_list",
                                     "ignore_check_constraints",
                                     "index_info",
                                     "index_list",
                                     "index_xinfo",
                                     "integrity_check",
                                     "legacy_alter_table",
                                     "module_list",
                                     "optimize",
                                     "page_count",
                                     "page_size",
                                     "pragma_list",
                                     "quick_check",
                                     "recursive_triggers",
                                     "schema_version",
                                     "reverse_unordered_selects",
                                     "table_info",
                                     "table_list",
                                     "table_xinfo",
                                     "user_version"};

bool may_use_pragma(const char* name, const char* argument) {
    const auto same = [name](const char* other) { return sqlite3_stricmp(name, other) == 0; };
    // Writing the schema's own version would hide a change of schema from SQLite.
    return std::ranges::any_of(allowed_pragmas, same) &&
           (argument == nullptr || !same("schema_version"));
}

bool is_sync_failure(int code) {
    return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
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

connection::connection(const std::string& path, const storage_options& options,
                       commit_queue& commits)
    : commits_(&commits), ticks_(options.ticks) {
    const auto& vfs = options.vfs;
    constexpr int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code =
        sqlite3_open_v2(path.c_str(), &database_, flags, vfs.empty() ? nullptr : vfs.c_str());
    try {
        if (code != SQLITE_OK) {
            throw_sqlite_failure(database_, code, nullptr);
        }
        configure();
    } catch (const error& failure) {
        sqlite3_finalize(begin_);
        sqlite3_finalize(commit_);
        sqlite3_close(database_);
        throw error(errc::storage_failed, "cannot open " + path + ": " + failure.what());
    }
}

void connection::configure() {
    // One connection owns the file, so the write-ahead log needs no shared memory. A commit appends
    // to the log without syncing; the commit queue syncs it in the background and only then calls
    // it durable.
    run_trusted("PRAGMA locking_mode=EXCLUSIVE");
    run_trusted("PRAGMA page_size=4096");
    run_trusted("PRAGMA auto_vacuum=INCREMENTAL");
    run_trusted("PRAGMA journal_mode=WAL");
    run_trusted("PRAGMA synchronous=NORMAL");
    run_trusted("PRAGMA foreign_keys=ON");
    run_trusted("PRAGMA trusted_schema=OFF");
    begin_ = compile_trusted(database_, "BEGIN");
    commit_ = compile_trusted(database_, "COMMIT");
    sqlite3_progress_handler(database_, steps_between_deadline_checks, &connection::deadline_passed,
                             this);
    sqlite3_set_authorizer(database_, &connection::authorize, this);
    sqlite3_wal_hook(database_, &connection::on_commit, this);
}

// SQLite would checkpoint by itself and keep a failed sync to itself; the kernel reports one only
// once, so the sync that follows would find nothing wrong.
int connection::on_commit(void* self, sqlite3* /*database*/, const char* /*name*/, int pages) {
    if (pages >= checkpoint_pages) {
        static_cast<connection*>(self)->checkpoint();
    }
    return SQLITE_OK;
}

void connection::checkpoint() noexcept {
    const int code =
        sqlite3_wal_checkpoint_v2(database_, "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if ((code & 0xff) == SQLITE_IOERR) {
        commits_->poison();
        sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    }
}

int connection::deadline_passed(void* self) {
    const auto& running = *static_cast<connection*>(self);
    return running.deadline && running.ticks_() >= *running.deadline ? 1 : 0;
}

// The turn's transaction belongs to the runtime: user SQL must not end or replace it.
// NOLINTNEXTLINE(readability-function-size): SQLite says what it passes
int connection::authorize(void* self, int operation, const char* first, const char* second,
                          const char* /*database*/, const char* /*trigger*/) {
    if (static_cast<connection*>(self)->trusted_) {
        return SQLITE_OK;
    }
    switch (operation) {
        case SQLITE_TRANSACTION:
        case SQLITE_SAVEPOINT:
        case SQLITE_ATTACH:
        case SQLITE_DETACH:
            return SQLITE_DENY;
        case SQLITE_PRAGMA:
            return may_use_pragma(first, second) ? SQLITE_OK : SQLITE_DENY;
        default:
            return SQLITE_OK;
    }
}

connection::~connection() {
    retire();
    checkpoint();
    sqlite3_finalize(begin_);
    sqlite3_finalize(commit_);
    sqlite3_close(database_);
}

void connection::retire() noexcept {
    rollback();
    for (const auto& cached : statements) {
        if (cached != nullptr) {
            cached->compiled = statement(nullptr);  // a use that outlived its turn may refer to it
        }
    }
    statements.clear();
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
    if (const int code = run_trusted(begin_); code != SQLITE_OK) {
        throw_sqlite_failure(database_, code, "BEGIN");
    }
    in_turn_ = true;
}

bool connection::broken() const noexcept {
    return in_turn_ && sqlite3_get_autocommit(database_) != 0;
}

ticket connection::commit() {
    close_cursors();
    ++turn_;
    deadline.reset();
    savepoint_depth_ = 0;
    if (!in_turn_) {
        return {};
    }
    if (broken()) {
        in_turn_ = false;
        throw error(errc::object_reset, "an SQL error undid everything this turn wrote");
    }
    const bool wrote = sqlite3_txn_state(database_, "main") == SQLITE_TXN_WRITE;
    if (const int code = run_trusted(commit_); code != SQLITE_OK) {
        const std::string reason = sqlite3_errmsg(database_);
        if (is_sync_failure(code)) {
            commits_->poison();
        }
        rollback();
        throw error(errc::commit_failed, "the turn's writes could not be committed: " + reason);
    }
    in_turn_ = false;
    return wrote ? commits_->append(log_file()) : ticket{};
}

void connection::rollback() noexcept {
    close_cursors();
    ++turn_;
    deadline.reset();
    savepoint_depth_ = 0;
    if (in_turn_ && sqlite3_get_autocommit(database_) == 0) {
        const trusted_scope ours(trusted_);
        sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
    }
    in_turn_ = false;
}

// A statement in the middle of its rows would keep the transaction open.
void connection::close_cursors() noexcept {
    for (auto* open = sqlite3_next_stmt(database_, nullptr); open != nullptr;
         open = sqlite3_next_stmt(database_, open)) {
        if (sqlite3_stmt_busy(open) != 0) {
            sqlite3_reset(open);
        }
    }
    for (const auto& cached : statements) {
        if (cached != nullptr && cached->busy) {
            cached->compiled.reset();
            cached->busy = false;
            ++cached->use;
        }
    }
    for (const auto& borrowed : std::exchange(uncached_, {})) {
        if (const auto kept = borrowed.lock()) {
            kept->compiled = statement(nullptr);
            ++kept->use;
        }
    }
}

borrowed_statement connection::lend_uncached(statement compiled) {
    auto lent = std::make_shared<cached_statement>(cached_statement{std::move(compiled)});
    std::erase_if(uncached_, [](const auto& borrowed) { return borrowed.expired(); });
    uncached_.push_back(lent);
    return borrowed_statement(std::move(lent));
}

statement connection::compile(std::string_view sql, std::string_view* rest) {
    refuse_unreadable(sql);
    sqlite3_stmt* compiled = nullptr;
    const char* tail = nullptr;
    const int code = sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &compiled, &tail);
    if (code != SQLITE_OK) {
        if ((code & 0xff) == SQLITE_AUTH) {
            throw sql_error(
                code,
                "transactions, attached databases and the settings of the connection belong to "
                "the runtime; use db.transaction() for a nested transaction",
                std::string(sql));
        }
        throw_sqlite_failure(database_, code, std::string(sql).c_str());
    }
    if (rest != nullptr) {
        *rest = sql.substr(static_cast<std::size_t>(tail - sql.data()));
    }
    return statement(compiled);
}

void connection::enforce_foreign_keys(bool enforced) {
    if (in_turn_) {
        throw error(errc::invalid_state, "foreign key enforcement cannot change within a turn");
    }
    run_trusted(enforced ? "PRAGMA foreign_keys=ON" : "PRAGMA foreign_keys=OFF");
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

sqlite3_file* connection::log_file() const noexcept {
    sqlite3_file* log = nullptr;
    sqlite3_file_control(database_, "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&log));
    return log;
}

}  // namespace dormouse
