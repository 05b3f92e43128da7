// One SQLite connection: the statements compiled on it, the turn that runs on it, and its log file.
#pragma once

#include <dormouse/lease.hpp>
#include <dormouse/storage_node.hpp>

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

class commit_queue;

/// **Thread safety:** actor-confined.
class connection {
public:
    /// Opens or creates the database file. Blocks. Errors: `errc::storage_failed`.
    connection(const std::string& path, const storage_options& options, commit_queue& commits);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection();

    void begin();
    [[nodiscard]] ticket commit();
    void rollback() noexcept;
    [[nodiscard]] bool broken() const noexcept;
    [[nodiscard]] std::uint64_t turn() const noexcept { return turn_; }

    [[nodiscard]] statement compile(std::string_view sql, std::string_view* rest);
    /// Lends a statement that is not cached; it is finalized when its turn ends, if not before.
    [[nodiscard]] borrowed_statement lend_uncached(statement compiled);
    /// Finalizes every statement, so that code which still holds one cannot reach the connection.
    /// Nothing but destruction may follow.
    void retire() noexcept;
    [[nodiscard]] sqlite3* handle() const noexcept { return database_; }
    void enforce_foreign_keys(bool enforced);

    void begin_savepoint();
    void release_savepoint();
    void rollback_savepoint();

    std::vector<std::shared_ptr<cached_statement>> statements;
    std::optional<std::chrono::steady_clock::time_point> deadline;

private:
    static int deadline_passed(void* self);
    static int authorize(void* self, int operation, const char* first, const char* second,
                         const char* database, const char* trigger);
    static int on_commit(void* self, sqlite3* database, const char* name, int pages);
    void configure();
    void checkpoint() noexcept;
    void run_trusted(const char* sql);
    [[nodiscard]] int run_trusted(sqlite3_stmt* compiled) noexcept;
    [[nodiscard]] sqlite3_file* log_file() const noexcept;
    void close_cursors() noexcept;

    sqlite3* database_ = nullptr;
    sqlite3_stmt* begin_ = nullptr;
    sqlite3_stmt* commit_ = nullptr;
    commit_queue* commits_;
    std::vector<std::weak_ptr<cached_statement>> uncached_;  // lent in this turn
    std::function<std::chrono::steady_clock::time_point()> ticks_;
    std::uint64_t turn_ = 0;
    bool in_turn_ = false;
    bool trusted_ = false;  // our own statement runs, which passes the authorizer
    int savepoint_depth_ = 0;
};

}  // namespace dormouse
