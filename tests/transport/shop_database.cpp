#include "tests/transport/shop_database.hpp"

#include <dormouse/error.hpp>

#include <array>
#include <chrono>
#include <cstdlib>
#include <stdexcept>

namespace dormouse::test {

constinit const database shop{{.name = "shop"}};
constinit const database socket_shop{
    {.name = "socket-shop", .transport = transport_kind::websocket}};
constinit const database central{{.name = "central", .instance = instance_kind::global}};

namespace {

constexpr std::chrono::seconds longer_than_any_test{60};

constexpr std::array migrations{
    migration_file{"20240101000000_first", "CREATE TABLE notes (text TEXT);"}};
const std::array entries{database_entry{&shop, "shop", migrations},
                         database_entry{&socket_shop, "socket_shop", migrations},
                         database_entry{&central, "central", migrations}};

constexpr auto add_numbers = [](db&, const add_args& args) -> double { return args.a + args.b; };
constexpr auto echo_text = [](db&, const text_args& args) -> std::string {
    return std::string(std::string_view(args.text));
};
constexpr auto throw_boom = [](db&, const no_args&) -> double { throw std::runtime_error("boom"); };
constexpr auto never_return = [](db&, const no_args&, context& ctx) -> awaitable<double> {
    co_await ctx.sleep_for(longer_than_any_test);
    co_return 0;
};

}  // namespace

const action<add_args, double> add{shop, "add", add_numbers};
const action<text_args, std::string> echo{shop, "echo", echo_text};
const action<no_args, std::string> key{shop, "key",
                                       [](db&, const no_args&, context& ctx) -> std::string {
                                           return std::string(ctx.instance_key());
                                       }};
const action<no_args, double> fail{shop, "fail", throw_boom};
const action<no_args, double> overload{shop, "overload", [](db&, const no_args&) -> double {
                                           throw error(errc::overloaded, "too much");
                                       }};
const action<no_args, double> hang{shop, "hang", never_return};
const action<no_args, double> central_fail{central, "fail", throw_boom};

const action<add_args, double> socket_add{socket_shop, "add", add_numbers};
const action<text_args, std::string> socket_echo{socket_shop, "echo", echo_text};
const action<no_args, double> socket_fail{socket_shop, "fail", throw_boom};
const action<no_args, double> socket_hang{socket_shop, "hang", never_return};

void recording_log::write(log_level /*level*/, std::string_view /*component*/,
                          std::string_view text) noexcept {
    const std::lock_guard lock(mutex_);
    texts_.emplace_back(text);
}

std::vector<std::string> recording_log::texts() const {
    const std::lock_guard lock(mutex_);
    return texts_;
}

shop_runtime::shop_runtime() : shop_runtime(entries) {}

shop_runtime::shop_runtime(std::span<const database_entry> databases) {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "dormouse-transport-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw std::runtime_error("cannot make a temporary directory");
    }
    directory_ = pattern;
    runtime_options options{.databases = databases,
                            .directory = directory_,
                            .mode = runtime_mode::production,
                            .is_default = false,
                            .threads_per_loop = 2,
                            .shutdown_grace = std::chrono::milliseconds(200)};
    runtime_ = std::make_unique<runtime>(std::move(options));
}

shop_runtime::~shop_runtime() {
    runtime_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

http_server_options shop_runtime::server_options() const {
    http_server_options options;
    options.port = 0;
    options.shutdown_grace = std::chrono::milliseconds(200);
    options.log = log;
    return options;
}

}  // namespace dormouse::test
