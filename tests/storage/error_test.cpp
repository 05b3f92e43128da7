#include <dormouse/error.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace dormouse::test {
namespace {

TEST(Error, NamesEveryCodeAndFindsItAgain) {
    std::set<std::string_view> names;
    for (int code = 1; code <= static_cast<int>(errc::not_found); ++code) {
        const auto reason = static_cast<errc>(code);
        EXPECT_EQ(errc_named(name_of(reason)), reason);
        EXPECT_NE(make_error_code(reason).message(), "unknown dormouse error");
        names.insert(name_of(reason));
    }
    EXPECT_EQ(names.size(), static_cast<std::size_t>(errc::not_found));
    EXPECT_EQ(errc_named("from a later version"), errc::handler_failed);
}

TEST(Error, ReadsAsItsTextAlone) {
    const error failed(errc::overloaded, "too much");

    EXPECT_STREQ(failed.what(), "too much");
    EXPECT_EQ(failed.code(), errc::overloaded);
    EXPECT_TRUE(failed.overloaded());
    EXPECT_FALSE(failed.retryable());
    EXPECT_FALSE(failed.remote());
    EXPECT_TRUE(failed.as_remote().remote());
}

}  // namespace
}  // namespace dormouse::test
