// A program that knows dormouse only as an installed package.
#include "databases/actions/create_user.hpp"

#include <dormouse/databases.hpp>
#include <dormouse/runtime.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <exception>
#include <iostream>
#include <string>

namespace {

dormouse::awaitable<void> create_twice() {
    const user alice = co_await create_user({.name = "Alice", .email = "a@example.com"});
    try {
        co_await create_user({.name = alice.name, .email = alice.email});
    } catch (const std::exception& error) {
        std::cout << alice.name << " again: " << error.what() << '\n';
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: consumer <data directory>\n";
        return 2;
    }
    dormouse::runtime runtime({.databases = dormouse::databases(), .directory = argv[1]});
    runtime.set_tenant_id_resolver([] { return std::string("tenant-1"); });
    boost::asio::co_spawn(runtime.executor(), create_twice(), boost::asio::use_future).get();
}
