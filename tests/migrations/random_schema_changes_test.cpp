// Whatever two schemas are: what leads from one to the other keeps every value of what stays, or
// refuses and changes nothing.
#include "migrations/schema_drift.hpp"
#include "migrations/schema_names.hpp"
#include "migrations/schema_renames.hpp"
#include "tests/migrations/random_schemas.hpp"
#include "tests/migrations/schema_diff_fixture.hpp"

#include <dormouse/error.hpp>

#include <map>

namespace dormouse::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

class RandomChange : public SchemaDiff, public testing::WithParamInterface<std::uint32_t> {
protected:
    /// By table and column, in order of `id`.
    using held_values = std::map<std::string, std::vector<std::string>>;

    void SetUp() override {
        now_ = random_.draw();
        start(now_);
        fill();
    }

    void fill() {
        for (const auto& statement : random_.draw_rows(now_)) {
            try {
                run(statement);
            } catch (const sql_error&) {
                continue;  // the row does not fit
            }
        }
    }

    std::vector<std::string> values_of(const table_description& table,
                                       const column_description& column) {
        return query("SELECT quote(id) || ' ' || quote(" + quoted_identifier(column.name) +
                     ") FROM " + quoted_identifier(table.name) + " ORDER BY id, rowid");
    }

    held_values values_of(const schema_snapshot& schema) {
        held_values all;
        for (const auto& table : schema.tables) {
            for (const auto& column : table.columns) {
                all[table.name + "." + column.name] = values_of(table, column);
            }
        }
        return all;
    }

    /// Of each column, whatever it is called.
    std::vector<std::vector<std::string>> values_in_order(const schema_snapshot& schema) {
        std::vector<std::vector<std::string>> all;
        for (const auto& table : schema.tables) {
            for (const auto& column : table.columns) {
                all.push_back(values_of(table, column));
            }
        }
        return all;
    }

    std::vector<std::string> definitions() {
        return query(
            "SELECT type || name || coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE "
            "'\\_\\_%' ESCAPE '\\'");
    }

    std::size_t broken_references() {
        return query("SELECT 1 FROM pragma_foreign_key_check").size();
    }

    /// Both columns are there, and hold the same.
    static bool stays(const table_description& from, const table_description& to,
                      const column_description& column) {
        const auto* old = find_column(from, column.name);
        return old != nullptr && !old->generated && !column.generated && old->type == column.type &&
               find_column(from, "id")->type == find_column(to, "id")->type;
    }

    void expect_kept(const held_values& before, const schema_snapshot& to) {
        for (const auto& table : to.tables) {
            const auto* old = find_table(now_.tables, table.name);
            for (const auto& column : table.columns) {
                if (old != nullptr && stays(*old, table, column)) {
                    EXPECT_EQ(values_of(table, column), before.at(table.name + "." + column.name));
                }
            }
        }
    }

    void expect_schema(const schema_snapshot& schema) {
        const auto found = read_schema();
        EXPECT_THAT(find_drift(schema.tables, found.tables), IsEmpty());
        EXPECT_THAT(diff_schemas(found, schema).statements, IsEmpty());
        EXPECT_THAT(query("PRAGMA integrity_check"), ElementsAre("ok"));
    }

    static void expect_refusal(const std::string& cause) {
        EXPECT_THAT(cause, StartsWith("refused, because "));
    }

    random_schemas random_{GetParam()};
    schema_snapshot now_;
};

TEST_P(RandomChange, KeepsEveryRowOrRefuses) {
    for (int step = 0; step < 4; ++step) {
        const auto next = random_.draw_change(now_);
        SCOPED_TRACE(text_of(diff_schemas(now_, next)));
        const auto before = values_of(now_);
        const auto made_before = definitions();
        const auto broken = broken_references();

        follow(now_);
        if (const auto refusal = refusal_of(next); refusal != "none") {
            expect_refusal(refusal);
            EXPECT_EQ(values_of(now_), before);
            EXPECT_EQ(definitions(), made_before);
            continue;
        }

        expect_kept(before, next);
        expect_schema(next);
        EXPECT_LE(broken_references(), broken);
        now_ = next;
        fill();
    }
}

TEST_P(RandomChange, KeepsEveryRowWhereverItIsCutOff) {
    const auto next = random_.draw_change(now_);
    std::string text;
    for (const auto& statement : diff_schemas(now_, next).statements) {
        text += statement + ";\n--> breakpoint\n";
    }
    SCOPED_TRACE(text);
    const auto before = values_of(now_);

    try {
        migrate_chunk_by_chunk(text);
    } catch (const migration_error& refused) {
        expect_refusal(refused.failure().cause);
        return;
    }

    expect_kept(before, next);
    expect_schema(next);
}

TEST_P(RandomChange, FillsOrRefuses) {
    const auto next = random_.draw_change(now_);
    change_hints hints;
    hints.fills = random_.draw_fills(next);
    SCOPED_TRACE(text_of(diff_schemas(now_, next, hints)));
    const auto before = values_of(now_);

    follow(now_);
    if (const auto refusal = refusal_of(next, hints); refusal != "none") {
        expect_refusal(refusal);
        EXPECT_EQ(values_of(now_), before);
        return;
    }

    expect_schema(next);
}

TEST_P(RandomChange, FollowsRenames) {
    for (const auto& table : now_.tables) {
        const auto name = quoted_identifier(table.name);
        run("CREATE VIEW " + quoted_identifier("view of " + table.name) + " AS SELECT id FROM " +
            name);
        auto trigger = "CREATE TRIGGER " + quoted_identifier("trigger on " + table.name);
        trigger.append(" AFTER INSERT ON ").append(name).append(" BEGIN UPDATE ").append(name);
        run(trigger + " SET id = new.id; END");
    }
    change_hints hints;
    hints.renames = random_.draw_renames(now_);
    SCOPED_TRACE(testing::PrintToString(hints.renames));
    const schema_snapshot renamed = schema_of(rename_in_schema(now_.tables, hints.renames).tables);
    const auto before = values_in_order(now_);

    migrate(text_of(diff_schemas(now_, renamed, hints)));

    EXPECT_EQ(values_in_order(renamed), before);
    expect_schema(renamed);
}

INSTANTIATE_TEST_SUITE_P(OfManySeeds, RandomChange, testing::Range(1U, 41U));

}  // namespace
}  // namespace dormouse::test
