#include "migrations/schema_diff.hpp"

#include "migrations/column_order.hpp"
#include "migrations/rebuild_marks.hpp"
#include "migrations/row_queries.hpp"
#include "migrations/schema_names.hpp"
#include "migrations/schema_renames.hpp"
#include "migrations/sql_tokens.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace dormouse {
namespace {

using fills = std::span<const fill_hint>;

/// A default SQLite can give to rows that are there already: one value for all of them. TRUE and
/// FALSE would be numbers in them, in a column of text, too.
bool is_constant(const column_description& column) {
    std::string_view sql = *column.default_sql;
    const auto token = take_token(sql);
    if (token.is_word("true") || token.is_word("false")) {
        return same_name(column.type, "integer");
    }
    return token.text != "(" && !token.is_word("current_timestamp") &&
           !token.is_word("current_date") && !token.is_word("current_time");
}

bool has_default(const column_description& column) {
    return column.default_sql && !same_name(*column.default_sql, "null");
}

bool has_foreign_key(const table_description& table, const std::string& column) {
    return std::ranges::any_of(table.foreign_keys,
                               [&](const auto& key) { return contains_name(key.columns, column); });
}

/// SQLite's own conditions for ALTER TABLE ADD COLUMN.
bool can_be_added(const table_description& table, const column_description& column) {
    if (column.primary_key) {
        return false;
    }
    if (column.generated) {
        return column.generated->kind == generated_kind::on_read && !column.not_null;
    }
    if (has_default(column)) {
        return is_constant(column) && !has_foreign_key(table, column.name);
    }
    return true;  // NOT NULL: to an empty table, which a row check asks for
}

bool can_be_dropped(const table_description& table, const column_description& column) {
    return !column.primary_key && !has_foreign_key(table, column.name);
}

/// One table before and after.
struct table_pair {
    const table_description* from;
    const table_description* to;
};

template <class T, class Same>
bool contains_same(const std::vector<T>& all, const T& one, Same same) {
    return std::ranges::any_of(all, [&](const T& other) { return same(one, other); });
}

bool columns_fit(const table_pair& pair, fills values) {
    for (const auto& column : pair.to->columns) {
        const auto* old = find_column(*pair.from, column.name);
        const bool fits = old != nullptr ? same_column(*old, column)
                                         : can_be_added(*pair.to, column) &&
                                               find_fill(values, *pair.to, column) == nullptr;
        if (!fits) {
            return false;
        }
    }
    return std::ranges::all_of(pair.from->columns, [&](const auto& column) {
        return find_column(*pair.to, column.name) != nullptr || can_be_dropped(*pair.from, column);
    });
}

/// A foreign key that comes with the one column it belongs to.
bool comes_with_column(const table_pair& pair, const foreign_key_description& key) {
    return key.columns.size() == 1 && find_column(*pair.from, key.columns.front()) == nullptr;
}

bool foreign_keys_fit(const table_pair& pair) {
    const auto& before = pair.from->foreign_keys;
    const auto& after = pair.to->foreign_keys;
    return std::ranges::all_of(
               before,
               [&](const auto& key) { return contains_same(after, key, same_foreign_key); }) &&
           std::ranges::all_of(after, [&](const auto& key) {
               return contains_same(before, key, same_foreign_key) || comes_with_column(pair, key);
           });
}

bool checks_fit(const table_pair& pair) {
    const auto& before = pair.from->checks;
    const auto& after = pair.to->checks;
    return before.size() == after.size() && std::ranges::all_of(after, [&](const auto& check) {
               return contains_same(before, check, same_check);
           });
}

/// A UNIQUE constraint has made it.
bool is_of_constraint(const index_description& index) {
    return index.name.starts_with("sqlite_autoindex_");
}

/// SQLite drops no index that a UNIQUE constraint has made.
bool unique_constraints_fit(const table_pair& pair) {
    return std::ranges::all_of(pair.from->indexes, [&](const auto& index) {
        return !is_of_constraint(index) || find_index(*pair.to, index.name) != nullptr;
    });
}

/// ALTER TABLE can do what is asked.
bool can_alter(const table_pair& pair, fills values) {
    return unique_constraints_fit(pair) &&
           same_names(pair.from->primary_key, pair.to->primary_key) && checks_fit(pair) &&
           foreign_keys_fit(pair) && columns_fit(pair, values);
}

/// The columns of a table that another one does not have.
std::vector<const column_description*> columns_missing(const table_description& table,
                                                       const table_description& in) {
    std::vector<const column_description*> missing;
    for (const auto& column : table.columns) {
        if (find_column(in, column.name) == nullptr) {
            missing.push_back(&column);
        }
    }
    return missing;
}

/// Collects statements in the order in which they have to run.
class change_writer {
public:
    change_writer(fills values, const std::vector<table_features>& features)
        : fills_(values), features_(&features) {}

