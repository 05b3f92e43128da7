#include "migrations/schema_renames.hpp"

#include "migrations/schema_names.hpp"
#include "migrations/sql_tokens.hpp"

#include <dormouse/error.hpp>
#include <dormouse/schema.hpp>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace dormouse {
namespace {

struct rename_hint {
    std::string table;  ///< Empty: a table is renamed.
    std::string old_name;
    std::string new_name;
    std::string text;
    std::string new_table{};  ///< Of a column, if it is named again.
};

[[noreturn]] void refuse(std::string_view hint, std::string_view why) {
    throw error(errc::invalid_arguments,
                "cannot rename " + std::string(hint) + ": " + std::string(why));
}

[[noreturn]] void refuse(const rename_hint& hint, std::string_view why) {
    refuse(hint.text, why);
}

rename_hint parse_hint(const std::string& text) {
    const auto colon = text.find(':');
    rename_hint hint{{}, text.substr(0, colon), {}, text};
    if (colon != std::string::npos) {
        hint.new_name = text.substr(colon + 1);
    }
    if (const auto dot = hint.old_name.find('.'); dot != std::string::npos) {
        hint.table = hint.old_name.substr(0, dot);
        hint.old_name.erase(0, dot + 1);
        if (const auto last = hint.new_name.rfind('.'); last != std::string::npos) {
            hint.new_table = hint.new_name.substr(0, last);  // users.bio:users.about
            hint.new_name.erase(0, last + 1);
        }
    }
    const bool names_no_table = hint.table.empty() && text.starts_with('.');
    if (hint.old_name.empty() || hint.new_name.empty() || names_no_table) {
        refuse(hint, "write old_table:new_table or table.old_column:new_column");
    }
    return hint;
}

/// `sql` with each use of the name `from` replaced.
void replace_name(std::string& sql, std::string_view from, std::string_view to) {
    std::string out;
    std::string_view rest = sql;
    while (!rest.empty()) {
        const auto token = take_token(rest);
        out += same_name(token.as_name(), from) ? quoted_identifier(to) : std::string(token.text);
    }
    sql = std::move(out);
}

void replace_name(std::vector<std::string>& names, std::string_view from, std::string_view to) {
    for (auto& name : names) {
        name = same_name(name, from) ? std::string(to) : name;
    }
}

/// In every expression of a table: its name may stand before a column, the column by itself.
void replace_in_expressions(table_description& table, std::string_view from, std::string_view to) {
    for (auto& column : table.columns) {
        if (column.generated) {
            replace_name(column.generated->expression, from, to);
        }
    }
    for (auto& check : table.checks) {
        replace_name(check.expression, from, to);
    }
    for (auto& index : table.indexes) {
        replace_name(index.where, from, to);
        for (auto& key : index.keys) {
            if (key.expression) {
                replace_name(key.text, from, to);
            }
        }
    }
}

/// Renames things one after another, and remembers how.
class renaming {
public:
    explicit renaming(std::vector<table_description> tables) { result_.tables = std::move(tables); }

    /// All of tables, or all of columns. A name that another hint gives up is free behind that one,
    /// so a hint may have to wait; where they wait for each other, names are swapped.
    void follow(std::vector<rename_hint> rest) {
        while (!rest.empty()) {
            const auto free = [&](const rename_hint& hint) { return !waits(hint, rest); };
            auto next = std::ranges::find_if(rest, free);
            if (next == rest.end()) {
                step_aside(rest);
                next = std::ranges::find_if(rest, free);
            }
            const auto hint = next == rest.end() ? rest.begin() : next;
            if (hint->table.empty()) {
                rename_table(*hint);
            } else {
                rename_column(*hint);
            }
            rest.erase(hint);
        }
    }

    [[nodiscard]] renamed_schema take() { return std::move(result_); }

private:
    void rename_table(const rename_hint& hint) {
        auto* table = find(hint.old_name);
        const auto* taken = find(hint.new_name);
        new_names_[hint.old_name] = hint.new_name;
        if (table == nullptr && taken != nullptr) {
            note(hint, *taken);
            return;
        }
        if (table == nullptr) {
            refuse(hint, "there is no table " + hint.old_name +
                             "; there are: " + list_names(result_.tables));
        }
        if (taken != nullptr && taken != table) {
            refuse(hint, "there is a table " + hint.new_name + " already");
        }
        if (taken == table) {
            rename_table(*table, "__case_" + hint.new_name);  // SQLite takes it for the same name
        }
        rename_table(*table, hint.new_name);
        note(hint, *table);
    }

