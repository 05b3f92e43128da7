#include "transport/http_target.hpp"

#include <dormouse/error.hpp>
#include <dormouse/http_message.hpp>

#include <gmock/gmock.h>

namespace dormouse {
namespace {

using testing::ElementsAre;
using testing::Optional;
using testing::Pair;

TEST(HttpRequest, FindsHeadersWhateverTheirCase) {
    http_request request;
    request.headers = {{"Content-Type", "text/plain"}};

    EXPECT_THAT(request.header("content-type"), Optional(std::string_view("text/plain")));
    EXPECT_EQ(request.header("accept"), std::nullopt);
}

TEST(HttpRequest, FindsCookiesInSeveralHeaders) {
    http_request request;
    request.headers = {{"Cookie", "a=1; session=\"x y\""}, {"cookie", "b=2=3;broken"}};

    EXPECT_THAT(request.cookie("session"), Optional(std::string_view("x y")));
    EXPECT_THAT(request.cookie("b"), Optional(std::string_view("2=3")));
    EXPECT_EQ(request.cookie("broken"), std::nullopt);
    EXPECT_EQ(request.cookie("ession"), std::nullopt);
}

TEST(HttpTarget, SplitsBeforeItDecodes) {
    const auto target = parse_target("/rpc/shop/a%2Fb%C3%A9/add?x=1+2&y=%26");

    EXPECT_THAT(target.segments, ElementsAre("rpc", "shop", "a/b\xC3\xA9", "add"));
    EXPECT_EQ(target.path, "/rpc/shop/a/b\xC3\xA9/add");
    EXPECT_THAT(target.query, ElementsAre(Pair("x", "1 2"), Pair("y", "&")));
}

TEST(HttpTarget, KeepsAnEmptySegment) {
    EXPECT_THAT(parse_target("/rpc/shop//add").segments, ElementsAre("rpc", "shop", "", "add"));
}

TEST(HttpTarget, RefusesWhatIsNoPathOrNotUtf8) {
    for (const auto* target : {"", "shop", "http://a/b", "/%", "/%zz", "/%ff", "/a b", "*"}) {
        EXPECT_THROW(static_cast<void>(parse_target(target)), error) << target;
    }
}

TEST(HttpTarget, EncodesWhatItDecodes) {
    const std::string key = "a/b?c#d%e é\xF0\x9F\x98\x80 +";

    EXPECT_THAT(parse_target("/" + encode_segment(key)).segments, ElementsAre(key));
}

}  // namespace
}  // namespace dormouse