    void create(const table_description& table) {
        creates_.push_back(create_table_statement(table));
        for (const auto& index : table.indexes) {
            index_creates_.push_back(create_index_statement(table.name, index));
        }
    }

    void drop(const table_description& table) {
        replaced_.dropped.push_back(table.name);
        drops_.push_back("DROP TABLE " + quoted_identifier(table.name));
    }

    void change(const table_pair& pair) {
        const bool rebuilt = !can_alter(pair, fills_);
        ask_about_columns(pair);
        if (rebuilt) {
            replaced_.rebuilt.push_back(pair.to->name);
            rebuild_marks_.push_back(mark_before_rebuild(pair.from->name));
            ask_about_constraints(pair);
            append(alters_, rebuild_table(*pair.from, *pair.to, fills_, features_of(*pair.to)));
        } else {
            alter(pair);
        }
        change_indexes(pair, rebuilt);
        for (const auto& key : pair.to->foreign_keys) {
            if (!contains_same(pair.from->foreign_keys, key, same_foreign_key)) {
                reference_checks_.push_back(query_orphans(pair.to->name, key));
            }
        }
    }

    [[nodiscard]] const replaced_tables& replaced() const noexcept { return replaced_; }
    [[nodiscard]] std::vector<std::string> take_remarks() { return std::move(remarks_); }

    [[nodiscard]] std::vector<std::string> take(const set_aside& attached) {
        std::vector<std::string> all = std::move(row_checks_);
        using statements = const std::vector<std::string>*;
        for (const statements part : std::initializer_list<statements>{
                 &attached.before, &index_drops_, &rebuild_marks_, &creates_, &alters_, &drops_,
                 &index_creates_, &attached.after}) {
            append(all, *part);
        }
        if (!rebuild_marks_.empty()) {
            all.push_back(mark_after_rebuilds());
        }
        append(all, reference_checks_);
        return all;
    }

private:
    static void append(std::vector<std::string>& all, const std::vector<std::string>& more) {
        all.insert(all.end(), more.begin(), more.end());
    }

    [[nodiscard]] table_features features_of(const table_description& table) const {
        const auto found = std::ranges::find_if(*features_, [&](const table_features& one) {
            return same_name(one.table, table.name);
        });
        return found == features_->end() ? table_features{} : *found;
    }

    void alter(const table_pair& pair) {
        for (const auto* column : order_to_add(columns_missing(*pair.to, *pair.from))) {
            alters_.push_back(add_column_statement(*pair.to, *column));
        }
        for (const auto* column : order_to_drop(columns_missing(*pair.from, *pair.to))) {
            alters_.push_back("ALTER TABLE " + quoted_identifier(pair.to->name) + " DROP COLUMN " +
                              quoted_identifier(column->name));
        }
    }

