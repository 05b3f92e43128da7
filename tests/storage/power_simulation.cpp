#include "tests/storage/power_simulation.hpp"

#include "testing/faulty_disk.hpp"
#include "tests/storage/power_model.hpp"
#include "tests/storage/random_background.hpp"
#include "tests/support/temporary_directory.hpp"

#include <dormouse/error.hpp>
#include <dormouse/storage_node.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace dormouse::test {
namespace {

constexpr std::size_t object_count = 6;
constexpr int lives = 6;
constexpr std::int64_t version_key = 1'000;  // a row that makes every version unlike all others
constexpr int steps_per_life = 250;
constexpr std::int64_t foreign_number = -1;  // in a database that another program wrote

class power_simulation {
public:
    explicit power_simulation(std::uint64_t seed)
        : random_(seed),
          on_(std::make_shared<faulty_disk>(seed)),
          background_(random_),
          keeps_all_(seed % 2 == 0),
          segment_bytes_(std::uint64_t{seed % 4 < 2 ? 16U : 64U} * 1024),
          record_bytes_max_((seed % 3 == 0 ? std::size_t{48} : std::size_t{8192}) * 1024) {}

    power_result run() {
        try {
            for (int life = 0; life < lives; ++life) {
                live();
                crash();
                come_back();
            }
        } catch (const std::exception& broken) {
            result_.failure = broken.what();
        }
        crash();
        return std::move(result_);
    }

private:
    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

    void start() {
        storage_options options;
        options.directory = directory_.path();
        options.on = on_;
        options.segment_bytes = segment_bytes_;
        options.idle_connections_max = 3;
        options.checkpoint_pages = 8;
        options.turn_bytes_max = std::size_t{8} << 20;
        options.record_bytes_max = record_bytes_max_;
        options.history_bytes_min = keeps_all_ ? std::uint64_t{1} << 30 : std::uint64_t{64} << 10;
        node_ = std::make_unique<storage_node>(std::move(options), background_);
    }

    void live() {
        if (node_ != nullptr && below(3) == 0) {
            stop();
            change_files();
        }
        if (node_ == nullptr) {
            start();
        }
        if (below(2) == 0) {
            on_->lose_power_after(below(400));
        }
        for (int i = 0; i < steps_per_life && on_->powered(); ++i) {
            try {
                step();
            } catch (const error& failed) {
                if (on_->powered()) {
                    throw std::runtime_error(std::string("failed with power: ") + failed.what());
                }
            }
        }
    }

    void step() {
        if (below(3) == 0) {
            static_cast<void>(background_.run_step());
            return;
        }
        auto& object = objects_.at(below(objects_.size()));
        const auto number = static_cast<std::size_t>(&object - objects_.data());
        if (object.closing) {
            static_cast<void>(background_.run_step());
        } else if (object.open == nullptr) {
            object.open = open(number);
        } else if (below(12) == 0) {
            object.closing = true;
            node_->close(std::move(object.open), [this, &object, number] {
                object.closing = false;
                if (on_->powered() && node_ != nullptr) {
                    fulfil_wish(object);
                    treat_closed(object, number);
                }
            });
        } else if (below(30) == 0) {
            compact(object);
        } else {
            write(object);
        }
    }

    void stop() {
        for (auto& object : objects_) {
            if (object.open != nullptr) {
                node_->close_now(std::move(object.open));
                fulfil_wish(object);
            }
        }
        while (background_.run_step()) {
        }
        node_.reset();
        background_.clear();
        acknowledged_ = last_position_;
    }

    /// Another program writes to files while no node has them.
    void change_files() {
        const auto written = directory_.path() / "foreign.sqlite";
        write_foreign_database(written);
        std::ifstream file(written, std::ios::binary);
        std::string bytes{std::istreambuf_iterator<char>(file), {}};
        for (std::size_t i = 0; i < objects_.size(); ++i) {
            const auto changed = on_->open(path_of(i), open_mode::existing);
            if (changed == nullptr || below(2) == 0) {
                continue;
            }
            constexpr std::size_t user_version_at = 60;
            const auto version = static_cast<std::uint32_t>(next_number_++);  // no two are alike
            std::memcpy(bytes.data() + user_version_at, &version, sizeof version);
            changed->truncate(0);
            changed->write(0, std::as_bytes(std::span(bytes)));
            changed->sync();
            auto& object = objects_.at(i);
            const auto latest = object.versions.back();
            object.versions = {{latest.position,
                                table{{version_key, foreign_number}},
                                latest.name,
                                latest.commits,
                                {},
                                true}};
        }
    }

