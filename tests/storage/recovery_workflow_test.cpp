// What docs/recovery.md tells to do with a damaged data directory, done step by step.
#include "tests/support/data_directory.hpp"

#include <dormouse/error.hpp>
#include <dormouse/node_inspection.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace dormouse::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class RecoveryWorkflow : public testing::Test {
protected:
    /// Paths of what is damaged.
    static std::vector<std::string> damages_of(const std::filesystem::path& directory) {
        std::vector<std::string> paths;
        node_inspection node(directory);
        static_cast<void>(node.verify([&](const finding& found) {
            if (found.kind == finding_kind::damage) {
                paths.push_back(found.path);
            }
        }));
        return paths;
    }
    static std::int64_t count_in(storage_node& node, char digit) {
        auto object = node.open(data_directory::key(digit));
        std::int64_t rows = 0;
        {
            auto turn = object->begin_turn();
            auto counted = turn.prepare("SELECT count(*) FROM t");
            static_cast<void>(counted->step());
            rows = counted->integer(0);
        }
        node.close_now(std::move(object));
        return rows;
    }

    data_directory written;
    temporary_directory elsewhere;
};

TEST_F(RecoveryWorkflow, ADamagedObjectIsTakenFromItsPast) {
    const auto mark = written.run('a', "CREATE TABLE t (v); CREATE INDEX i ON t (v)");
    written.run('a', "INSERT INTO t VALUES (2), (3)");
    written.run('b', "CREATE TABLE t (v); INSERT INTO t VALUES (1)");
    written.stop();
    const auto file = written.path() / data_directory::file('a');
    auto content = read_file(file);
    content.replace(content.size() - 4096, 4096, std::string(4096, 'x'));
    write_file(file, content);
    ASSERT_THAT(damages_of(written.path()), Contains(data_directory::file('a').string()));

    const auto saved = elsewhere.path() / "a.sqlite";
    node_inspection(written.path()).export_object(data_directory::key('a'), mark, saved);
    written.start();
    written.node->import_file(data_directory::key('a'), saved);

    EXPECT_EQ(count_in(*written.node, 'a'), 0);
    EXPECT_EQ(count_in(*written.node, 'b'), 1);
    written.stop();
    EXPECT_THAT(damages_of(written.path()), IsEmpty());
}

TEST_F(RecoveryWorkflow, ADamagedLogIsCutBeforeTheDamage) {
    written.run_unfiled('a', "CREATE TABLE t (v); INSERT INTO t VALUES (randomblob(20000))");
    for (int turn = 1; turn < 10; ++turn) {
        written.run_unfiled('a', "INSERT INTO t VALUES (randomblob(20000))");
    }
    const auto copy = elsewhere.path() / "copy";
    written.copy_to(copy);
    std::vector<log_entry> all;
    node_inspection(copy).read_log([&](const log_entry& entry) { all.push_back(entry); });
    const auto& victim = all.at(all.size() - 2);
    damage(copy / "log" / victim.segment, victim.offset + 50);
    try {
        node_inspection(copy).visit({}, [](const inspected_object&) {});
        FAIL();
    } catch (const error& damaged) {
        EXPECT_THAT(damaged.what(), HasSubstr(victim.segment));
    }

    for (const auto& entry : std::filesystem::directory_iterator(copy / "log")) {
        const auto name = entry.path().filename().string();
        if (name >= victim.segment) {
            std::filesystem::rename(entry.path(), elsewhere.path() / name);
        }
    }
    EXPECT_THAT(damages_of(copy), IsEmpty());
    queued_background background;
    storage_options options;
    options.directory = copy;
    options.segment_bytes = std::uint64_t{64} * 1024;
    storage_node node(std::move(options), background);

    const auto rows = count_in(node, 'a');
    EXPECT_GT(rows, 0);
    EXPECT_LT(rows, 10);
    background.run_all();
}

TEST_F(RecoveryWorkflow, ALostCatalogIsMadeAnewByAStart) {
    written.run('a', "CREATE TABLE t (v); INSERT INTO t VALUES (1)");
    written.stop();
    std::filesystem::remove(written.path() / "catalog.sqlite");

    written.start();

    EXPECT_EQ(written.node->find(data_directory::key('a')).value().metadata.name, "name a");
    EXPECT_EQ(count_in(*written.node, 'a'), 1);
}

}  // namespace
}  // namespace dormouse::test