    void rename_column(const rename_hint& hint) {
        auto* table = find_table_of(hint);
        if (table == nullptr) {
            refuse(hint, "there is no table " + hint.table +
                             "; there are: " + list_names(result_.tables));
        }
        if (!hint.new_table.empty() && !same_name(hint.new_table, hint.table) &&
            !same_name(hint.new_table, table->name)) {
            refuse(hint, "a column stays in its table");
        }
        const auto* column = find_column(*table, hint.old_name);
        const auto* taken = find_column(*table, hint.new_name);
        if (column == nullptr && taken != nullptr) {
            note(hint, *table);
            return;
        }
        if (column == nullptr) {
            refuse(hint, table->name + " has no column " + hint.old_name +
                             "; it has: " + list_names(table->columns));
        }
        if (taken != nullptr && taken != column) {
            refuse(hint, table->name + " has a column " + hint.new_name + " already");
        }
        rename_column(*table, column->name, hint.new_name);
        note(hint, *table);
    }

    /// Of a hint for a column.
    [[nodiscard]] table_description* find_table_of(const rename_hint& hint) {
        const auto renamed = new_names_.find(hint.table);
        return find(renamed == new_names_.end() ? hint.table : renamed->second);
    }

    [[nodiscard]] bool is_there(const rename_hint& hint) {
        if (hint.table.empty()) {
            return find(hint.old_name) != nullptr;
        }
        const auto* table = find_table_of(hint);
        return table != nullptr && find_column(*table, hint.old_name) != nullptr;
    }

    /// Another hint is still to give up the name that this one gives.
    [[nodiscard]] bool waits(const rename_hint& hint, const std::vector<rename_hint>& rest) {
        return is_there(hint) && std::ranges::any_of(rest, [&](const rename_hint& other) {
                   return &other != &hint && same_name(other.old_name, hint.new_name) &&
                          is_there(other) &&
                          (hint.table.empty() || find_table_of(other) == find_table_of(hint));
               });
    }

    /// Gives the first of them a name that nobody waits for.
    void step_aside(std::vector<rename_hint>& rest) {
        auto& hint = rest.front();
        const auto between = "__swap_" + hint.new_name;
        if (hint.table.empty()) {
            new_names_[hint.old_name] = hint.new_name;
            rename_table(*find(hint.old_name), between);
        } else {
            rename_column(*find_table_of(hint), hint.old_name, between);
        }
        hint.old_name = between;
    }

    [[nodiscard]] table_description* find(std::string_view name) {
        const auto found = std::ranges::find_if(
            result_.tables, [&](const auto& table) { return same_name(table.name, name); });
        return found == result_.tables.end() ? nullptr : &*found;
    }

    void note(const rename_hint& hint, const table_description& table) {
        result_.followed.push_back({hint.text,
                                    static_cast<std::size_t>(&table - result_.tables.data()),
                                    hint.new_name, !hint.table.empty()});
    }

    void rename_table(table_description& table, const std::string& new_name) {
        const auto old_name = std::exchange(table.name, new_name);
        result_.statements.push_back("ALTER TABLE " + quoted_identifier(old_name) + " RENAME TO " +
                                     quoted_identifier(new_name));
        replace_in_expressions(table, old_name, new_name);
        for (auto& child : result_.tables) {
            for (auto& key : child.foreign_keys) {
                if (same_name(key.parent_table, old_name)) {
                    key.parent_table = new_name;
                }
            }
        }
    }

    void rename_column(table_description& table, const std::string& name,
                       const std::string& new_name) {
        // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): `name` may be the column's
        const std::string old_name = name;
        result_.statements.push_back("ALTER TABLE " + quoted_identifier(table.name) +
                                     " RENAME COLUMN " + quoted_identifier(old_name) + " TO " +
                                     quoted_identifier(new_name));
        for (auto& column : table.columns) {
            column.name = same_name(column.name, old_name) ? new_name : column.name;
        }
        for (auto& index : table.indexes) {
            for (auto& key : index.keys) {
                key.text = !key.expression && same_name(key.text, old_name) ? new_name : key.text;
            }
        }
        replace_name(table.primary_key, old_name, new_name);
        replace_in_expressions(table, old_name, new_name);
        replace_in_foreign_keys(table, old_name, new_name);
    }

