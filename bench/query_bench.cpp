// What typed queries cost over hand-written sqlite3_* code that does the same: CPU time of one
// thread, both inside of one open transaction, in turns, with statements prepared beforehand.
//
//   query/row/ratio      one row of six columns by primary key, into a struct
//   query/scalar/ratio   one number by primary key
//   query/insert/ratio   one row of six columns
//   query/scan/ratio     1,000 rows of six columns, into a vector
//   query/.../ns         a typed query
//
// The hand-written code uses plain SQLite with the database in memory; the typed one an object of
// a storage node, as a handler has it.
#include "bench/report.hpp"
#include "bench/storage_fixture.hpp"

#include <dormouse/query.hpp>

#include <sqlite3.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace dormouse;
using namespace bench;

struct person {
    std::string id;
    std::string name;
    std::string email;
    std::optional<std::string> bio;
    std::int64_t age = 0;
    double score = 0;
};
inline constexpr auto people = table<person>("people").primary_key(&person::id);

constexpr int rows_stored = 1'000;
constexpr const char* select_row =
    "SELECT id, name, email, bio, age, score FROM people WHERE id = ?";
constexpr const char* select_all = "SELECT id, name, email, bio, age, score FROM people";
constexpr const char* select_scalar = "SELECT age FROM people WHERE id = ?";
constexpr const char* insert_row =
    "INSERT INTO people (id, name, email, bio, age, score) VALUES (?, ?, ?, ?, ?, ?)";

person made_person(int number) {
    const std::string digits = std::to_string(number);
    return {
        "person-" + digits,
        "A name like " + digits,
        digits + "@example.com",
        number % 2 == 0 ? std::optional<std::string>("Some words about " + digits) : std::nullopt,
        number,
        number / 7.0};
}

[[noreturn]] void fail(sqlite3* connection) {
    std::fprintf(stderr, "SQLite: %s\n", sqlite3_errmsg(connection));
    std::abort();
}

/// The statements a careful programmer would write by hand, every result checked.
class hand_written {
public:
    hand_written() {
        check(sqlite3_open_v2(":memory:", &connection_,
                              SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                              nullptr));
        check(
            sqlite3_exec(connection_, create_table_sql(people).c_str(), nullptr, nullptr, nullptr));
        check(sqlite3_exec(connection_, "BEGIN", nullptr, nullptr, nullptr));
        row_ = prepared(select_row);
        all_ = prepared(select_all);
        scalar_ = prepared(select_scalar);
        insert_ = prepared(insert_row);
    }
    hand_written(const hand_written&) = delete;
    hand_written& operator=(const hand_written&) = delete;
    ~hand_written() {
        for (auto* each : {row_, all_, scalar_, insert_}) {
            sqlite3_finalize(each);
        }
        sqlite3_close(connection_);
    }

    person find(const std::string& id) {
        bind(row_, 1, id);
        if (sqlite3_step(row_) != SQLITE_ROW) {
            fail(connection_);
        }
        person found = read(row_);
        if (sqlite3_step(row_) != SQLITE_DONE) {
            fail(connection_);
        }
        check(sqlite3_reset(row_));
        return found;
    }
    std::int64_t age_of(const std::string& id) {
        bind(scalar_, 1, id);
        if (sqlite3_step(scalar_) != SQLITE_ROW) {
            fail(connection_);
        }
        const std::int64_t age = sqlite3_column_int64(scalar_, 0);
        if (sqlite3_step(scalar_) != SQLITE_DONE) {
            fail(connection_);
        }
        check(sqlite3_reset(scalar_));
        return age;
    }
    void insert(const person& row) {
        bind(insert_, 1, row.id);
        bind(insert_, 2, row.name);
        bind(insert_, 3, row.email);
        if (row.bio) {
            bind(insert_, 4, *row.bio);
        } else {
            check(sqlite3_bind_null(insert_, 4));
        }
        check(sqlite3_bind_int64(insert_, 5, row.age));
        check(sqlite3_bind_double(insert_, 6, row.score));
        if (sqlite3_step(insert_) != SQLITE_DONE) {
            fail(connection_);
        }
        check(sqlite3_reset(insert_));
    }
    std::vector<person> all() {
        std::vector<person> rows;
        int code = sqlite3_step(all_);
        for (; code == SQLITE_ROW; code = sqlite3_step(all_)) {
            rows.push_back(read(all_));
        }
        check(code == SQLITE_DONE ? SQLITE_OK : code);
        check(sqlite3_reset(all_));
        return rows;
    }
    void clear() {
        check(sqlite3_exec(connection_, "DELETE FROM people", nullptr, nullptr, nullptr));
    }

private:
    void check(int code) {
        if (code != SQLITE_OK) {
            fail(connection_);
        }
    }
    sqlite3_stmt* prepared(const char* sql) {
        sqlite3_stmt* made = nullptr;
        check(sqlite3_prepare_v3(connection_, sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr));
        return made;
    }
    void bind(sqlite3_stmt* to, int parameter, const std::string& text) {
        check(sqlite3_bind_text64(to, parameter, text.data(), text.size(), SQLITE_STATIC,
                                  SQLITE_UTF8));
    }
    static std::string text_of(sqlite3_stmt* from, int column) {
        const auto* begin = reinterpret_cast<const char*>(sqlite3_column_text(from, column));
        return {begin, static_cast<std::size_t>(sqlite3_column_bytes(from, column))};
    }
    static person read(sqlite3_stmt* from) {
        person row;
        row.id = text_of(from, 0);
        row.name = text_of(from, 1);
        row.email = text_of(from, 2);
        if (sqlite3_column_type(from, 3) != SQLITE_NULL) {
            row.bio = text_of(from, 3);
        }
        row.age = sqlite3_column_int64(from, 4);
        row.score = sqlite3_column_double(from, 5);
        return row;
    }

