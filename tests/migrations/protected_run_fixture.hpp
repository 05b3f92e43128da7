// One database, one list, and a process that can be killed between two of its chunks.
#pragma once

#include "migrations/protected_run.hpp"
#include "testing/faulty_disk.hpp"
#include "tests/support/open_storage.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse::test {

/// Ends the process, as far as these tests can.
struct killed {};

class protected_run : public testing::Test {
protected:
    static constexpr timestamp noon{std::chrono::seconds(1'700'000'000)};

    void SetUp() override { start(); }

    void start(std::chrono::hours history = std::chrono::hours(24)) {
        storage_options options;
        options.directory = directory_.path();
        options.on = disk_;
        options.segment_bytes = std::uint64_t{64} * 1024;
        options.history_age_max = history;
        node_ = std::make_unique<storage_node>(std::move(options), background_);
    }

    /// Nothing in memory is left; what was synced is.
    void crash() {
        disk_->lose_power();
        object_.reset();
        node_.reset();
        background_ = {};
        disk_->restore_power();
        start();
    }

    [[nodiscard]] object_storage& object() {
        if (object_ == nullptr) {
            object_ = node_->open({"Test", std::string(64, 'a'), "name"});
        }
        return *object_;
    }

    void sleep() {
        node_->close_now(std::move(object_));
        background_.run_all();
    }

    migration_report run(std::span<const migration_file> files) {
        const migration_list list(files);
        return run_protected(
            object(), list,
            {node_.get(),
             [this] {
                 if (looks_left_ > 0 && --looks_left_ == 0) {
                     throw killed{};
                 }
                 return noon;
             },
             [this] { return ticks_ += std::chrono::microseconds(100); },
             [this](log_level, const std::string& text) { log_.push_back(text); }});
    }

    /// The failure's code, after which the object sleeps as a cell would let it.
    errc fail(std::span<const migration_file> files) {
        try {
            (void)run(files);
        } catch (const error& failure) {
            text_ = failure.what();
            sleep();
            return failure.reason();
        }
        ADD_FAILURE() << "did not fail";
        return {};
    }

    /// Stops the attempt before its chunk of that number runs.
    void stop_in(std::span<const migration_file> files, int chunk) {
        looks_left_ = chunk + 2;  // the attempt itself looks at the clock, too
        EXPECT_THROW((void)run(files), killed);
        looks_left_ = 0;
    }

    /// Kills the process in the attempt, before its chunk of that number runs.
    void kill_in(std::span<const migration_file> files, int chunk) {
        stop_in(files, chunk);
        crash();
    }

    /// The same once so many chunks are durable.
    void kill_after(std::span<const migration_file> files, int chunks) {
        stop_in(files, chunks);
        background_.run_all();
        crash();
    }

    /// What a program does between two attempts.
    void write(std::string_view sql) {
        auto turn = object().begin_turn();
        turn.execute(sql);
        node_->wait_durable(turn.commit());
    }

    [[nodiscard]] std::int64_t broken_references() {
        return static_cast<std::int64_t>(query("SELECT 1 FROM pragma_foreign_key_check").size());
    }

    [[nodiscard]] migration_status status(std::span<const migration_file> files) {
        return read_status(object(), migration_list(files), *node_);
    }

    std::vector<std::string> query(std::string_view sql) {
        std::vector<std::string> rows;
        auto turn = object().begin_turn();
        auto result = turn.prepare(sql);
        while (result->step()) {
            rows.emplace_back(result->text(0));
        }
        return rows;
    }

    [[nodiscard]] std::vector<std::string> tables() {
        return query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    }

    temporary_directory directory_;
    std::shared_ptr<faulty_disk> disk_ = std::make_shared<faulty_disk>();
    queued_background background_;
    std::unique_ptr<storage_node> node_;
    std::unique_ptr<object_storage> object_;
    std::vector<std::string> log_;
    std::string text_;
    int looks_left_ = 0;
    std::chrono::steady_clock::time_point ticks_;
};

inline constexpr migration_file first{"1_first",
                                      "CREATE TABLE a (x); INSERT INTO a VALUES (1), (1);\n"
                                      "--> breakpoint\nCREATE TABLE b (x);"};
inline constexpr migration_file breaks{
    "2_breaks",
    "ALTER TABLE a ADD COLUMN y; DELETE FROM a WHERE rowid = 1;\n"
    "--> breakpoint\nINSERT INTO nope VALUES (1);"};
inline constexpr migration_file works{"2_works", "CREATE TABLE c (x);"};

inline constexpr std::array good{first};
inline constexpr std::array bad{first, breaks};
inline constexpr std::array mended{first, works};

inline constexpr migration_file family{"1_family",
                                       "CREATE TABLE parents (id INTEGER PRIMARY KEY);\n"
                                       "CREATE TABLE children (parent REFERENCES parents (id));\n"
                                       "INSERT INTO parents VALUES (1), (2);\n"
                                       "INSERT INTO children VALUES (1);"};

}  // namespace dormouse::test
