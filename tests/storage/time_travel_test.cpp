#include "storage/log_reader.hpp"
#include "testing/faulty_disk.hpp"
#include "tests/support/open_storage.hpp"

#include <dormouse/error.hpp>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace dormouse::test {
namespace {

using namespace std::chrono_literals;

/// A node whose clock stands still unless told.
class time_travel : public testing::Test {
protected:
    void SetUp() override { start(); }

    void start() {
        storage_options options;
        options.directory = directory_.path();
        options.on = on_;
        options.segment_bytes = std::uint64_t{16} * 1024;
        options.history_bytes_min = history_bytes_min_;
        options.now = [this] { return now_; };
        node_ = std::make_unique<storage_node>(std::move(options), background_);
    }

    void restart() {
        close();
        node_.reset();
        start();
    }

    /// From here on the disk is one that can fail.
    void use_faulty_disk() {
        node_.reset();
        on_ = std::make_shared<faulty_disk>();
        start();
    }

    void fail_below(const std::string& folder) const {
        on_->fails = [folder](disk_operation, const std::string& path) {
            return path.find("/" + folder + "/") != std::string::npos;
        };
    }

    /// So many rows that several segments retire; answers the end of each turn.
    std::vector<bookmark> add_many(int first, int count) {
        std::vector<bookmark> marks;
        for (int i = 0; i < count; ++i) {
            marks.push_back(add(first + i, std::string(2'000, 'x')));
        }
        return marks;
    }

    /// So many turns that change all of a small table.
    void churn(int count) {
        for (int i = 0; i < count; ++i) {
            open();
            auto turn = object_->begin_turn();
            turn.execute("UPDATE t SET ballast = hex(randomblob(1000))");
            static_cast<void>(turn.commit());
            background_.run_all();
        }
    }

    [[nodiscard]] std::filesystem::path archive() const {
        return directory_.path() / "archive" / "Test" / "aa";
    }

    /// The names in the object's archive.
    [[nodiscard]] std::vector<std::string> archived(const std::string& suffix) const {
        auto names = on_->list(archive().string());
        std::erase_if(names, [&](const auto& name) { return !name.ends_with(suffix); });
        return names;
    }

    [[nodiscard]] std::uintmax_t archived_bytes() const {
        std::uintmax_t bytes = 0;
        std::error_code none;
        for (const auto& each : std::filesystem::directory_iterator(archive(), none)) {
            bytes += each.file_size();
        }
        return bytes;
    }

    void run_outside(const char* sql) const {
        const auto file = directory_.path() / "Test" / "aa" / (key_.id + ".sqlite");
        sqlite3* opened = nullptr;
        ASSERT_EQ(sqlite3_open(file.c_str(), &opened), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(opened, sql, nullptr, nullptr, nullptr), SQLITE_OK);
        sqlite3_close(opened);
    }

    void open() {
        if (object_ == nullptr) {
            object_ = node_->open(key_);
        }
    }

    void close() {
        if (object_ != nullptr) {
            node_->close(std::move(object_), [] {});
        }
        background_.run_all();
    }

    /// One turn that adds a row; answers its end.
    bookmark add(int value, const std::string& ballast = {}) {
        open();
        auto turn = object_->begin_turn();
        turn.execute("CREATE TABLE IF NOT EXISTS t (v INTEGER, ballast TEXT)");
        auto row = turn.prepare("INSERT INTO t VALUES (?1, ?2)");
        row->bind(1, std::int64_t{value});
        row->bind(2, std::string_view(ballast));
        row->run();
        const auto mark = turn.current_bookmark();
        static_cast<void>(turn.commit());
        background_.run_all();
        return mark;
    }

    /// The values, in order.
    std::vector<std::int64_t> values() {
        open();
        auto turn = object_->begin_turn();
        std::vector<std::int64_t> found;
        auto exists = turn.prepare("SELECT 1 FROM sqlite_schema WHERE name = 't'");
        if (!exists->step()) {
            return found;
        }
        auto rows = turn.prepare("SELECT v FROM t ORDER BY v");
        while (rows->step()) {
            found.push_back(rows->integer(0));
        }
        auto check = turn.prepare("PRAGMA integrity_check");
        EXPECT_TRUE(check->step());
        EXPECT_EQ(check->text(0), "ok");
        return found;
    }

    bookmark restore(const bookmark& mark) {
        close();
        return node_->restore(key_, mark);
    }

    /// What `action` is refused with.
    template <class Action>
    static std::string refusal(Action&& action) {
        try {
            action();
        } catch (const error& refused) {
            EXPECT_EQ(refused.reason(), errc::invalid_bookmark);
            return refused.what();
        }
        return "nothing";
    }

    using values_of = std::vector<std::int64_t>;

    temporary_directory directory_;
    std::shared_ptr<faulty_disk> on_;  // null: the machine's
    queued_background background_;
    std::chrono::system_clock::time_point now_{1'000'000s};
    std::uint64_t history_bytes_min_ = std::uint64_t{1} << 20;
    std::unique_ptr<storage_node> node_;
    std::unique_ptr<object_storage> object_;
    object_key key_{"Test", std::string(64, 'a'), "somebody"};
};

TEST_F(time_travel, GoesBackAndUndoesIt) {
    const auto first = add(1);
    add(2);
    const auto undo = restore(first);
    EXPECT_EQ(values(), values_of{1});
    static_cast<void>(restore(undo));
    EXPECT_EQ(values(), (values_of{1, 2}));
}

TEST_F(time_travel, GoesOnFromWhereItWentBackTo) {
    const auto first = add(1);
    const auto second = add(2);
    static_cast<void>(restore(first));
    const auto third = add(3);
    EXPECT_EQ(values(), (values_of{1, 3}));
    static_cast<void>(restore(second));
    EXPECT_EQ(values(), (values_of{1, 2}));
    static_cast<void>(restore(third));
    EXPECT_EQ(values(), (values_of{1, 3}));
}

TEST_F(time_travel, KeepsItsPastOverRestartsAndRetiredSegments) {
    std::vector<bookmark> marks;
    for (int i = 0; i < 40; ++i) {
        marks.push_back(add(i, std::string(2'000, 'x')));
        if (i % 7 == 0) {
            restart();
        }
    }
    for (const std::size_t chosen : {39U, 20U, 3U, 0U}) {
        static_cast<void>(restore(marks.at(chosen)));
        const auto found = values();
        ASSERT_EQ(found.size(), chosen + 1);
        EXPECT_EQ(found.back(), static_cast<std::int64_t>(chosen));
    }
}

TEST_F(time_travel, RestoresWhenTheObjectNextWakes) {
    const auto first = add(1);
    add(2);
    bookmark undo;
    {
        auto turn = object_->begin_turn();
        undo = turn.restore_on_next_wake(first);
        static_cast<void>(turn.commit());
    }
    EXPECT_EQ(values(), (values_of{1, 2}));
    close();
    EXPECT_EQ(values(), values_of{1});
    static_cast<void>(restore(undo));
    EXPECT_EQ(values(), (values_of{1, 2}));
    close();
    EXPECT_EQ(values(), (values_of{1, 2})) << "a wish is fulfilled once";
}

TEST_F(time_travel, ForgetsAWishThatIsRolledBack) {
    const auto first = add(1);
    add(2);
    {
        auto turn = object_->begin_turn();
        static_cast<void>(turn.restore_on_next_wake(first));
        turn.rollback();
    }
    close();
    EXPECT_EQ(values(), (values_of{1, 2}));
}

TEST_F(time_travel, FindsTheLastTurnBeforeATime) {
    add(1);
    now_ += 10s;
    const auto second = add(2);
    now_ += 10s;
    add(3);
    bookmark found;
    {
        auto turn = object_->begin_turn();
        found = turn.bookmark_for_time(now_ - 1s);
    }
    EXPECT_EQ(found.sequence, second.sequence);
    static_cast<void>(restore(found));
    EXPECT_EQ(values(), (values_of{1, 2}));
}

TEST_F(time_travel, RefusesATimeBeforeTheObjectNamingTheRange) {
    add(1);
    auto turn = object_->begin_turn();
    const auto text = refusal([&] { static_cast<void>(turn.bookmark_for_time(now_ - 1h)); });
    EXPECT_NE(text.find("can go back to any from 1970-01-12 13:46:40 UTC, commit 1, to"),
              std::string::npos)
        << text;
}

TEST_F(time_travel, RefusesForeignAndUnknownBookmarks) {
    auto mark = add(1);
    close();
    const object_key other{"Test", std::string(64, 'b'), "other"};
    {
        auto storage = node_->open(other);
        auto turn = storage->begin_turn();
        turn.execute("CREATE TABLE t (v)");
        static_cast<void>(turn.commit());
        node_->close(std::move(storage), [] {});
        background_.run_all();
    }
    EXPECT_NE(refusal([&] {
                  static_cast<void>(node_->restore(other, mark));
              }).find("is a bookmark of another object"),
              std::string::npos);
    mark.sequence += 5;
    EXPECT_NE(refusal([&] { static_cast<void>(restore(mark)); }).find("commit 1, to"),
              std::string::npos);
    EXPECT_NE(refusal([] {
                  static_cast<void>(parse_bookmark("yesterday"));
              }).find("\"yesterday\" is no bookmark"),
              std::string::npos);
}

TEST_F(time_travel, WritesAndReadsBookmarksAsText) {
    const auto mark = add(1);
    const auto later = add(2);
    EXPECT_EQ(parse_bookmark(to_string(mark)), mark);
    EXPECT_LT(to_string(mark), to_string(later));
    EXPECT_LT(mark, later);
}

TEST_F(time_travel, DropsWhatOutgrowsItsShare) {
    history_bytes_min_ = 64 * 1024;
    restart();
    const auto first = add(0);
    for (int i = 1; i < 400; ++i) {
        open();
        auto turn = object_->begin_turn();
        auto row = turn.prepare("UPDATE t SET v = ?1, ballast = hex(randomblob(1000))");
        row->bind(1, std::int64_t{i});
        row->run();
        static_cast<void>(turn.commit());
        background_.run_all();
    }
    const auto last = add(400);
    EXPECT_NE(refusal([&] { static_cast<void>(restore(first)); }).find("that moment is not kept"),
              std::string::npos);
    std::uintmax_t bytes = 0;
    for (const auto& each :
         std::filesystem::recursive_directory_iterator(directory_.path() / "archive")) {
        bytes += each.is_regular_file() ? each.file_size() : 0;
    }
    EXPECT_LT(bytes, 200'000U);
    add(401);
    static_cast<void>(restore(last));
    EXPECT_EQ(values(), (values_of{399, 400}));
}

TEST_F(time_travel, DeletesAllAndUndoesIt) {
    const auto full = add(1);
    {
        auto turn = object_->begin_turn();
        turn.delete_all();
        turn.execute("CREATE TABLE t (v INTEGER, ballast TEXT); INSERT INTO t VALUES (7, '')");
        static_cast<void>(turn.commit());
    }
    EXPECT_EQ(values(), values_of{7});
    close();
    EXPECT_EQ(values(), values_of{7});
    static_cast<void>(restore(full));
    EXPECT_EQ(values(), values_of{1});
}

TEST_F(time_travel, KeepsAllWhenTheTurnThatDeletedItRollsBack) {
    add(1);
    {
        auto turn = object_->begin_turn();
        turn.delete_all();
        turn.execute("CREATE TABLE other (v)");
        turn.rollback();
    }
    EXPECT_EQ(values(), values_of{1});
    add(2);
    restart();
    EXPECT_EQ(values(), (values_of{1, 2}));
}

TEST_F(time_travel, RefusesToDeleteAllWithinATransaction) {
    add(1);
    {
        auto turn = object_->begin_turn();
        turn.begin_savepoint();
        EXPECT_THROW(turn.delete_all(), error);
        turn.rollback_savepoint();
        static_cast<void>(turn.commit());
    }

    EXPECT_EQ(values(), (std::vector<std::int64_t>{1}));
}

TEST_F(time_travel, KeepsWhatATurnSaidOfItsObjectBeforeItDeletedAll) {
    add(1);
    {
        auto turn = object_->begin_turn();
        auto metadata = turn.metadata();
        metadata.name = "renamed";
        turn.set_metadata(metadata);
        turn.delete_all();
        static_cast<void>(turn.commit());
    }

    auto turn = object_->begin_turn();
    EXPECT_EQ(turn.metadata().name, "renamed");
}

TEST_F(time_travel, DestroysForGood) {
    const auto mark = add(1);
    close();
    node_->destroy(key_);
    EXPECT_EQ(values(), values_of{});
    add(5);
    EXPECT_NE(refusal([&] {
                  static_cast<void>(restore(mark));
              }).find("from before this object was destroyed"),
              std::string::npos);
    restart();
    EXPECT_EQ(values(), values_of{5});
}

TEST_F(time_travel, LeavesWhatTheNodeKeepsOfTheObject) {
    const auto first = add(1);
    add(2);
    object_metadata changed;
    {
        auto turn = object_->begin_turn();
        changed = turn.metadata();
        changed.version = "v2";
        changed.next_alarm = now_ + 1h;
        turn.set_metadata(changed);
        static_cast<void>(turn.commit());
    }
    static_cast<void>(restore(first));
    EXPECT_EQ(values(), values_of{1});
    EXPECT_EQ(object_->begin_turn().metadata(), changed);
}

TEST_F(time_travel, CompactsAndGoesBackBeforeThat) {
    const auto full = add(1, std::string(200'000, 'x'));
    {
        auto turn = object_->begin_turn();
        turn.execute("DELETE FROM t; INSERT INTO t VALUES (2, '')");
        static_cast<void>(turn.commit());
    }
    background_.run_all();
    const auto file = directory_.path() / "Test" / "aa" / (key_.id + ".sqlite");
    node_->vacuum(*object_);
    EXPECT_LE(std::filesystem::file_size(file), 16'384U);
    EXPECT_EQ(values(), values_of{2});
    const auto after = add(3);
    static_cast<void>(restore(full));
    EXPECT_EQ(values(), values_of{1});
    static_cast<void>(restore(after));
    EXPECT_EQ(values(), (values_of{2, 3}));
}

TEST_F(time_travel, KeepsWhatCameBeforeACopyThatIsOlderThanTheArchive) {
    bookmark first;
    open();
    {
        auto turn = object_->begin_turn();
        turn.execute("CREATE TABLE t (v INTEGER, ballast TEXT); INSERT INTO t VALUES (1, '')");
        first = turn.current_bookmark();
        static_cast<void>(turn.commit());
    }
    node_->vacuum(*object_);  // before anything on the background could archive
    add_many(2, 30);
    restart();
    static_cast<void>(restore(first));
    EXPECT_EQ(values(), values_of{1});
}

TEST_F(time_travel, ArchivesNothingOfAnEarlierLife) {
    open();
    {
        auto turn = object_->begin_turn();
        turn.execute("CREATE TABLE secrets (v); INSERT INTO secrets VALUES ('" +
                     std::string(17'000, 's') + "')");  // fills the segment
        static_cast<void>(turn.commit());
    }
    close();
    node_->destroy(key_);
    const auto first = add(1);
    add_many(2, 30);
    restart();
    ASSERT_TRUE(std::filesystem::exists(archive()));
    for (const auto& each : std::filesystem::directory_iterator(archive())) {
        std::ifstream file(each.path(), std::ios::binary);
        const std::string bytes(std::istreambuf_iterator<char>(file), {});
        EXPECT_EQ(bytes.find(std::string(100, 's')), std::string::npos) << each.path();
    }
    static_cast<void>(restore(first));
    EXPECT_EQ(values(), values_of{1});
}

TEST_F(time_travel, ArchivesEveryRecordOnce) {
    use_faulty_disk();
    on_->fails = [](disk_operation operation, const std::string& path) {
        return operation == disk_operation::remove && path.find("/seg-") != std::string::npos;
    };
    add_many(1, 30);
    on_->fails = nullptr;
    add_many(31, 10);
    close();
    const auto logs = archived(".log");
    ASSERT_EQ(logs.size(), 1U);
    auto rest = std::span<const std::byte>(on_->content((archive() / logs.front()).string()));
    std::uint32_t records = 0;
    while (const auto record = parse_record(rest)) {
        EXPECT_EQ(record->object->sequence, ++records);
        rest = rest.subspan(record->header.length);
    }
    EXPECT_GT(records, 20U);
}

TEST_F(time_travel, TakesNoFileForItsPastThatAnotherProgramChanged) {
    history_bytes_min_ = 64 * 1024;
    restart();
    bookmark last;
    for (int i = 0; archived_bytes() < 15'000; ++i) {
        last = add(i, std::string(900, 'x'));
    }
    for (int i = 0; i < 6; ++i) {
        last = add(1'000 + i, std::string(900, 'x'));
    }
    const auto own = values();
    close();
    node_.reset();
    run_outside("INSERT INTO t VALUES (9999, '')");
    start();
    static_cast<void>(restore(last));
    EXPECT_EQ(values(), own);
}

TEST_F(time_travel, MakesNoCopiesWhileThereIsNoRoom) {
    history_bytes_min_ = 64 * 1024;
    use_faulty_disk();
    on_->room = 34 * 1024;  // two segments stay free
    const auto first = add(1);
    churn(30);
    EXPECT_TRUE(archived(".sqlite").empty());
    on_->room = faulty_disk::plenty;
    static_cast<void>(restore(first));
    add(2);
    churn(10);
    EXPECT_FALSE(archived(".sqlite").empty());
    EXPECT_EQ(values(), (values_of{1, 2}));
}

TEST_F(time_travel, GoesOnWhenACopyFails) {
    history_bytes_min_ = 64 * 1024;
    use_faulty_disk();
    on_->fails = [](disk_operation operation, const std::string& path) {
        return operation == disk_operation::write && path.find("/archive/") != std::string::npos &&
               path.ends_with(".sqlite");
    };
    const auto first = add(1);
    churn(30);
    EXPECT_THROW(node_->vacuum(*object_), error);
    EXPECT_TRUE(archived(".sqlite").empty()) << "what was written of them takes room";
    on_->fails = nullptr;
    add(2);
    static_cast<void>(restore(first));
    EXPECT_EQ(values(), values_of{1});
}

TEST_F(time_travel, NamesTheRangeOfALongPast) {
    history_bytes_min_ = std::uint64_t{1} << 30;
    restart();
    auto mark = add(0);
    for (int i = 1; i < 5'000; ++i) {
        auto turn = object_->begin_turn();
        turn.execute("UPDATE t SET v = v + 1");
        static_cast<void>(turn.commit());
        if (i % 100 == 0) {
            background_.run_all();
        }
    }
    mark.sequence = 6'000;
    EXPECT_NE(refusal([&] { static_cast<void>(restore(mark)); }).find("commit 1, to"),
              std::string::npos);
}

TEST_F(time_travel, DropsAWishThatFails) {
    use_faulty_disk();
    const auto first = add(1);
    add(2);
    {
        auto turn = object_->begin_turn();
        static_cast<void>(turn.restore_on_next_wake(first));
        static_cast<void>(turn.commit());
    }
    fail_below("swap");
    close();
    on_->fails = nullptr;
    EXPECT_EQ(values(), (values_of{1, 2}));
    add(3);
    restart();
    EXPECT_EQ(values(), (values_of{1, 2, 3})) << "a wish must not take away later turns";
}

TEST_F(time_travel, StartsThoughAWishFails) {
    use_faulty_disk();
    const auto first = add(1);
    add(2);
    {
        auto turn = object_->begin_turn();
        static_cast<void>(turn.restore_on_next_wake(first));
        static_cast<void>(turn.commit());
    }
    background_.run_all();
    object_.reset();  // the program ends before the object sleeps
    node_.reset();
    fail_below("swap");
    start();
    on_->fails = nullptr;
    add(3);
    restart();
    EXPECT_EQ(values(), (values_of{1, 2, 3}));
}

TEST(LogReader, FindsNothingInASegmentThatHasBeenRemoved) {
    faulty_disk on;
    log_reader reader(on, {{log_begin, "log/seg-retired"}});
    EXPECT_FALSE(reader.read(log_begin).has_value());
}

}  // namespace
}  // namespace dormouse::test
