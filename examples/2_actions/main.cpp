// Teaches: databases and actions in one file; a tenant named by the caller or found by a resolver;
// a call within the object, a call from one object to another; the ways to wait for a result.
#include <dormouse/query.hpp>
#include <dormouse/runtime.hpp>
#include <dormouse/tenant.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_future.hpp>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

struct note {
    std::int64_t id;
    std::string text;
};
inline constexpr auto notes = dormouse::table<note>("notes").autoincrement(&note::id);
inline constinit const dormouse::database notes_db{
    {.name = "notes", .tables = dormouse::schema<notes>}};  // one object per tenant
inline constinit const dormouse::database totals_db{
    {.name = "totals", .tables = {}, .instance = dormouse::instance_kind::global}};

struct no_args {};
struct text_args {
    dormouse::arg<"string > 0"> text;
};

// Actions are constants at namespace scope: defining one is all there is to registering it.
const auto count_note = totals_db.action("countNote", [](dormouse::db& db, const no_args&) {
    return db.sql<"UPDATE totals SET notes = notes + 1 RETURNING notes", std::int64_t>().one();
});
const auto list_notes = notes_db.action("listNotes", [](dormouse::db& db, const no_args&) {
    return db.select_from<notes>().order_by(dormouse::col<&note::id>).all();
});
// Another object is awaited, and meanwhile this one may run other calls.
const dormouse::action<text_args, std::int64_t> add_note{
    notes_db, "addNote",
    [](dormouse::db& db, const text_args& args,
       dormouse::context&) -> dormouse::awaitable<std::int64_t> {
        db.insert_into<notes>().values(args).execute();
        const std::int64_t total = co_await count_note({});
        co_return total;
    }};
const dormouse::action<no_args, std::string> last_note{
    notes_db, "lastNote", [](dormouse::db&, const no_args&, dormouse::context& ctx) {
        const std::vector<note> all = list_notes(ctx, {});  // the same object: a plain call
        return all.empty() ? std::string() : all.back().text;
    }};

namespace {

bool check(bool good, std::string_view what) {
    std::cout << (good ? "ok    " : "WRONG ") << what << '\n';
    return good;
}

dormouse::awaitable<bool> with_coroutines() {
    using namespace boost::asio::experimental::awaitable_operators;
    co_await add_note({.text = "milk"});  // the tenant comes from the resolver
    const auto [bread, tea] =
        co_await (add_note.on("bob")({.text = "bread"}) && add_note.on("carol")({.text = "tea"}));
    const std::string mine = co_await last_note({});
    const std::string bobs = co_await last_note.on("bob")({});
    co_return check(mine == "milk", "the resolver's tenant") &&
        check(bobs == "bread", "a tenant of the caller's choice") &&
        check(bread + tea == 5, "one total for everybody, from two calls at once");
}

bool with_other_tokens(dormouse::runtime& runtime) {
    auto future = last_note.on(runtime, "carol").async_call({}, boost::asio::use_future);
    const auto called_back = std::make_shared<std::promise<std::string>>();
    last_note.on(runtime, "carol").async_call({}, [=](const std::exception_ptr&, std::string text) {
        called_back->set_value(std::move(text));
    });
    return check(future.get() == "tea", "a future") &&
           check(called_back->get_future().get() == "tea", "a callback");
}

std::filesystem::path make_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "actions.XXXXXX").string();
    return ::mkdtemp(name.data());
}

bool run(const std::filesystem::path& directory) {
    // What dormouse_add_databases() writes for a program whose migrations lie in files.
    static constexpr std::array notes_files{dormouse::migration_file{
        "0000_init",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "
        "text TEXT NOT NULL)"}};
    static constexpr std::array totals_files{dormouse::migration_file{
        "0000_init",
        "CREATE TABLE totals (notes INTEGER NOT NULL); INSERT INTO totals VALUES (0)"}};
    const std::array databases{dormouse::database_entry{&notes_db, "notes", notes_files},
                               dormouse::database_entry{&totals_db, "totals", totals_files}};
    dormouse::runtime runtime({.databases = databases, .directory = directory});
    runtime.set_tenant_id_resolver([] { return std::string("alice"); });
    auto coroutines =
        boost::asio::co_spawn(runtime.executor(), with_coroutines(), boost::asio::use_future);
    return coroutines.get() && with_other_tokens(runtime);
}

}  // namespace

int main() {
    const std::filesystem::path directory = make_directory();
    const bool good = run(directory);
    std::filesystem::remove_all(directory);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
