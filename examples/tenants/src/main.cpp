// A server for users and posts, events and settings, with one database for each tenant. What
// dormouse serves by itself: /rpc/<database>/<tenant>/<action> and /ws/<database>/<tenant>.
#include "site.hpp"

#include <dormouse/databases.hpp>
#include <dormouse/http_server.hpp>
#include <dormouse/runtime.hpp>
#include <dormouse/spdlog_sink.hpp>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <string>

namespace {

struct server_flags {
    std::uint16_t port = 8787;
    std::filesystem::path data = "data";
    std::filesystem::path cache = dormouse::cache_from_environment();
    std::int64_t idle_milliseconds = 10'000;
    std::size_t threads = 0;
    bool development = false;
};

void declare(CLI::App& app, server_flags& flags) {
    const std::map<std::string, std::int64_t> units{{"ms", 1}, {"s", 1'000}, {"min", 60'000}};
    app.add_option("--port", flags.port, "TCP port on 127.0.0.1; 0 takes a free one")
        ->capture_default_str();
    app.add_option("--data", flags.data, "Directory of the databases")->capture_default_str();
    app.add_option("--idle-timeout", flags.idle_milliseconds,
                   "An object without work sleeps after this long: 500ms, 10s, 2min; "
                   "a number alone is milliseconds")
        ->transform(CLI::AsNumberWithUnit(units))
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--threads", flags.threads, "Threads that run objects; 0: one for each core")
        ->capture_default_str();
    app.add_flag("--dev", flags.development,
                 "Development mode: follows what the database tool pushes and resets");
    app.add_option("--cache", flags.cache, "Where the database tool keeps that")
        ->capture_default_str();
}

dormouse::runtime_options options_from(const server_flags& flags) {
    auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    auto logger = std::make_shared<spdlog::logger>("demo_server", std::move(sink));
    dormouse::runtime_options options{.databases = dormouse::databases(),
                                      .directory = flags.data,
                                      .threads_per_loop = flags.threads,
                                      .log = dormouse::make_spdlog_sink(std::move(logger))};
    options.idle_timeout = std::chrono::milliseconds(flags.idle_milliseconds);
    if (flags.development) {
        options.mode = dormouse::runtime_mode::development;
        options.cache = flags.cache;
    }
    return options;
}

// The handler only ends the wait; stopping happens on the main thread.
void wait_for_signal(boost::asio::io_context& waiting, boost::asio::signal_set& signals) {
    signals.async_wait([](boost::system::error_code, int) {});
    waiting.run();
}

void serve(const server_flags& flags) {
    // Before any thread starts, so that no signal is missed.
    boost::asio::io_context waiting;
    boost::asio::signal_set signals(waiting, SIGINT, SIGTERM);

    const dormouse::runtime_options options = options_from(flags);
    dormouse::runtime runtime(options);
    dormouse::http_server server(runtime, {.port = flags.port, .log = options.log});
    add_site(server);
    server.start();
    std::cout << "listening on http://127.0.0.1:" << server.port() << std::endl;

    wait_for_signal(waiting, signals);
    server.stop();
    runtime.stop();
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("One SQLite database for each tenant, over HTTP and WebSocket");
    server_flags flags;
    declare(app, flags);
    try {
        app.parse(argc, argv);
        serve(flags);
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    } catch (const std::exception& error) {
        std::cerr << "demo_server: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
