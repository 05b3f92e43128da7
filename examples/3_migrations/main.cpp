// Teaches: schema changes. A database has a list of files, an object with a class the list in its
// constructor; the second version of this program knows one more step of each. Nobody runs anything
// against the old objects: each applies what it lacks when it next wakes.
#include <dormouse/migrate.hpp>
#include <dormouse/query.hpp>
#include <dormouse/runtime.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <span>
#include <string>
#include <vector>

inline constinit const dormouse::database shop_db{{.name = "shop"}};

struct no_args {};
const auto columns = shop_db.action("columns", [](dormouse::db& db, const no_args&) {
    return db.sql<"SELECT name FROM pragma_table_info('items')", std::string>().all();
});
const auto add_item = shop_db.action("addItem", [](dormouse::db& db, const no_args&) {
    return db.sql<"INSERT INTO items (name) VALUES ('lamp') RETURNING name", std::string>().one();
});

// One chunk per breakpoint; a chunk and the note that it ran are one commit.
constexpr std::array files{
    dormouse::migration_file{"20260101000000_init",
                             "CREATE TABLE items (name TEXT NOT NULL);\n"
                             "--> breakpoint\n"
                             "CREATE INDEX items_name ON items (name);"},
    dormouse::migration_file{"20260201000000_price",
                             "ALTER TABLE items ADD COLUMN price INTEGER NOT NULL DEFAULT 0;"},
};
constexpr std::array steps{
    dormouse::inline_migration{"m0000", "CREATE TABLE log (line TEXT NOT NULL)"},
    dormouse::inline_migration{"m0001", "INSERT INTO log VALUES ('added by m0001')"},
};

// How many steps of each list this version of the program knows.
template <std::size_t Version>
struct diary : dormouse::object {
    explicit diary(dormouse::context& ctx) : dormouse::object(ctx) {
        dormouse::migrate(db(), std::span(steps).first(Version));
    }
    std::int64_t lines() {
        dormouse::db& database = db();
        return database.sql<"SELECT count(*) FROM log", std::int64_t>().one();
    }
};

namespace {

struct seen {
    std::vector<std::string> old_shop;  // woken by both versions
    std::vector<std::string> new_shop;  // first woken by this version
    std::int64_t diary_lines = 0;
};

template <std::size_t Version>
dormouse::awaitable<seen> look(dormouse::runtime& runtime) {
    const std::string newcomer = "shop of version " + std::to_string(Version);
    const auto book = runtime.object<diary<Version>>("Diary", "mine");
    co_await add_item.on("old shop")({});
    seen answer;
    answer.old_shop = co_await columns.on("old shop")({});
    answer.new_shop = co_await columns.on(newcomer)({});
    answer.diary_lines = co_await book.call(&diary<Version>::lines);
    co_return answer;
}

template <std::size_t Version>
seen run(const std::filesystem::path& directory) {
    const std::array databases{
        dormouse::database_entry{&shop_db, "shop", std::span(files).first(Version)}};
    dormouse::runtime runtime({.databases = databases, .directory = directory});
    runtime.add_class<diary<Version>>("Diary");
    return boost::asio::co_spawn(runtime.executor(), look<Version>(runtime),
                                 boost::asio::use_future)
        .get();
}

bool expect(const seen& got, const std::vector<std::string>& names, std::int64_t lines) {
    const bool good = got.old_shop == names && got.new_shop == names && got.diary_lines == lines;
    std::cout << (good ? "ok    " : "WRONG ") << got.old_shop.size() << " and "
              << got.new_shop.size() << " columns, " << got.diary_lines << " lines\n";
    return good;
}

std::filesystem::path make_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "migrations.XXXXXX").string();
    return ::mkdtemp(name.data());
}

}  // namespace

int main() {
    const std::filesystem::path directory = make_directory();
    const bool good =
        expect(run<1>(directory), {"name"}, 0) && expect(run<2>(directory), {"name", "price"}, 1);
    std::filesystem::remove_all(directory);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
