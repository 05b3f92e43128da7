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

// Settings on which durability and the sharing of the file rest.
constexpr std::array<std::string_view, 5> reserved_pragmas{
    "journal_mode", "locking_mode", "synchronous", "wal_checkpoint", "wal_autocheckpoint"};

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
    statement pages(compile_trusted(database_, "PRAGMA page_count"));
    created_ = pages.step() && pages.integer(0) <= 1;
    pages.reset();
    begin_ = compile_trusted(database_, "BEGIN");
    commit_ = compile_trusted(database_, "COMMIT");
    sqlite3_progress_handler(database_, steps_between_deadline_checks, &connection::deadline_passed,
                             this);
    sqlite3_set_authorizer(database_, &connection::authorize, this);
}

int connection::deadline_passed(void* self) {
    const auto& running = *static_cast<connection*>(self);
    return running.deadline && running.ticks_() >= *running.deadline ? 1 : 0;
}

// The turn's transaction belongs to the runtime: user SQL must not end or replace it.
int connection::authorize(void* self, int operation, const char* first, const char* /*second*/,
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
            return std::ranges::find(reserved_pragmas, std::string_view(first)) ==
                           reserved_pragmas.end()
                       ? SQLITE_OK
                       : SQLITE_DENY;
        default:
            return SQLITE_OK;
    }
}

connection::~connection() {
    rollback();
    for (const auto& cached : statements) {
        if (cached != nullptr) {
            cached->compiled =
                statement(nullptr);  // a use that outlived its turn may still refer to it
        }
    }
    sqlite3_finalize(begin_);
    sqlite3_finalize(commit_);
    sqlite3_close_v2(database_);
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
    if (run_trusted(commit_) != SQLITE_OK) {
        const std::string reason = sqlite3_errmsg(database_);
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
}

statement connection::compile(std::string_view sql, std::string_view* rest) {
    sqlite3_stmt* compiled = nullptr;
    const char* tail = nullptr;
    const int code = sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &compiled, &tail);
    if (code != SQLITE_OK) {
        if ((code & 0xff) == SQLITE_AUTH) {
            throw sql_error(
                code,
                "transactions, attached databases and durability settings belong to the "
                "runtime; use db.transaction() for a nested transaction",
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
    --savepoint_depth_;
    run_trusted(("RELEASE dormouse_" + std::to_string(savepoint_depth_)).c_str());
}

void connection::rollback_savepoint() {
    --savepoint_depth_;
    if (broken()) {
        return;  // SQLite has undone the whole turn already, the savepoint with it
    }
    const auto name = "dormouse_" + std::to_string(savepoint_depth_);
    run_trusted(("ROLLBACK TO " + name + "; RELEASE " + name).c_str());
}

sqlite3_file* connection::log_file() const noexcept {
    sqlite3_file* log = nullptr;
    sqlite3_file_control(database_, "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&log));
    return log;
}

}  // namespace dormouse