    // Dropping a table has dropped its indexes. Those that shall not come back go before, so that
    // none is taken for one that the program has made.
    void change_indexes(const table_pair& pair, bool rebuilt) {
        for (const auto& index : pair.from->indexes) {
            const auto* kept = find_index(*pair.to, index.name);
            if (rebuilt && kept == nullptr && !is_of_constraint(index)) {
                index_drops_.push_back("DROP INDEX IF EXISTS " + quoted_identifier(index.name));
            } else if (!rebuilt && (kept == nullptr || !same_index(index, *kept))) {
                index_drops_.push_back("DROP INDEX " + quoted_identifier(index.name));
            }
        }
        for (const auto& index : pair.to->indexes) {
            const auto* old = find_index(*pair.from, index.name);
            const bool same = old != nullptr && same_index(*old, index);
            if (index.unique && (!same || !keeps_values(pair, columns_used(*pair.to, index)))) {
                index_creates_.push_back(query_duplicates(pair.to->name, index));
            }
            if (rebuilt || !same) {
                index_creates_.push_back(create_index_statement(pair.to->name, index));
            }
        }
    }

    void ask_about_columns(const table_pair& pair) {
        for (const auto& column : pair.to->columns) {
            if (column.generated) {
                continue;
            }
            const auto* old = find_column(*pair.from, column.name);
            const bool filled = find_fill(fills_, *pair.to, column) != nullptr;
            if (old != nullptr && !filled) {
                ask_about_values(pair.to->name, *old, column);
            }
            if (column.not_null && filled && (old == nullptr || takes_fill(*old, column))) {
                ask_about_filled_values(pair, column);
            }
            const bool given =
                old == nullptr && (has_default(column) || is_rowid(*pair.to, column));
            if (column.not_null && (old == nullptr || !old->not_null) && !filled && !given) {
                ask_for_values(pair.to->name, column, old != nullptr);
            }
        }
    }

    void ask_about_values(const std::string& table, const column_description& old,
                          const column_description& column) {
        if (auto query = query_lossy_values(table, old, column)) {
            row_checks_.push_back(std::move(*query));
            remarks_.push_back("a database in which a value of " + table + "." + column.name +
                               " would not be the same as " + column.type +
                               " refuses this change; give a value to fill it with, or change "
                               "it in a migration before");
        }
    }

    /// A fill may be computed from columns that are NULL.
    void ask_about_filled_values(const table_pair& pair, const column_description& column) {
        row_checks_.push_back(query_nulls(pair.to->name, column.name,
                                          quoted_identifier(column.name),
                                          rows_to_ask(pair, {column.name})));
    }

    void ask_for_values(const std::string& table, const column_description& column, bool is_old) {
        row_checks_.push_back(is_old ? query_nulls(table, column.name)
                                     : query_missing_values(table, column.name));
        remarks_.push_back("a database in which " + table + "." + column.name +
                           " has no value refuses this change; give a value to fill it with, or "
                           "give it one in a migration before");
    }

    void ask_about_constraints(const table_pair& pair) {
        ask_about_key(pair);
        for (const auto& check : pair.to->checks) {
            const auto used = columns_used(*pair.to, check.expression);
            if (!contains_same(pair.from->checks, check, same_check) || !keeps_types(pair, used)) {
                row_checks_.push_back(
                    query_violations(pair.from->name, check, rows_to_compare(pair, used)));
            }
        }
        for (const auto& column : pair.to->columns) {
            ask_about_computed_value(pair, column);
        }
    }

    void ask_about_key(const table_pair& pair) {
        const auto& key = pair.to->primary_key;
        index_description as_index{{}, true, {}, {}};
        for (const auto& name : key) {
            as_index.keys.push_back({name});
            ask_about_rowid(pair, *find_column(*pair.to, name));
        }
        const bool same = same_names(key, pair.from->primary_key) && keeps_values(pair, key);
        if (!key.empty() && !same) {
            row_checks_.push_back(
                query_duplicates(pair.from->name, as_index, rows_to_ask(pair, key)));
        }
    }