    /// What another program wrote gets a record with the first use of what the node keeps.
    void take_in(model& object) {
        if (object.versions.back().foreign) {
            auto taken = object.versions.back();
            taken.foreign = false;
            taken.position = ++last_position_;
            ++taken.commits;
            object.versions.push_back(std::move(taken));
            ++result_.adoptions;
        }
    }

    // Nothing changes but the file, with a record of its own unless there is nothing yet.
    void compact(model& object) {
        if (object.versions.back().commits == 0) {
            node_->vacuum(*object.open);
            return;
        }
        take_in(object);
        auto compacted = object.versions.back();
        compacted.position = last_position_ + 1;
        ++compacted.commits;
        object.versions.push_back(std::move(compacted));
        node_->vacuum(*object.open);
        ++result_.swaps;
        acknowledged_ = std::max(acknowledged_, ++last_position_);
    }

    static object_key key_of(std::size_t number) {
        return {"Test", std::string(64, static_cast<char>('a' + number)), "born"};
    }

    [[nodiscard]] std::string path_of(std::size_t number) const {
        const auto id = key_of(number).id;
        return directory_.path() / "Test" / id.substr(0, 2) / (id + ".sqlite");
    }

    /// What became of a version that wanted to go back, with or without a restart in between.
    static version fulfilled(version wanted) {
        if (wanted.wish) {
            wanted.rows = std::move(*std::exchange(wanted.wish, std::nullopt));
            ++wanted.commits;
        }
        return wanted;
    }

    // It has gone back, with a record of its own.
    void fulfil_wish(model& object) {
        if (!object.versions.back().wish) {
            return;
        }
        object.versions.push_back(fulfilled(object.versions.back()));
        object.versions.back().position = ++last_position_;
        ++result_.restores;
        ++result_.wishes;
        acknowledged_ = std::max(acknowledged_, last_position_);
    }

    /// What only an object that sleeps can undergo.
    void treat_closed(model& object, std::size_t number) {
        switch (below(6)) {
            case 0:
                restore(object, number);
                break;
            case 1:
                import(object, number);
                break;
            case 2:
                destroy(object, number);
                break;
            default:
                break;
        }
    }

    // Where there is nothing, nothing is committed or waited for.
    void destroy(model& object, std::size_t number) {
        if (object.versions.back().commits == 0) {
            node_->destroy(key_of(number));
            return;
        }
        take_in(object);
        object.versions.push_back({++last_position_, {}, {}, 0, {}});
        object.moments.clear();
        ++object.life;
        node_->destroy(key_of(number));
        acknowledged_ = std::max(acknowledged_, last_position_);
    }

    // What some program wrote replaces the object, whose past stays.
    void import(model& object, std::size_t number) {
        const auto from = directory_.path() / "foreign.sqlite";
        write_foreign_database(from);
        take_in(object);
        const auto& latest = object.versions.back();
        object.versions.push_back({last_position_ + 1,
                                   table{{version_key, foreign_number}},
                                   "born",
                                   latest.commits + 1,
                                   {}});
        node_->import_file(key_of(number), from);
        ++result_.swaps;
        acknowledged_ = std::max(acknowledged_, ++last_position_);
    }

    static void write_foreign_database(const std::filesystem::path& path) {
        if (std::filesystem::exists(path)) {
            return;
        }
        sqlite3* made = nullptr;
        sqlite3_open(path.c_str(), &made);
        const auto sql =
            "CREATE TABLE t (k INTEGER PRIMARY KEY, n INTEGER, bytes BLOB); INSERT INTO t VALUES "
            "(" +
            std::to_string(version_key) + ", " + std::to_string(foreign_number) +
            ", CAST('xxxxx' AS BLOB))";
        sqlite3_exec(made, sql.c_str(), nullptr, nullptr, nullptr);
        sqlite3_close(made);
    }

    // Its record lies behind the last known position, and before the next commit's.
    void restore(model& object, std::size_t number) {
        if (object.moments.empty()) {
            return;
        }
        take_in(object);
        const auto& chosen = object.moments.at(below(object.moments.size()));
        const auto& latest = object.versions.back();
        object.versions.push_back(
            {last_position_ + 1, chosen.was.rows, latest.name, latest.commits + 1, {}});
        try {
            static_cast<void>(node_->restore(key_of(number), chosen.mark));
            ++result_.restores;
            acknowledged_ = std::max(acknowledged_, ++last_position_);
        } catch (const error& refused) {
            if (refused.reason() != errc::invalid_bookmark || keeps_all_) {
                throw;
            }
            object.versions.pop_back();  // it is not kept any more
        }
    }

    [[nodiscard]] std::unique_ptr<object_storage> open(std::size_t number) const {
        return node_->open(key_of(number));
    }

