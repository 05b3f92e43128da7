// The server whose wakes are compared with workerd's: one database, one action that selects a row,
// and the migrations of a folder. Everything else is as a program gets it by default.
//
//   wake_server DATA MIGRATIONS     prints "listening on <port>"; SIGTERM stops it
#include <dormouse/action.hpp>
#include <dormouse/http_server.hpp>
#include <dormouse/query.hpp>
#include <dormouse/runtime.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace dormouse;

struct user {
    std::string id;
    std::string name;
    std::string email;
    std::optional<std::string> bio;
};
inline constexpr auto users = table<user>("users").primary_key(&user::id);
constinit const database main_db{{.name = "main", .tables = schema<users>}};

struct get_user_args {
    arg<"string"> id;
};
const action<get_user_args, user> get_user{
    main_db, "getUser", [](db& database, const get_user_args& args) -> user {
        return database.select_from<users>().where(col<&user::id> == args.id).one();
    }};

/// The .sql files of a folder, in order of name.
class migration_folder {
public:
    explicit migration_folder(const std::filesystem::path& folder) {
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            std::ifstream file(entry.path());
            texts_.emplace_back(entry.path().stem().string(),
                                std::string(std::istreambuf_iterator<char>(file), {}));
        }
        std::ranges::sort(texts_);
        for (const auto& [name, sql] : texts_) {
            files_.push_back({name, sql});
        }
    }
    [[nodiscard]] const std::vector<migration_file>& files() const noexcept { return files_; }

private:
    std::vector<std::pair<std::string, std::string>> texts_;
    std::vector<migration_file> files_;
};

void serve(const std::filesystem::path& data, const migration_folder& migrations) {
    // Before any thread starts, so that no signal is missed.
    boost::asio::io_context waiting;
    boost::asio::signal_set signals(waiting, SIGINT, SIGTERM);
    signals.async_wait([](boost::system::error_code, int) {});

    const std::vector entries{database_entry{&main_db, "main", migrations.files()}};
    runtime objects({.databases = entries, .directory = data});
    http_server server(objects, {.port = 0});
    server.start();
    std::cout << "listening on " << server.port() << std::endl;

    waiting.run();
    server.stop();
    objects.stop();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 3) {
            throw std::invalid_argument("usage: wake_server DATA MIGRATIONS");
        }
        serve(argv[1], migration_folder(argv[2]));
    } catch (const std::exception& failure) {
        std::cerr << "wake_server: " << failure.what() << '\n';
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