    void ask_about_rowid(const table_pair& pair, const column_description& column) {
        const auto* old = find_column(*pair.from, column.name);
        const bool was_rowid = old != nullptr && is_rowid(*pair.from, *old);
        if (is_rowid(*pair.to, column) && !was_rowid) {
            row_checks_.push_back(
                query_no_integers(pair.from->name, column.name, rows_to_ask(pair, {column.name})));
        }
    }

    void ask_about_computed_value(const table_pair& pair, const column_description& column) {
        if (column.generated && column.not_null && !keeps_values(pair, {column.name})) {
            const auto& expression = column.generated->expression;
            row_checks_.push_back(
                query_nulls(pair.from->name, column.name, expression,
                            rows_to_compare(pair, columns_used(*pair.to, expression))));
        }
    }

    /// These columns will hold what they hold now.
    [[nodiscard]] bool keeps_values(const table_pair& pair,
                                    const std::vector<std::string>& names) const {
        return all_stay(pair, names, dormouse::keeps_values);
    }

    /// And will compare with literals as they do now.
    [[nodiscard]] bool keeps_types(const table_pair& pair,
                                   const std::vector<std::string>& names) const {
        return all_stay(pair, names, same_affinity);
    }

    template <class Stays>
    [[nodiscard]] bool all_stay(const table_pair& pair, const std::vector<std::string>& names,
                                Stays stays) const {
        return std::ranges::all_of(with_columns_used(*pair.to, names), [&](const auto& name) {
            const auto* old = find_column(*pair.from, name);
            const auto* column = find_column(*pair.to, name);
            return old != nullptr && find_fill(fills_, *pair.to, *column) == nullptr &&
                   (column->generated ? same_column(*old, *column) : stays(*old, *column));
        });
    }

    /// The rows as they are, if that is how these columns will be.
    [[nodiscard]] std::string rows_to_ask(const table_pair& pair,
                                          const std::vector<std::string>& names) const {
        return keeps_values(pair, names) ? quoted_identifier(pair.from->name)
                                         : rows_after_rebuild(*pair.from, *pair.to, fills_, names);
    }

    [[nodiscard]] std::string rows_to_compare(const table_pair& pair,
                                              const std::vector<std::string>& names) const {
        return keeps_types(pair, names)
                   ? quoted_identifier(pair.from->name)
                   : dormouse::rows_to_compare(*pair.from, *pair.to, fills_, names);
    }