    void write(model& object) {
        auto rows = object.versions.back().rows;
        auto turn = object.open->begin_turn();
        if (below(30) == 0) {
            turn.delete_all();
            rows.clear();
        }
        turn.execute("CREATE TABLE IF NOT EXISTS t (k INTEGER PRIMARY KEY, n INTEGER, bytes BLOB)");
        change_schema(turn);
        const auto changes = below(40) == 0 ? 300 : 1 + below(5);
        for (std::uint64_t i = 0; i < changes; ++i) {
            if (below(6) == 0) {
                auto undone = rows;
                turn.begin_savepoint();
                change_row(turn, undone);
                turn.rollback_savepoint();
            } else {
                change_row(turn, rows);
            }
            let_background_run();
        }
        put_row(turn, rows, version_key, 10);
        take_in(object);
        auto metadata = turn.metadata();
        if (below(4) == 0) {
            metadata.name = "name " + std::to_string(next_number_);
            turn.set_metadata(metadata);
        }
        std::optional<bookmark> mark;
        if (below(3) == 0) {
            mark = turn.current_bookmark();
        }
        auto wish = object.versions.back().wish;
        if (keeps_all_ && !object.moments.empty() && below(15) == 0) {
            const auto chosen = object.moments.at(below(object.moments.size()));
            mark = turn.restore_on_next_wake(chosen.mark);
            wish = chosen.was.rows;
        }
        const auto commits = object.versions.back().commits;
        if (mark && commits == 0) {  // the bookmark brought the object into being
            object.versions.push_back({++last_position_, {}, "born", 1, {}});
        }
        if (below(8) == 0) {
            turn.rollback();
            return;
        }
        // Before the commit: that of a big turn may fail when its record is in the log already.
        object.versions.push_back({last_position_ + 1, std::move(rows), metadata.name,
                                   mark ? mark->sequence : commits + 1, std::move(wish)});
        const auto position = turn.commit();
        ++result_.commits;
        last_position_ = position.position;
        object.versions.back().position = position.position;
        std::optional<known_moment> moment;
        if (mark) {
            moment = known_moment{*mark, object.versions.back(), object.life};
        }
        node_->when_durable(position, [this, position, moment, &object](bool failed) {
            if (!failed) {
                acknowledged_ = std::max(acknowledged_, position.position);
                if (moment && moment->life == object.life) {
                    object.moments.push_back(*moment);
                }
            }
        });
    }

    /// In production other threads do that in the middle of a turn.
    void let_background_run() {
        while (below(4) == 0 && background_.run_step()) {
        }
    }

    /// Shrinks, grows and relocates what is on the pages, or changes the layout.
    void change_schema(lease& turn) {
        switch (below(20)) {
            case 0:
                turn.execute("CREATE INDEX IF NOT EXISTS i ON t (n)");
                break;
            case 1:
                turn.execute("DROP INDEX IF EXISTS i");
                break;
            case 2:
                turn.execute("PRAGMA incremental_vacuum(20)");
                break;
            default:
                break;
        }
    }

    void change_row(lease& turn, table& rows) {
        const auto key = static_cast<std::int64_t>(below(60));
        if (below(4) == 0) {
            auto removal = turn.prepare("DELETE FROM t WHERE k = ?1");
            removal->bind(1, key);
            removal->run();
            rows.erase(key);
            return;
        }
        constexpr std::array<std::int64_t, 4> sizes{10, 300, 3'000, 20'000};
        put_row(turn, rows, key, sizes.at(below(sizes.size())));
    }

    void put_row(lease& turn, table& rows, std::int64_t key, std::int64_t bytes) {
        const auto number = static_cast<std::int64_t>(next_number_++);
        auto upsert =
            turn.prepare("REPLACE INTO t VALUES (?1, ?2, CAST(printf('%.*c', ?3, 'x') AS BLOB))");
        upsert->bind(1, key);
        upsert->bind(2, number);
        upsert->bind(3, bytes);
        upsert->run();
        rows[key] = number;
    }

    void crash() {
        ++result_.crashes;
        on_->lose_power();
        for (auto& object : objects_) {
            object.open.reset();
            object.closing = false;
        }
        background_.clear();
        node_.reset();
        come_to_power();
    }

    /// Sometimes it is only the program that dies, and the power goes later.
    void come_to_power() {
        if (below(3) == 0) {
            on_->restart_program();
        } else {
            on_->restore_power();
        }
    }

    void come_back() {
        while (below(3) == 0) {
            on_->lose_power_after(below(30));
            try {
                start();
            } catch (const error&) {
                ++result_.recoveries_cut;
            }
            on_->lose_power();
            background_.clear();
            node_.reset();
            come_to_power();
        }
        start();
        check();
    }

