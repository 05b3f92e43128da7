#include "transport/served_hosts.hpp"

#include <gtest/gtest.h>

namespace dormouse {
namespace {

TEST(ServedHosts, AnswersToTheMachineItselfWithAnyPort) {
    const served_hosts hosts("10.0.0.7", {"Shop.example:80", "fe80::1"});

    for (const auto* host : {"localhost", "LOCALHOST:1", "127.0.0.1:8787", "[::1]", "[::1]:80",
                             "10.0.0.7:9", "shop.example", "shop.example:443", "[fe80::1]:1"}) {
        EXPECT_TRUE(hosts.serves(host)) << host;
    }
}

TEST(ServedHosts, RefusesOtherNames) {
    const served_hosts hosts("127.0.0.1", {});

    for (const auto* host : {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example",
                             "::1", "evil.example:8787", "[::2]"}) {
        EXPECT_FALSE(hosts.serves(host)) << host;
    }
}

TEST(ServedHosts, JudgesOriginsByTheirHost) {
    const served_hosts hosts("127.0.0.1", {});

    EXPECT_TRUE(hosts.serves_origin("http://localhost:3000"));
    EXPECT_FALSE(hosts.serves_origin("https://evil.example"));
    EXPECT_FALSE(hosts.serves_origin("null"));
    EXPECT_FALSE(hosts.serves_origin("localhost"));
}

}  // namespace
}  // namespace dormouse
