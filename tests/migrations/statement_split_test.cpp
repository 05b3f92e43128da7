#include "migrations/statement_split.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dormouse::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(StatementSplit, EndsAtSemicolonsOutsideQuotesAndComments) {
    EXPECT_THAT(split_statements("a ';''' -- ;\n b; /* ; */ \"c;\" ;`d;`; [e;]"),
                ElementsAre("a ';''' -- ;\n b", "\"c;\"", "`d;`", "[e;]"));
}

TEST(StatementSplit, KeepsATriggerWhole) {
    EXPECT_THAT(
        split_statements("CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN\n"
                         "  SELECT CASE 1 WHEN 1 THEN 2 END; -- END;\n  SELECT 'END;';\nEND ; b;"),
        ElementsAre("CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN\n"
                    "  SELECT CASE 1 WHEN 1 THEN 2 END; -- END;\n  SELECT 'END;';\nEND",
                    "b"));
}

TEST(StatementSplit, KeepsWhatDoesNotEnd) {
    EXPECT_THAT(split_statements("a; CREATE TRIGGER t BEGIN SELECT 1;"),
                ElementsAre("a", "CREATE TRIGGER t BEGIN SELECT 1;"));
    EXPECT_THAT(split_statements("a \"b; c;"), ElementsAre("a \"b; c;"));
    EXPECT_THAT(split_statements("a; /* b; c;"), ElementsAre("a"));
}

TEST(StatementSplit, EndsAtStatementBreakpoints) {
    EXPECT_THAT(split_statements("a\n--> statement-breakpoint\nb --> statement-breakpoint c"),
                ElementsAre("a", "b", "c"));
    EXPECT_THAT(split_statements("a '--> statement-breakpoint' -- --> statement-breakpoint\nb"),
                ElementsAre("a '--> statement-breakpoint' -- --> statement-breakpoint\nb"));
}

TEST(StatementSplit, PassesOverByteOrderMarksAndEmptyStatements) {
    EXPECT_THAT(split_statements("\xEF\xBB\xBF"
                                 "a;\r\n;;\r\n-- b\r\n"),
                ElementsAre("a"));
    EXPECT_THAT(split_statements(""), IsEmpty());
}

}  // namespace
}  // namespace dormouse::test
