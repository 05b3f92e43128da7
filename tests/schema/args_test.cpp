#include <dormouse/args.hpp>
#include <dormouse/error.hpp>

#include <gtest/gtest.h>

using namespace dormouse;

namespace {

enum class level { low, high };

struct create_user_args {
    arg<"string > 0"> name;
    arg<"string.email"> email;
    arg<"number > 0?"> age;
};
struct no_args {};
struct all_forms {
    arg<"string"> text;
    arg<"number >= 0"> number;
    arg<"0 <= number.integer <= 150"> years;
    arg<"boolean"> flag;
    arg<"string[]"> tags;
    arg<"number?"> limit;
    arg<"'admin' | 'user'"> role;
    arg<"string | null"> note;
    arg<"Date?"> when;
    arg<"unknown?"> any;
    arg<"number.integer[] <= 2"> pair;
    level plain_level;
    bool plain_flag;
    std::optional<int> plain_optional;
};

static_assert(std::is_same_v<decltype(all_forms::years)::value_type, std::int64_t>);
static_assert(
    std::is_same_v<decltype(all_forms::tags)::value_type, std::span<const std::string_view>>);
static_assert(std::is_same_v<decltype(all_forms::limit)::value_type, std::optional<double>>);
static_assert(
    std::is_same_v<decltype(all_forms::note)::value_type, std::optional<std::string_view>>);
static_assert(detail::view_arguments<all_forms>);

// What does not fit an argument does not compile.
static_assert(!std::is_convertible_v<int, arg<"string">>);
static_assert(!std::is_convertible_v<double, arg<"number.integer">>);
static_assert(!std::is_convertible_v<bool, arg<"number">>);
static_assert(!std::is_convertible_v<int, arg<"boolean">>);
static_assert(std::is_convertible_v<std::string, arg<"string">>);
static_assert(!std::is_aggregate_v<arg<"string">>);
struct owning_args {
    std::string name;
};
static_assert(!detail::view_arguments<owning_args>);
template <class Args>
concept name_alone_is_enough = requires {
    Args{.name = "Ann"};
};
static_assert(name_alone_is_enough<owning_args>);

// What ArkType refuses is refused while compiling; here the same code runs, and can be asked.
bool compiles(std::string_view text) {
    try {
        (void)detail::shape_of(text);
        return true;
    } catch (const char*) {
        return false;
    }
}

TEST(TypeShape, RefusesWhatCannotBeMeant) {
    for (const char* text : {"",
                             "strng",
                             "string.mail",
                             "number >",
                             "boolean > 1",
                             "'a | 'b'",
                             "string foo",
                             "5 < number < 3",
                             "number % 0",
                             "'a' & 'b'",
                             "string & number",
                             "number?[]",
                             "string[",
                             "(string",
                             "string)",
                             "number = string",
                             "01",
                             "string > 1.5",
                             "5 > number",
                             "Record<string>"}) {
        EXPECT_FALSE(compiles(text)) << text;
    }
    for (const char* text : {"string > 0", "0 < number.integer <= 5 = 3", "('a' | 'b')[]",
                             "string[][] | null", "keyof object", "Record<string, number>"}) {
        EXPECT_TRUE(compiles(text)) << text;
    }
}

template <class Args>
std::string problems(std::string_view json) {
    try {
        (void)packed_args<Args>::from_json(json);
    } catch (const error& e) {
        EXPECT_EQ(e.reason(), errc::invalid_arguments);
        return e.what();
    }
    return "";
}

TEST(Args, AcceptWhatFits) {
    auto packed = packed_args<create_user_args>::from_json(
        R"({"name":"Ada \u00e9","email":"ada@example.com","extra":[1]})");

    EXPECT_EQ(*packed.value().name, "Ada é");
    EXPECT_EQ(*packed.value().email, "ada@example.com");
    EXPECT_FALSE(packed.value().age->has_value());
}

TEST(Args, ReportEveryProblemInArkTypesWordsAndOrder) {
    EXPECT_EQ(problems<create_user_args>(R"({"name":"","email":"x"})"),
              "email must be an email address (was \"x\")\nname must be non-empty");
    EXPECT_EQ(problems<create_user_args>(R"({"age":0})"),
              "email must be a string (was missing)\nname must be a string (was missing)\n"
              "age must be positive (was 0)");
    EXPECT_EQ(problems<create_user_args>(R"({"name":"A","email":"a@b.co","age":null})"),
              "age must be a number (was null)");
}

TEST(Args, MustBeAnObject) {
    EXPECT_EQ(problems<create_user_args>("null"), "must be an object (was null)");
    EXPECT_EQ(problems<no_args>("\"x\""), "must be an object (was a string)");
    EXPECT_EQ(problems<no_args>("5"), "must be an object (was a number)");
}

TEST(Args, MayBeNone) {
    EXPECT_EQ(problems<no_args>("{}"), "");
    EXPECT_EQ(problems<no_args>(R"({"x":{"y":1}})"), "");
    EXPECT_EQ(to_json(packed_args<no_args>(no_args{}).value()), "{}");
}

TEST(Args, ThatAreNotJsonAreAnInvalidRequest) {
    for (const char* text : {"", "{", "{\"name\":}", "{} {}"}) {
        try {
            (void)packed_args<no_args>::from_json(text);
            ADD_FAILURE() << text;
        } catch (const error& e) {
            EXPECT_EQ(e.reason(), errc::invalid_request) << text;
        }
    }
    auto deep = "{\"x\":" + std::string(10'000, '[') + std::string(10'000, ']') + "}";
    EXPECT_THROW((void)packed_args<no_args>::from_json(deep), error);
}

TEST(Args, TravelThroughJsonUnchanged) {
    std::vector<std::string> tags{"p", "q"};
    std::vector<std::int64_t> pair{1, -2};
    auto views = list(tags);
    all_forms args{.text = "t\n",
                   .number = 0.5,
                   .years = 150,
                   .flag = true,
                   .tags = views,
                   .role = "admin",
                   .when = timestamp(std::chrono::milliseconds(7)),
                   .any = json_view{R"({"deep":[1]})"},
                   .pair = pair,
                   .plain_level = level::high,
                   .plain_flag = false};
    std::string text = to_json(args);

    EXPECT_EQ(text, R"({"text":"t\n","number":0.5,"years":150,"flag":true,"tags":["p","q"],)"
                    R"("role":"admin","note":null,"when":"1970-01-01T00:00:00.007Z",)"
                    R"("any":{"deep":[1]},"pair":[1,-2],"plain_level":"high","plain_flag":false,)"
                    R"("plain_optional":null})");
    auto read = packed_args<all_forms>::from_json(text);
    EXPECT_EQ(to_json(read.value()), text);
    EXPECT_NO_THROW(validate(read.value()));
    const auto sent = packed_args<all_forms>::to_json(args);
    EXPECT_EQ(to_json(packed_args<all_forms>::from_json(sent).value()), text);
}

TEST(Args, AreCheckedWhenTheyComeFromCppToo) {
    try {
        validate(create_user_args{.name = "", .email = "x", .age = -1});
        ADD_FAILURE();
    } catch (const error& e) {
        EXPECT_EQ(e.reason(), errc::invalid_arguments);
        EXPECT_STREQ(e.what(),
                     "email must be an email address (was \"x\")\nname must be non-empty\n"
                     "age must be positive (was -1)");
    }
}

TEST(Args, NumbersFromCppMustBeFiniteToo) {
    create_user_args args{.name = "A", .email = "a@b.co", .age = 1};
    args.age.value = std::numeric_limits<double>::infinity();

    EXPECT_THROW(validate(args), error);
}

struct line_args {
    arg<"string > 0"> sku;
    arg<"number.integer > 0 = 1"> quantity;
};
struct order_args {
    std::string_view customer;
    line_args first;
    std::span<const line_args> more;
    std::optional<line_args> gift;
    arg<"string.trim"> note;
    arg<"string | number"> reference;
    arg<"('red' | 'blue')[]"> colours;
    arg<"number[][]?"> grid;
};
static_assert(detail::view_arguments<order_args>);

constexpr std::string_view order_json =
    R"({"customer":"Ann","first":{"sku":"a"},"more":[{"sku":"b","quantity":2},{"sku":"c"}],)"
    R"("note":"  hello ","reference":7,"colours":["red","blue"],"grid":[[1,2],[]]})";

TEST(Args, HoldObjectsAndLists) {
    auto packed = packed_args<order_args>::from_json(order_json);
    const order_args& order = packed.value();

    EXPECT_EQ(order.customer, "Ann");
    EXPECT_EQ(*order.first.sku, "a");
    EXPECT_EQ(*order.first.quantity, 1);
    ASSERT_EQ(order.more.size(), 2u);
    EXPECT_EQ(*order.more[0].quantity, 2);
    EXPECT_EQ(*order.more[1].sku, "c");
    EXPECT_FALSE(order.gift.has_value());
    EXPECT_EQ(*order.note, "hello");
    EXPECT_EQ(order.reference->text, "7");
    EXPECT_EQ(order.colours->size(), 2u);
    EXPECT_TRUE((*order.colours)[1] == "blue");
    EXPECT_EQ((**order.grid)[0][1], 2);
}

TEST(Args, NameThePlaceWithinObjectsAndLists) {
    EXPECT_EQ(problems<order_args>(R"({"customer":"Ann","first":{"sku":""},"more":[{}],)"
                                   R"("note":"","reference":true,"colours":["green"]})"),
              "colours[0] must be \"blue\" or \"red\" (was \"green\")\n"
              "first.sku must be non-empty\n"
              "more[0].sku must be a string (was missing)\n"
              "reference must be a number or a string (was boolean)");
}

TEST(Args, AreChangedTheSameWayInProcess) {
    struct trimmed_args {
        arg<"string.trim"> name;
    };
    packed_args<trimmed_args> packed(trimmed_args{.name = "  Ann "});

    EXPECT_EQ(*packed.value().name, "Ann");
}

TEST(Args, AreMovedWithAllTheyHold) {
    std::string sku(60, 'x');
    std::vector<line_args> lines;
    lines.push_back({.sku = sku, .quantity = 3});
    auto read = packed_args<order_args>::from_json(order_json);
    order_args order = read.value();
    order.more = lines;
    packed_args<order_args> packed(order);

    sku.assign(60, 'z');
    lines.clear();

    EXPECT_EQ(*packed.value().more[0].sku, std::string(60, 'x'));
    EXPECT_EQ(*packed.value().more[0].quantity, 3);
}

TEST(Args, RefuseIntegersBeyondTheirType) {
    struct integer_args {
        arg<"number.integer"> n;
    };
    EXPECT_EQ(problems<integer_args>(R"({"n":9223372036854775807})"), "");
    EXPECT_NE(problems<integer_args>(R"({"n":1e300})"), "");
}

TEST(PackedArgs, OwnACopyThatStaysWhenTheyMove) {
    struct text_args {
        arg<"string"> text;
        arg<"string[]"> tags;
    };
    std::string text(100, 'x');
    std::vector<std::string> tags{"first", std::string(50, 'y')};
    auto views = list(tags);
    packed_args<text_args> packed(text_args{.text = text, .tags = views});
    const char* where = packed.value().text->data();

    text.assign(100, 'z');
    tags[1].assign(50, 'z');
    views[0] = {};
    auto moved = std::move(packed);

    EXPECT_EQ(*moved.value().text, std::string(100, 'x'));
    EXPECT_EQ(moved.value().text->data(), where);
    EXPECT_EQ((*moved.value().tags)[0], "first");
    EXPECT_EQ((*moved.value().tags)[1], std::string(50, 'y'));
}

TEST(OneOf, ComparesAsText) {
    decltype(all_forms::role) role = "user";

    EXPECT_TRUE(*role == "user");
    EXPECT_EQ(role->view(), "user");
}

TEST(Args, TakeALastValueForARepeatedKey) {
    EXPECT_EQ(problems<create_user_args>(R"({"name":"","name":"A","email":"a@b.co"})"), "");
    EXPECT_NE(problems<create_user_args>(R"({"name":"A","name":5,"email":"a@b.co"})"), "");
}

TEST(Args, HoldNumbersThatPlainMembersCanHold) {
    struct small_args {
        std::int8_t small;
        std::optional<unsigned> positive;
        level kind;
    };

    EXPECT_EQ(problems<small_args>(R"({"small":127,"kind":"low"})"), "");
    EXPECT_EQ(
        problems<small_args>(R"({"small":128,"positive":-1,"kind":"mid"})"),
        "kind must be \"high\" or \"low\" (was \"mid\")\nsmall must be at most 127 (was 128)\n"
        "positive must be non-negative or null (was -1)");
}

}  // namespace
