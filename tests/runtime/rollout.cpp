#include "tests/runtime/rollout.hpp"

#include "tests/support/simulated_machine.hpp"

#include <dormouse/databases.hpp>
#include <dormouse/query.hpp>
#include <dormouse/schema.hpp>

#include <algorithm>
#include <array>
#include <random>

namespace dormouse::test {
namespace {

using namespace std::chrono_literals;

inline constinit const database rollout_db{{.name = "rollout"}};

struct text_args {
    arg<"string"> text;
};
struct nothing {};

const action<text_args, std::int64_t> keep{
    rollout_db, "keep", [](db& database, const text_args& args) -> std::int64_t {
        database.sql<"INSERT INTO kept (text) VALUES (?)">(args.text).execute();
        return 1;
    }};

/// What was kept, and what the migrations have written, in order.
const action<nothing, std::string> recall{
    rollout_db, "recall", [](db& database, const nothing&) -> std::string {
        return database
            .sql<
                "SELECT (SELECT group_concat(text) FROM kept) || ':' || (SELECT "
                "group_concat(text, '') FROM (SELECT text FROM steps ORDER BY rowid))",
                std::string>()
            .one();
    }};

constexpr std::array migrations{
    migration_file{"1_begin",
                   "CREATE TABLE kept (text TEXT); CREATE TABLE steps (text TEXT);"
                   "INSERT INTO steps VALUES ('a');"},
    migration_file{"2_column",
                   "ALTER TABLE kept ADD COLUMN note TEXT; INSERT INTO steps VALUES ('b');\n"
                   "--> breakpoint\nUPDATE kept SET note = text; INSERT INTO steps VALUES ('c');"},
    migration_file{"3_rebuild",
                   "CREATE TABLE __new_kept (text TEXT NOT NULL, note TEXT);"
                   "INSERT INTO __new_kept SELECT text, note FROM kept; DROP TABLE kept;"
                   "ALTER TABLE __new_kept RENAME TO kept; INSERT INTO steps VALUES ('d');\n"
                   "--> breakpoint\nINSERT INTO steps VALUES ('e');\n"
                   "--> breakpoint\nCREATE INDEX kept_text ON kept (text);"
                   "INSERT INTO steps VALUES ('f');"}};

class rollout {
public:
    explicit rollout(const rollout_options& chosen)
        : options_(chosen), random_(chosen.seed), machine_(chosen.seed, machine_options()) {}

    rollout_result run() {
        for (std::size_t version = 1; version <= migrations.size(); ++version) {
            deploy(version);
            make_objects(version);
        }
        for (std::size_t loss = 0; loss < options_.power_losses; ++loss) {
            machine_.power->lose_power_after(random_() % (2 * options_.objects));
            wake_all();
            ++result_.crashes;
            restart();
        }
        wake_all();
        check_all();
        return result_;
    }

private:
    runtime_options machine_options() {
        runtime_options chosen;
        chosen.databases = entries_;
        chosen.is_default = false;
        chosen.idle_timeout = 50ms;
        chosen.awake_objects_max = std::max<std::size_t>(options_.objects / 4, 2);
        return chosen;
    }

    [[nodiscard]] static std::string key(std::size_t object) {
        return "object-" + std::to_string(object);
    }

    void deploy(std::size_t version) {
        entries_[0].migrations = std::span(migrations).first(version);
        restart();
    }
    void restart() {
        machine_.crash();
        machine_.boot();
    }

    void make_objects(std::size_t version) {
        for (std::size_t object = 0; object < options_.objects; ++object) {
            if (object % migrations.size() + 1 == version) {
                const auto name = key(object);
                const auto kept =
                    machine_.call(keep.on(*machine_.runtime, name), text_args{.text = name});
                note_failure(name, kept.error_text());
            }
        }
    }

    /// Until all have answered, or the power has gone.
    void wake_all() {
        std::vector<std::shared_ptr<answer<std::string>>> answers;
        for (std::size_t object = 0; object < options_.objects; ++object) {
            answers.push_back(machine_.start(recall.on(*machine_.runtime, key(object)), nothing{}));
        }
        const auto all_done = [&] {
            return std::ranges::all_of(answers, [](const auto& each) { return each->done; });
        };
        static_cast<void>(machine_.scheduler->run_until(
            [&] { return !machine_.power->powered() || all_done(); }));
        for (std::size_t object = 0; object < options_.objects; ++object) {
            if (machine_.power->powered()) {
                note_failure(key(object), answers[object]->error_text());
            } else {
                result_.interrupted += answers[object]->done ? 0 : 1;
            }
        }
    }

    void check_all() {
        for (std::size_t object = 0; object < options_.objects; ++object) {
            const auto name = key(object);
            const auto found = machine_.call(recall.on(*machine_.runtime, name), nothing{});
            note_failure(name, found.error_text());
            if (found.value != name + ":abcdef") {
                note(name + " has " + found.value);
            }
        }
    }

    void note(std::string what) {
        if (result_.violations.size() < 20) {
            result_.violations.push_back(std::move(what));
        }
    }
    void note_failure(const std::string& name, const std::string& text) {
        if (!text.empty()) {
            note(name + " failed: " + text);
        }
    }

    rollout_options options_;
    std::array<database_entry, 1> entries_{
        database_entry{&rollout_db, "rollout", std::span(migrations).first(1)}};
    std::mt19937_64 random_;
    rollout_result result_;
    simulated_machine machine_;
};

}  // namespace

rollout_result roll_out(const rollout_options& options) {
    return rollout(options).run();
}

}  // namespace dormouse::test
