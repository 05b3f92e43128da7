// The tests of the example's own actions, on virtual time and a disk in memory.
#include "databases/actions/create_post.hpp"
#include "databases/actions/create_user.hpp"
#include "databases/actions/create_user_if_not_exists.hpp"
#include "databases/actions/events.hpp"
#include "databases/actions/get_users_with_posts.hpp"
#include "databases/actions/settings.hpp"

#include <dormouse/testing.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace {

std::vector<dormouse::test_database> all() {
    const auto entries = dormouse::databases();
    return {entries.begin(), entries.end()};
}

TEST(Tenants, ListUsersWithTheirPosts) {
    dormouse::test_runtime test(all());
    const auto alice = test.run(create_user, {.name = "Alice", .email = "alice@example.com"});
    test.run(create_post, {.authorId = alice.id, .title = "Hello", .body = {}});

    const auto listed = test.run(get_users_with_posts, {});

    ASSERT_EQ(listed.size(), 1U);
    ASSERT_EQ(listed.front().posts.size(), 1U);
    EXPECT_EQ(listed.front().posts.front().title, "Hello");
}

TEST(Tenants, CreateAUserOnce) {
    dormouse::test_runtime test(all());
    const auto bob = create_user_args{.name = "Bob", .email = "bob@example.com"};

    EXPECT_TRUE(test.run(create_user_if_not_exists, bob).created);
    EXPECT_FALSE(test.run(create_user_if_not_exists, bob).created);
}

TEST(Tenants, CountEventsSinceAMoment) {
    dormouse::test_runtime test(all());
    test.run(track_event, {.type = "view"});
    test.advance(std::chrono::hours(1));
    const auto since = test.now();
    test.run(track_event, {.type = "view"});

    const auto counts = test.run(get_event_counts, {.since = since});

    ASSERT_EQ(counts.size(), 1U);
    EXPECT_EQ(counts.front().count, 1);
}

TEST(Tenants, ShareSettings) {
    dormouse::test_runtime test(all());
    test.run(set_setting, {.key = "theme", .value = "dark"});
    test.set_tenant("another");

    EXPECT_EQ(test.run(get_setting, {.key = "theme"})->value, "dark");
}

}  // namespace