    void replace_in_foreign_keys(table_description& table, std::string_view old_name,
                                 std::string_view new_name) {
        for (auto& key : table.foreign_keys) {
            replace_name(key.columns, old_name, new_name);
        }
        for (auto& child : result_.tables) {
            for (auto& key : child.foreign_keys) {
                if (same_name(key.parent_table, table.name)) {
                    replace_name(key.parent_columns, old_name, new_name);
                }
            }
        }
    }

    renamed_schema result_;
    std::map<std::string, std::string> new_names_;  // of tables
};

/// Columns come last: they may be named by their table's new name.
std::vector<rename_hint> parse_hints(std::span<const std::string> hints) {
    std::vector<rename_hint> parsed;
    for (const auto& text : hints) {
        parsed.push_back(parse_hint(text));
    }
    std::stable_partition(parsed.begin(), parsed.end(),
                          [](const auto& hint) { return hint.table.empty(); });
    return parsed;
}

/// What is called so, by its name in SQL before any other.
template <class Named>
const Named* find_called(const std::vector<Named>& all, const std::string& name) {
    const auto find = [&](std::string_view wanted) {
        return std::ranges::find_if(all,
                                    [&](const Named& one) { return same_name(one.name, wanted); });
    };
    const auto exact = find(name);
    const auto found = exact != all.end() ? exact : find(to_snake_case(name));
    return found == all.end() ? nullptr : &*found;
}

}  // namespace

renamed_schema rename_in_schema(std::vector<table_description> tables,
                                std::span<const std::string> hints) {
    auto of_tables = parse_hints(hints);
    const auto first_column =
        std::ranges::find_if(of_tables, [](const auto& hint) { return !hint.table.empty(); });
    std::vector<rename_hint> of_columns(first_column, of_tables.end());
    of_tables.erase(first_column, of_tables.end());
    renaming names(std::move(tables));
    names.follow(std::move(of_tables));
    names.follow(std::move(of_columns));
    return names.take();
}

void require_declared(const renamed_schema& renamed,
                      const std::vector<table_description>& declared) {
    for (const auto& [hint, place, new_name, of_column] : renamed.followed) {
        const auto& table = renamed.tables.at(place);
        const bool is_final =
            of_column ? find_column(table, new_name) != nullptr : same_name(table.name, new_name);
        if (!is_final) {
            continue;  // a later hint has renamed it again
        }
        const auto* found = find_table(declared, table.name);
        if (found == nullptr) {
            refuse(hint, "the schema declares no table " + table.name +
                             "; it declares: " + list_names(declared));
        }
        if (of_column && find_column(*found, new_name) == nullptr) {
            refuse(hint, "the schema declares no column " + new_name + " of " + found->name +
                             "; it declares: " + list_names(found->columns));
        }
    }
}

std::vector<std::string> pending_renames(const std::vector<table_description>& tables,
                                         std::span<const std::string> hints) {
    std::vector<std::string> pending;
    std::map<std::string, std::string> old_names;  // of tables, by the new ones
    for (const auto& hint : parse_hints(hints)) {
        if (hint.table.empty()) {
            const auto* old = find_called(tables, hint.old_name);
            if (old != nullptr && find_table(tables, hint.new_name) == nullptr) {
                old_names[hint.new_name] = old->name;
                pending.push_back(old->name + ":" + hint.new_name);
            }
            continue;
        }
        const auto renamed = old_names.find(hint.table);
        const auto* table =
            find_table(tables, renamed == old_names.end() ? hint.table : renamed->second);
        const auto* old = table == nullptr ? nullptr : find_called(table->columns, hint.old_name);
        if (old != nullptr && find_column(*table, hint.new_name) == nullptr) {
            pending.push_back(hint.table + "." + old->name + ":" + hint.new_name);
        }
    }
    return pending;
}

}  // namespace dormouse