    /// One cut of the log must explain what every object holds.
    void check() {
        const auto listed = read_catalog();
        std::uint64_t at_least = acknowledged_;
        std::uint64_t before = std::numeric_limits<std::uint64_t>::max();
        for (std::size_t i = 0; i < objects_.size(); ++i) {
            auto& object = objects_.at(i);
            object.open = open(i);
            const auto found = read(*object.open, i);
            check_size(*object.open, i);
            const auto match = find_version(object, found, listed.at(i));
            if (match == object.versions.end()) {
                throw std::runtime_error("object " + std::to_string(i) + ", commit " +
                                         std::to_string(listed.at(i).commits) +
                                         ", holds what it never held at the end of a turn");
            }
            at_least = std::max(at_least, match->position);
            if (const auto next = std::next(match); next != object.versions.end()) {
                before = std::min(before, next->position);
            }
            count_tail(object, match);
            version base = fulfilled(*match);
            object.versions = {std::move(base)};
        }
        last_position_ = at_least;  // the log goes on behind what is left of it
        if (at_least >= before) {
            throw std::runtime_error("a commit at " + std::to_string(before) +
                                     " is lost, although " + std::to_string(at_least) +
                                     " was acknowledged or is there");
        }
    }

    /// Objects that were destroyed look alike: of several versions, the first that no acknowledged
    /// one follows.
    [[nodiscard]] std::vector<version>::const_iterator find_version(
        const model& object, const table& rows, const object_info& listed) const {
        const auto& all = object.versions;
        auto match = all.end();
        for (auto at = all.begin(); at != all.end(); ++at) {
            const bool superseded =
                match == all.end() || std::next(match)->position <= acknowledged_;
            const auto woken = fulfilled(*at);
            if (superseded && woken.rows == rows && woken.name == listed.metadata.name &&
                woken.commits == listed.commits) {
                match = at;
            }
        }
        return match;
    }

    std::array<object_info, object_count> read_catalog() {
        std::array<object_info, object_count> listed;
        node_->visit({}, [&](const object_info& found) {
            listed.at(static_cast<std::size_t>(found.id.front() - 'a')) = found;
        });
        return listed;
    }

    void count_tail(const model& object, std::vector<version>::const_iterator match) {
        for (const auto& known : object.versions) {
            if (known.position > acknowledged_) {
                const bool kept = known.position <= match->position;
                ++(kept ? result_.kept_unacknowledged : result_.lost_unacknowledged);
            }
        }
    }

    /// What a later commit cut off must not come back. Free pages at the end may be missing.
    void check_size(object_storage& object, std::size_t number) {
        auto turn = object.begin_turn();
        auto pages = turn.prepare("PRAGMA page_count");
        static_cast<void>(pages->step());
        const auto file = on_->open(path_of(number), open_mode::reading);
        if (file != nullptr &&
            file->size() > static_cast<std::uint64_t>(pages->integer(0)) * 4096) {
            throw std::runtime_error("object " + std::to_string(number) +
                                     " has a file that is longer than its database");
        }
    }

    static table read(object_storage& object, std::size_t number) {
        auto turn = object.begin_turn();
        auto check = turn.prepare("PRAGMA integrity_check");
        static_cast<void>(check->step());
        if (check->text(0) != "ok") {
            throw std::runtime_error("object " + std::to_string(number) +
                                     " is damaged: " + std::string(check->text(0)));
        }
        table rows;
        auto exists = turn.prepare("SELECT 1 FROM sqlite_schema WHERE name = 't'");
        if (!exists->step()) {
            return rows;
        }
        auto all = turn.prepare(
            "SELECT k, n, bytes = CAST(printf('%.*c', length(bytes), 'x') AS BLOB) FROM t");
        while (all->step()) {
            rows[all->integer(0)] = all->integer(1);
            if (all->integer(2) != 1) {
                throw std::runtime_error("object " + std::to_string(number) + " holds other bytes");
            }
        }
        return rows;
    }

    temporary_directory directory_;
    std::mt19937_64 random_;
    std::shared_ptr<faulty_disk> on_;
    random_background background_;
    std::unique_ptr<storage_node> node_;
    bool keeps_all_;  // no past is dropped for its size
    std::uint64_t segment_bytes_;
    std::size_t record_bytes_max_;
    std::array<model, object_count> objects_;
    std::uint64_t acknowledged_ = 0;
    std::uint64_t last_position_ = 0;
    std::uint64_t next_number_ = 1;
    power_result result_;
};

}  // namespace

power_result simulate_power_losses(std::uint64_t seed) {
    return power_simulation(seed).run();
}

}  // namespace dormouse::test
