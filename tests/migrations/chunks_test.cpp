#include "migrations/chunks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dormouse::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Chunks, SplitsAtLinesThatHoldOnlyABreakpoint) {
    EXPECT_THAT(split_chunks("a;\n--> breakpoint\nb;\n-->BREAKPOINT  \nc;"),
                ElementsAre("a;", "b;", "c;"));
}

TEST(Chunks, DropsEmptyOnes) {
    EXPECT_THAT(split_chunks("--> breakpoint\n\n--> breakpoint\na;\n--> breakpoint\n"),
                ElementsAre("a;"));
    EXPECT_THAT(split_chunks(" \n"), IsEmpty());
}

TEST(Chunks, KeepsMarkersThatAreNotAlone) {
    EXPECT_THAT(split_chunks("a; --> breakpoint\nb;\n--> statement-breakpoint\nc;"),
                ElementsAre("a; --> breakpoint\nb;\n--> statement-breakpoint\nc;"));
}

TEST(Chunks, DropsThoseThatHoldOnlyComments) {
    EXPECT_THAT(split_chunks("a;\n--> breakpoint\n-- later\n;\n--> breakpoint\nb;"),
                ElementsAre("a;", "b;"));
}

TEST(Chunks, KeepsMarkersInsideQuotesAndComments) {
    for (const auto* const whole : {"INSERT INTO t VALUES ('x\n--> breakpoint\ny');",
                                    "CREATE TABLE \"x\n--> breakpoint\ny\" (a);",
                                    "CREATE TABLE a (x) /*\n--> breakpoint\n*/;"}) {
        EXPECT_THAT(split_chunks(whole), ElementsAre(whole));
    }
}

TEST(Chunks, TakesWindowsLineEnds) {
    EXPECT_THAT(split_chunks("a;\r\n--> breakpoint\r\nb;\r\n"), ElementsAre("a;", "b;"));
}

}  // namespace
}  // namespace dormouse::test
