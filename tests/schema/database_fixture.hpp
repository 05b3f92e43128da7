// A database in a temporary directory, with turns, a clock and random numbers the test controls.
#pragma once

#include "tests/support/open_storage.hpp"

#include <dormouse/db.hpp>
#include <dormouse/schema.hpp>
#include <dormouse/storage_node.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

class manual_generators final : public dormouse::generator_context {
public:
    dormouse::timestamp now() override { return time; }
    std::uint64_t random() override { return ++last_random; }

    dormouse::timestamp time{std::chrono::milliseconds{1'700'000'000'123}};
    std::uint64_t last_random = 0;
};

class database_test : public ::testing::Test, public dormouse::lease_source {
public:
    dormouse::lease& current_lease() override {
        if (!lease_) {
            lease_.emplace(object_->begin_turn());
        }
        return *lease_;
    }

protected:
    ~database_test() override {
        end_turn();
        storage_.node->close(std::move(object_), [] {});
        storage_.background.run_all();
    }

    void end_turn() {
        if (lease_) {
            (void)lease_->commit();
            lease_.reset();
        }
    }

    void create(const dormouse::table_view& table) {
        database.execute(dormouse::create_table_sql(table));
    }

private:
    dormouse::test::open_storage storage_;
    std::unique_ptr<dormouse::object_storage> object_ = storage_.open();
    std::optional<dormouse::lease> lease_;

protected:
    manual_generators generators;
    dormouse::db database{*this, generators};
};