    sqlite3* connection_ = nullptr;
    sqlite3_stmt* row_ = nullptr;
    sqlite3_stmt* all_ = nullptr;
    sqlite3_stmt* scalar_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
};

class fixed_generators final : public generator_context {
public:
    timestamp now() override { return {}; }
    std::uint64_t random() override { return 4; }
};

/// One object of a storage node, in one turn that never ends.
class typed final : public lease_source {
public:
    typed() { database.execute(create_table_sql(people)); }
    lease& current_lease() override { return turn_; }

    person find(const std::string& id) {
        return database.select_from<people>().where(col<&person::id> == id).one();
    }
    std::int64_t age_of(const std::string& id) {
        return database.select_from<people>()
            .where(col<&person::id> == id)
            .select(col<&person::age>)
            .one();
    }
    void insert(const person& row) { database.insert_into<people>().values(row).execute(); }
    std::vector<person> all() { return database.select_from<people>().all(); }
    void clear() { database.delete_from<people>().all_rows().execute(); }

private:
    scratch_directory scratch_;
    node_fixture fixture_{scratch_.path()};
    std::unique_ptr<object_storage> object_ = fixture_.open(1);
    lease turn_ = object_->begin_turn();
    fixed_generators generators_;

public:
    db database{*this, generators_};
};

double thread_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double seconds_of(const std::function<void()>& work) {
    const double begun = thread_seconds();
    work();
    return thread_seconds() - begun;
}

struct contest {
    std::string name;
    double operations;
    std::function<void()> measured;
    std::function<void()> yardstick;
    std::function<void()> before = [] {};  ///< Not measured.
};

/// Runs both in turns and reports the median of the rounds' ratios.
void compare(report& found, const contest& both) {
    constexpr int rounds = 41;
    std::vector<double> times;
    std::vector<double> ratios;
    for (int round = 0; round < rounds + 1; ++round) {
        both.before();
        // Whoever goes second finds a warmer machine, so they take turns at that too.
        double own = round % 2 == 0 ? seconds_of(both.measured) : 0;
        const double hand = seconds_of(both.yardstick);
        own = round % 2 == 0 ? own : seconds_of(both.measured);
        if (round > 0) {  // the first one prepares the statements
            times.push_back(own / both.operations * 1e9);
            ratios.push_back(own / hand);
        }
    }
    found.add("query/" + both.name + "/ns", median(times), "ns");
    found.add("query/" + both.name + "/ratio", median(ratios), "");
}

template <class Database>
void insert_all(Database& database, const std::vector<person>& rows) {
    for (const auto& row : rows) {
        database.insert(row);
    }
}

template <class Database>
void scan(Database& database, int times) {
    for (int i = 0; i < times; ++i) {
        if (database.all().size() != rows_stored) {
            std::abort();
        }
    }
}

template <class Database>
void find_each(Database& database, const std::vector<person>& rows) {
    for (const auto& row : rows) {
        if (database.find(row.id).age != row.age) {
            std::abort();
        }
    }
}

template <class Database>
void age_of_each(Database& database, const std::vector<person>& rows) {
    for (const auto& row : rows) {
        if (database.age_of(row.id) != row.age) {
            std::abort();
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    hand_written by_hand;
    typed queries;
    std::vector<person> rows;
    rows.reserve(rows_stored);
    for (int i = 0; i < rows_stored; ++i) {
        rows.push_back(made_person(i));
    }
    report found;
    compare(found, {"insert", rows_stored, [&] { insert_all(queries, rows); },
                    [&] { insert_all(by_hand, rows); },
                    [&] {
                        queries.clear();
                        by_hand.clear();
                    }});
    compare(found, {"row", rows_stored, [&] { find_each(queries, rows); },
                    [&] { find_each(by_hand, rows); }});
    compare(found, {"scalar", rows_stored, [&] { age_of_each(queries, rows); },
                    [&] { age_of_each(by_hand, rows); }});
    constexpr int scans = 5;
    compare(found, {"scan", scans, [&] { scan(queries, scans); }, [&] { scan(by_hand, scans); }});
    return found.finish(argc, argv);
}
