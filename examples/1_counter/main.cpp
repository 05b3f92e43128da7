// Teaches: an object with a class of its own. Its constructor runs at every wake and brings the
// tables up to date; members are its memory, the database is what lasts; methods are called through
// a stub, one at a time, so nothing needs a lock.
#include <dormouse/migrate.hpp>
#include <dormouse/query.hpp>
#include <dormouse/runtime.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

class counter : public dormouse::object {
public:
    explicit counter(dormouse::context& ctx) : dormouse::object(ctx) {
        dormouse::migrate(db(), {{"m0000",
                                  "CREATE TABLE total (value INTEGER NOT NULL);"
                                  "INSERT INTO total VALUES (0)"}});
        value_ = db().sql<"SELECT value FROM total", std::int64_t>().one();
    }

    std::int64_t add(std::int64_t amount) {
        value_ += amount;
        db().sql<"UPDATE total SET value = ?">(value_).execute();
        return value_;
    }

    // Answered from memory, without a query.
    std::int64_t value() const { return value_; }

private:
    std::int64_t value_ = 0;
};

namespace {

dormouse::awaitable<bool> count(dormouse::runtime& runtime) {
    const auto visits = runtime.object<counter>("Counter", "visits");
    const auto errors = runtime.object<counter>("Counter", "errors");

    co_await visits.call(&counter::add, 2);
    co_await visits.call(&counter::add, 3);
    co_await errors.call(&counter::add, 1);

    const std::int64_t visited = co_await visits.call(&counter::value);
    const std::int64_t failed = co_await errors.call(&counter::value);
    std::cout << "visits " << visited << ", errors " << failed << '\n';
    co_return visited == 5 && failed == 1;
}

dormouse::awaitable<bool> still_there(dormouse::runtime& runtime) {
    const auto visits = runtime.object<counter>("Counter", "visits");
    const std::int64_t visited = co_await visits.call(&counter::value);
    std::cout << "after a restart: visits " << visited << '\n';
    co_return visited == 5;
}

using scene = dormouse::awaitable<bool> (*)(dormouse::runtime&);

// Each scene has a runtime of its own over the same directory, as if the program had been
// restarted.
bool run(const std::filesystem::path& directory, scene play) {
    dormouse::runtime runtime({.directory = directory});
    runtime.add_class<counter>("Counter");
    return boost::asio::co_spawn(runtime.executor(), play(runtime), boost::asio::use_future).get();
}

std::filesystem::path make_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "counter.XXXXXX").string();
    return ::mkdtemp(name.data());
}

}  // namespace

int main() {
    const std::filesystem::path directory = make_directory();
    const bool good = run(directory, count) && run(directory, still_there);
    std::filesystem::remove_all(directory);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
