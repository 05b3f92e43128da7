#include <dormouse/detail/reflection.hpp>

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

using namespace dormouse::detail;

namespace {

enum class colour { red, green = 2, blue };

struct nothing {};
struct many {
    std::optional<std::optional<int>> a;
    std::vector<std::byte> bB;
    std::variant<int, std::string> c_3;
    std::map<std::string, int> d;
    std::unique_ptr<int> e;
    std::array<int, 3> f;
    nothing g;
    colour h;
};

// clang-format off
struct full {
    int a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4,
        c5, c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9,
        f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, g0, g1, g2, g3;
};
// clang-format on

static_assert(field_count<nothing> == 0);
static_assert(field_count<many> == 8);
static_assert(field_count<full> == 64);
static_assert(field_name<many, 1> == "bB" && field_name<many, 2> == "c_3");
static_assert(field_name<full, 63> == "g3");
static_assert(index_of(&many::g) == 6);
static_assert(std::is_same_v<field_type<many, 4>, std::unique_ptr<int>>);

TEST(Reflection, VisitsFieldsInOrder) {
    struct pair {
        int first;
        std::string second;
    } object{1, "x"};
    std::string seen;

    for_each_field(object, [&](auto index, auto& value) {
        seen += std::to_string(index()) + field_names<pair>[index()].data()[0];
        value = {};
    });

    EXPECT_EQ(seen, "0f1s");
    EXPECT_EQ(object.second, "");
}

TEST(Reflection, KnowsTheNamesOfEnumerators) {
    EXPECT_EQ(enum_name(colour::blue), "blue");
    EXPECT_EQ(enum_name(static_cast<colour>(1)), "");
    EXPECT_EQ(find_enum<colour>("green"), 2u);
    EXPECT_EQ(find_enum<colour>(""), not_found);
}

}  // namespace
