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

using enum detail::expression_error;
constexpr auto error_of(std::string_view text) {
    return detail::parse_type_expression(text).error;
}
static_assert(error_of("string > 0") == none);
static_assert(error_of("") == empty);
static_assert(error_of("strng") == unknown_type);
static_assert(error_of("string.mail") == unknown_subtype);
static_assert(error_of("number >") == number_expected);
static_assert(error_of("boolean > 1") == bound_on_wrong_type);
static_assert(error_of("'a | 'b'") != none);
static_assert(error_of("string foo") == trailing_text);
static_assert(error_of("5 < number < 3") == unsatisfiable);

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