    fills fills_;
    const std::vector<table_features>* features_;
    replaced_tables replaced_;
    std::vector<std::string> row_checks_;
    std::vector<std::string> index_drops_;
    std::vector<std::string> rebuild_marks_;
    std::vector<std::string> creates_;
    std::vector<std::string> alters_;
    std::vector<std::string> drops_;
    std::vector<std::string> index_creates_;
    std::vector<std::string> reference_checks_;
    std::vector<std::string> remarks_;
};

[[noreturn]] void refuse(const fill_hint& fill, const std::string& why) {
    throw error(errc::invalid_arguments,
                "cannot fill " + fill.table + "." + fill.column + ": " + why);
}

void require_can_be_filled(fills values, const std::vector<table_description>& tables) {
    for (const auto& fill : values) {
        const auto* table = find_table(tables, fill.table);
        if (table == nullptr) {
            refuse(fill, "the schema declares no table " + fill.table +
                             "; it declares: " + list_names(tables));
        }
        const auto* column = find_column(*table, fill.column);
        if (column == nullptr) {
            refuse(fill,
                   table->name + " has no such column; it has: " + list_names(table->columns));
        }
        if (column->generated) {
            refuse(fill, "it is generated");
        }
        if (find_fill(values, *table, *column) != &fill) {
            refuse(fill, "it has a fill already");
        }
    }
}

void remark_unused(fills values, const std::vector<table_description>& from,
                   const std::vector<table_description>& to, std::vector<std::string>& remarks) {
    for (const auto& fill : values) {
        const auto* before = find_table(from, fill.table);
        const auto* old = before == nullptr ? nullptr : find_column(*before, fill.column);
        const auto* column = find_column(*find_table(to, fill.table), fill.column);
        const auto say = [&](std::string_view why) {
            remarks.push_back("the fill of " + fill.table + "." + fill.column +
                              " is not used: " + std::string(why));
        };
        if (before == nullptr) {
            say("the table is new");
        } else if (old != nullptr && !takes_fill(*old, *column)) {
            say("the column keeps the values it has");
        }
    }
}

/// What may have been meant as a rename.
std::string describe_exchange(const std::string& gone, const std::string& come,
                              const std::string& hint) {
    return gone + " is dropped with what it holds, and " + come +
           " is made; if it was renamed, say " + hint;
}

void remark_exchanged_columns(const table_description& old, const table_description& kept,
                              std::vector<std::string>& remarks) {
    for (const auto* column : columns_missing(old, kept)) {
        for (const auto* added : columns_missing(kept, old)) {
            const auto gone = old.name + "." + column->name;
            remarks.push_back(
                describe_exchange(gone, kept.name + "." + added->name, gone + ":" + added->name));
        }
    }
}

void remark_exchanges(const std::vector<table_description>& from,
                      const std::vector<table_description>& to, std::vector<std::string>& remarks) {
    for (const auto& old : from) {
        if (const auto* kept = find_table(to, old.name)) {
            remark_exchanged_columns(old, *kept, remarks);
            continue;
        }
        for (const auto& table : to) {
            if (find_table(from, table.name) == nullptr) {
                remarks.push_back(describe_exchange("the table " + old.name,
                                                    "the table " + table.name,
                                                    old.name + ":" + table.name));
            }
        }
    }
}

/// The schema has this index, so it is made with its table.
bool is_described(const attached_object& object, const std::vector<table_description>& tables) {
    const auto* table = object.type == "index" ? find_table(tables, object.table) : nullptr;
    return table != nullptr && find_index(*table, object.name) != nullptr;
}

void write_views(const std::vector<view_description>& from, const std::vector<view_description>& to,
                 set_aside& attached) {
    const auto differs = [](const std::vector<view_description>& others) {
        return [&others](const view_description& view) {
            return std::ranges::find(others, view) == others.end();
        };
    };
    for (const auto& view : from) {
        if (differs(to)(view)) {
            attached.before.push_back("DROP VIEW " + quoted_identifier(view.name));
        }
    }
    for (const auto& view : to) {
        if (differs(from)(view)) {
            attached.after.push_back("CREATE VIEW " + quoted_identifier(view.name) + " AS " +
                                     view.select);
        }
    }
}

}  // namespace

schema_change diff_schemas(const schema_snapshot& from, const schema_snapshot& to,
                           const change_hints& hints) {
    auto renamed = rename_in_schema(from.tables, hints.renames);
    require_declared(renamed, to.tables);
    require_can_be_filled(hints.fills, to.tables);
    const auto undescribed =
        hints.undescribed ? hints.undescribed(renamed.statements) : undescribed_parts{};
    change_writer writer(hints.fills, undescribed.features);
    for (const auto& table : to.tables) {
        if (const auto* old = find_table(renamed.tables, table.name)) {
            writer.change({old, &table});
        } else {
            writer.create(table);
        }
    }
    for (const auto& old : renamed.tables) {
        if (find_table(to.tables, old.name) == nullptr) {
            writer.drop(old);
        }
    }
    auto objects = undescribed.attached;
    std::erase_if(objects,
                  [&](const auto& object) { return is_described(object, renamed.tables); });
    auto attached = set_aside_attached(objects, writer.replaced());
    write_views(from.views, to.views, attached);
    schema_change change{std::move(renamed.statements), writer.take_remarks()};
    for (auto& statement : writer.take(attached)) {
        change.statements.push_back(std::move(statement));
    }
    remark_unused(hints.fills, renamed.tables, to.tables, change.remarks);
    remark_exchanges(renamed.tables, to.tables, change.remarks);
    return change;
}

}  // namespace dormouse
