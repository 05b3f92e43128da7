// UPDATE and DELETE. Both refuse to compile without a condition. Part of <dormouse/query.hpp>.
#pragma once

#include <dormouse/detail/expression.hpp>
#include <dormouse/detail/insert_query.hpp>
#include <dormouse/detail/query_run.hpp>

#include <cstdint>
#include <string>
#include <tuple>
#include <utility>

namespace dormouse::detail {

/// The condition of a change that is meant for every row.
struct every_row : no_condition {};
/// No condition yet.
struct condition_missing : no_condition {};

template <class Condition>
concept chosen_condition = !std::same_as<Condition, condition_missing>;

template <class Condition, class Added>
auto narrowed(Condition condition, Added added) {
    if constexpr (std::derived_from<Condition, no_condition>) {
        return added;
    } else {
        return combine<operation::both>(std::move(condition), std::move(added));
    }
}

template <class Condition, class Scope>
void append_condition(std::string& sql) {
    if constexpr (!std::derived_from<Condition, no_condition>) {
        append_where<Condition, Scope>(sql);
    }
}

template <auto const& Table, class Condition, class... Assignments>
class update_query {
public:
    static constexpr bool writes = true;

    update_query(db& database, std::tuple<Assignments...> assignments, Condition condition)
        : database_(&database),
          assignments_(std::move(assignments)),
          condition_(std::move(condition)) {}

    /// `set(col<&user::name> = name, ...)`. Columns with `on_update` that are not set are
    /// refreshed.
    template <class... Added>
    [[nodiscard]] auto set(Added... added) const {
        static_assert((std::same_as<typename Added::owner, row_of<Table>> && ...),
                      "dormouse: a column that is set belongs to another table");
        return update_query<Table, Condition, Assignments..., Added...>(
            *database_, std::tuple_cat(assignments_, std::tuple(std::move(added)...)), condition_);
    }

    /// Only rows for which `condition` holds. Called again: and this one too.
    template <sql_expression Added>
    [[nodiscard]] auto where(Added condition) const {
        auto both = narrowed(condition_, std::move(condition));
        return update_query<Table, decltype(both), Assignments...>(*database_, assignments_,
                                                                   std::move(both));
    }

    /// Every row, on purpose.
    [[nodiscard]] auto all_rows() const {
        return update_query<Table, every_row, Assignments...>(*database_, assignments_, {});
    }

    /// Answers the rows as they are afterwards.
    [[nodiscard]] auto returning_all() const requires chosen_condition<Condition> {
        return returning_query<Table, update_query>(*this);
    }

    /// Runs it; answers how many rows were changed. Needs `where` or `all_rows`.
    std::int64_t execute() const
        requires(chosen_condition<Condition> && sizeof...(Assignments) > 0) {
        return run_to_end(*this);
    }

    static std::string sql_text() {
        std::string sql = "UPDATE ";
        append_identifier(sql, Table.name);
        std::string_view separator = " SET ";
        ((sql += std::exchange(separator, ", "),
          Assignments::template append_sql<scope<Table>>(sql)),
         ...);
        for (std::size_t i = 0; i < Table.columns.size(); ++i) {
            if (is_refreshed(i)) {
                sql += ", ";
                append_identifier(sql, Table.columns[i].name);
                sql += " = ?";
            }
        }
        append_condition<Condition, scope<Table>>(sql);
        return sql;
    }

    void bind_all(binder& to, generator_context& generators) const {
        std::apply([&](const auto&... each) { (each.bind(to), ...); }, assignments_);
        for_each_index<row_of<Table>>([&]<std::size_t Column>(index_constant<Column>) {
            if constexpr (is_refreshed(Column)) {
                bind_generated<Table, Column>(to, generators, Table.columns[Column].on_update);
            }
        });
        condition_.bind(to);
    }
    [[nodiscard]] db& database() const { return *database_; }

private:
    static constexpr bool is_refreshed(std::size_t column) {
        return Table.columns[column].has_on_update && ((Assignments::index != column) && ...);
    }

    db* database_;
    std::tuple<Assignments...> assignments_;
    Condition condition_;
};

template <auto const& Table, class Condition>
class delete_query {
public:
    static constexpr bool writes = true;

    delete_query(db& database, Condition condition)
        : database_(&database), condition_(std::move(condition)) {}

    /// Only rows for which `condition` holds. Called again: and this one too.
    template <sql_expression Added>
    [[nodiscard]] auto where(Added condition) const {
        auto both = narrowed(condition_, std::move(condition));
        return delete_query<Table, decltype(both)>(*database_, std::move(both));
    }

    /// Every row, on purpose.
    [[nodiscard]] auto all_rows() const { return delete_query<Table, every_row>(*database_, {}); }

    /// Answers the rows as they were.
    [[nodiscard]] auto returning_all() const requires chosen_condition<Condition> {
        return returning_query<Table, delete_query>(*this);
    }

    /// Runs it; answers how many rows were deleted. Needs `where` or `all_rows`.
    std::int64_t execute() const requires chosen_condition<Condition> { return run_to_end(*this); }

    static std::string sql_text() {
        std::string sql = "DELETE FROM ";
        append_identifier(sql, Table.name);
        append_condition<Condition, scope<Table>>(sql);
        return sql;
    }
    void bind_all(binder& to, generator_context& /*generators*/) const { condition_.bind(to); }
    [[nodiscard]] db& database() const { return *database_; }

private:
    db* database_;
    Condition condition_;
};

}  // namespace dormouse::detail
