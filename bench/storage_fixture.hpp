// A storage node with its two background threads, and plain SQLite to compare it with.
#pragma once

#include <dormouse/storage_node.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <sqlite3.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>

namespace bench {

class background_threads final : public dormouse::background_runner {
public:
    void run_later(dormouse::background_lane lane, std::function<void()> work) override {
        boost::asio::post(lane == dormouse::background_lane::commits ? commits_ : maintenance_,
                          std::move(work));
    }
    /// Until everything asked for so far is done, what commits brought for maintenance too.
    void wait() {
        for (auto* pool : {&commits_, &maintenance_}) {
            std::promise<void> reached;
            boost::asio::post(*pool, [&reached] { reached.set_value(); });
            reached.get_future().wait();
        }
    }
    void join() {
        commits_.join();
        maintenance_.join();
    }

private:
    boost::asio::thread_pool commits_{1};
    boost::asio::thread_pool maintenance_{1};
};

/// An empty directory beside the build, where the disk is the machine's own; gone afterwards.
class scratch_directory {
public:
    scratch_directory()
        : path_(std::filesystem::current_path() / ("bench_data_" + std::to_string(::getpid()))) {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_);
    }
    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;
    ~scratch_directory() { std::filesystem::remove_all(path_); }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

/// 64 digits that spread over the partitions.
inline std::string object_id_of(std::size_t number) {
    char digits[65];
    std::snprintf(digits, sizeof digits, "%02zx%062zx", number * 167 % 256, number);
    return digits;
}

struct node_fixture {
    explicit node_fixture(dormouse::storage_options options) {
        node = std::make_unique<dormouse::storage_node>(std::move(options), background);
    }
    explicit node_fixture(const std::filesystem::path& directory)
        : node_fixture(dormouse::storage_options{.directory = directory}) {}
    node_fixture(const node_fixture&) = delete;
    node_fixture& operator=(const node_fixture&) = delete;
    ~node_fixture() {
        background.join();
        node.reset();
    }
    [[nodiscard]] static dormouse::object_key key_of(std::size_t number) {
        return {"BenchDatabaseDO", object_id_of(number), {}};
    }
    [[nodiscard]] std::unique_ptr<dormouse::object_storage> open(std::size_t number) const {
        return node->open(key_of(number));
    }
    /// Waits until the background has nothing to do.
    void settle() {
        for (int i = 0; i < 3; ++i) {
            background.wait();
        }
    }

    background_threads background;
    std::unique_ptr<dormouse::storage_node> node;
};

/// A database of plain SQLite. Ends the program when SQLite fails.
class plain_database {
public:
    explicit plain_database(const std::string& path) {
        check(sqlite3_open_v2(path.c_str(), &database_,
                              SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                              nullptr));
    }
    plain_database(const plain_database&) = delete;
    plain_database& operator=(const plain_database&) = delete;
    ~plain_database() {
        sqlite3_finalize(prepared_);
        sqlite3_close(database_);
    }
    void run(const char* sql) { check(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr)); }
    void prepare(const char* sql) {
        check(
            sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared_, nullptr));
    }
    void run_prepared() {
        while (sqlite3_step(prepared_) == SQLITE_ROW) {
        }
        check(sqlite3_reset(prepared_));
    }

private:
    void check(int code) {
        if (code != SQLITE_OK) {
            std::fprintf(stderr, "SQLite: %s\n", sqlite3_errmsg(database_));
            std::abort();
        }
    }
    sqlite3* database_ = nullptr;
    sqlite3_stmt* prepared_ = nullptr;
};

}  // namespace bench
