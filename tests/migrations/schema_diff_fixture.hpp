// A database that goes from one schema to another by what the differ writes.
#pragma once

#include "migrations/database_schema.hpp"
#include "migrations/runner.hpp"
#include "migrations/schema_diff.hpp"
#include "tests/migrations/schema_builder.hpp"
#include "tests/support/open_storage.hpp"

#include <dormouse/migration_error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dormouse::test {

/// A database with some schema and rows, migrated by what the differ writes.
class SchemaDiff : public testing::Test {
protected:
    void migrate(std::string sql) {
        add_migration(std::move(sql));
        (void)apply_migrations(*object_, migration_list(files_), [] { return timestamp{}; });
    }

    /// The same, but each chunk finds an object that was closed in the middle of the run.
    void migrate_chunk_by_chunk(std::string sql) {
        add_migration(std::move(sql));
        while (!apply_one_chunk()) {
            storage_.node->close_now(std::move(object_));
            object_ = storage_.open();
        }
    }

    /// Makes `schema` and then runs `rows`.
    void start(schema_snapshot schema, const std::string& rows = {}) {
        migrate(text_of(diff_schemas({}, schema)) + rows);
        schema_ = std::move(schema);
    }

    schema_snapshot read_schema() {
        auto turn = object_->begin_turn();
        return schema_of(read_database_schema(turn));
    }

    /// Goes on from what the database has.
    void follow_database() { schema_ = read_schema(); }

    /// Goes on from what the program declares.
    void follow(schema_snapshot schema) { schema_ = std::move(schema); }

    void change(const schema_snapshot& to, change_hints hints = {}) {
        hints.undescribed = [this](std::span<const std::string> renames) {
            EXPECT_THAT(renames, testing::IsEmpty());
            return undescribed();
        };
        migrate(text_of(diff_schemas(schema_, to, hints)));
    }

    std::string refusal_of(const schema_snapshot& to, change_hints hints = {}) {
        try {
            change(to, std::move(hints));
        } catch (const migration_error& e) {
            names_.pop_back();
            sources_.pop_back();
            files_.pop_back();
            return e.failure().cause;
        }
        return "none";
    }

    undescribed_parts undescribed() {
        auto turn = object_->begin_turn();
        return read_undescribed_parts(turn);
    }

    std::vector<std::string> query(std::string_view sql) {
        std::vector<std::string> values;
        auto turn = object_->begin_turn();
        auto rows = turn.prepare(sql);
        while (rows->step()) {
            values.emplace_back(rows->is_null(0) ? "NULL" : rows->text(0));
        }
        return values;
    }

    void run(std::string_view sql) {
        auto turn = object_->begin_turn();
        turn.execute(sql);
        (void)turn.commit();
    }

    static std::string text_of(const schema_change& change) {
        std::string sql;
        for (const auto& statement : change.statements) {
            sql += statement + ";\n";
        }
        return sql;
    }

private:
    struct cut_off {};

    void add_migration(std::string sql) {
        names_.push_back(std::to_string(names_.size()));
        sources_.push_back(std::move(sql));
        files_.push_back({names_.back(), sources_.back()});
    }

    /// True when it was the last one. Each chunk looks at the clock.
    bool apply_one_chunk() {
        int looks = 0;
        try {
            (void)apply_migrations(*object_, migration_list(files_),
                                   [&] { return ++looks > 1 ? throw cut_off{} : timestamp{}; });
            return true;
        } catch (const cut_off&) {
            return false;
        }
    }

    open_storage storage_;
    std::unique_ptr<object_storage> object_ = storage_.open();
    std::deque<std::string> names_;
    std::deque<std::string> sources_;
    std::vector<migration_file> files_;
    schema_snapshot schema_;
};

}  // namespace dormouse::test
