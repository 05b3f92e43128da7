#include "migrations/schema_drift.hpp"

#include "migrations/schema_names.hpp"
#include "migrations/sql_tokens.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace dormouse {
namespace {

std::string describe(const column_description& column) {
    std::string text = column.type;
    text += column.primary_key ? " PRIMARY KEY" : "";
    text += column.autoincrement ? " AUTOINCREMENT" : "";
    text += column.not_null ? " NOT NULL" : "";
    text += column.default_sql ? " DEFAULT " + *column.default_sql : "";
    text += column.generated ? " AS (" + column.generated->expression + ")" : "";
    return text;
}

std::string join(const std::vector<std::string>& names) {
    std::string joined;
    for (const auto& name : names) {
        joined.append(joined.empty() ? "" : ", ").append(name);
    }
    return joined;
}

std::string describe(const index_description& index) {
    std::vector<std::string> terms;
    for (const auto& key : index.keys) {
        terms.push_back(key.text);
    }
    return std::string(index.unique ? "unique (" : "(") + join(terms) + ")" +
           (index.where.empty() ? "" : " where " + index.where);
}

std::string describe(const foreign_key_description& key) {
    return "(" + join(key.columns) + ") to " + key.parent_table + "(" + join(key.parent_columns) +
           ") on update " + std::string(to_string(key.on_update)) + " on delete " +
           std::string(to_string(key.on_delete));
}

class drift_report {
public:
    void add(std::string_view kind, const std::string& what) {
        lines_.push_back("[" + std::string(kind) + "] " + what);
    }

    void compare(const table_description& declared, const table_description& actual) {
        const auto in = "table " + declared.name + ": ";
        compare_named(in + "column ", declared.columns, actual.columns, same_column);
        if (!same_names(declared.primary_key, actual.primary_key)) {
            add("changed", in + "primary key: (" + join(actual.primary_key) + "), declared (" +
                               join(declared.primary_key) + ")");
        }
        compare_named(in + "index ", declared.indexes, actual.indexes, same_index);
        compare_all(in + "foreign key ", declared.foreign_keys, actual.foreign_keys);
        compare_checks(in, declared, actual);
    }

    [[nodiscard]] std::vector<std::string> take() { return std::move(lines_); }

private:
    template <class Named, class Same>
    void compare_named(const std::string& what, const std::vector<Named>& declared,
                       const std::vector<Named>& actual, Same same) {
        const auto find = [](const std::vector<Named>& all, const Named& one) {
            return std::ranges::find_if(
                all, [&](const Named& other) { return same_name(other.name, one.name); });
        };
        for (const auto& one : declared) {
            const auto found = find(actual, one);
            if (found == actual.end()) {
                add("missing", what + one.name);
            } else if (!same(one, *found)) {
                add("changed",
                    what + one.name + ": " + describe(*found) + ", declared " + describe(one));
            }
        }
        for (const auto& one : actual) {
            if (find(declared, one) == declared.end()) {
                add("extra", what + one.name);
            }
        }
    }

    void compare_all(const std::string& what, const std::vector<foreign_key_description>& declared,
                     const std::vector<foreign_key_description>& actual) {
        report_absent("missing", what, declared, actual);
        report_absent("extra", what, actual, declared);
    }

    void report_absent(std::string_view kind, const std::string& what,
                       const std::vector<foreign_key_description>& keys,
                       const std::vector<foreign_key_description>& others) {
        for (const auto& key : keys) {
            const bool found = std::ranges::any_of(
                others, [&](const auto& other) { return same_foreign_key(key, other); });
            if (!found) {
                add(kind, what + describe(key));
            }
        }
    }

    // Conditions say the same under any name.
    void compare_checks(const std::string& in, const table_description& declared,
                        const table_description& actual) {
        const auto absent = [&](std::string_view kind, const auto& checks, const auto& others) {
            for (const check_description& check : checks) {
                const auto text = comparable_expression(check.expression);
                if (std::ranges::none_of(others, [&](const check_description& other) {
                        return comparable_expression(other.expression) == text;
                    })) {
                    add(kind, in + "check (" + check.expression + ")");
                }
            }
        };
        absent("missing", declared.checks, actual.checks);
        absent("extra", actual.checks, declared.checks);
    }

    std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> find_drift(const std::vector<table_description>& declared,
                                    const std::vector<table_description>& actual) {
    drift_report report;
    for (const auto& table : declared) {
        if (const auto* found = find_table(actual, table.name)) {
            report.compare(table, *found);
        } else {
            report.add("missing", "table " + table.name);
        }
    }
    for (const auto& table : actual) {
        if (find_table(declared, table.name) == nullptr) {
            report.add("extra", "table " + table.name);
        }
    }
    return report.take();
}

}  // namespace dormouse
