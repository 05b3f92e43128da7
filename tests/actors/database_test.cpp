#include <dormouse/action.hpp>
#include <dormouse/database.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dormouse::test {
namespace {

struct no_args {};

constinit const database main_db{{.name = "main"}};
constinit const database dashed{{.name = "user-data"}};
constinit const database underscored{{.name = "user_data_2"}};

const auto second =
    main_db.action("second", [](db&, const no_args&, context&) -> int { return 2; });
const action<no_args, int> first{main_db, "first", [](db&, const no_args&) -> int { return 1; }};

TEST(Database, NamesItsClassAndBindingLikeUpstream) {
    EXPECT_EQ(main_db.class_name(), "MainDatabaseDO");
    EXPECT_EQ(main_db.binding_name(), "MAIN_DATABASE_DO");
    EXPECT_EQ(dashed.class_name(), "UserDataDatabaseDO");
    EXPECT_EQ(dashed.binding_name(), "USER_DATA_DATABASE_DO");
    EXPECT_EQ(underscored.class_name(), "UserData2DatabaseDO");
    EXPECT_EQ(underscored.binding_name(), "USER_DATA_2_DATABASE_DO");
}

TEST(Database, DefaultsToPerTenantOverRpcAndIsNotBrowsable) {
    EXPECT_EQ(main_db.instance(), instance_kind::per_tenant);
    EXPECT_EQ(main_db.transport(), transport_kind::rpc);
    EXPECT_EQ(main_db.browsable(), browse_mode::off);
    EXPECT_TRUE(main_db.tables().empty());
}

TEST(Database, ListsItsActionsByName) {
    std::vector<std::string_view> names;
    for (const auto* action : main_db.actions()) {
        names.push_back(action->name());
    }
    EXPECT_THAT(names, testing::ElementsAre("first", "second"));
    EXPECT_TRUE(dashed.actions().empty());
}

}  // namespace
}  // namespace dormouse::test
