// UPDATE and DELETE. Both refuse to compile without a condition. Part of <dormouse/query.hpp>.
#pragma once

#include <dormouse/detail/conflict.hpp>
#include <dormouse/detail/expression.hpp>
#include <dormouse/detail/insert_source.hpp>
#include <dormouse/detail/query_run.hpp>
#include <dormouse/detail/returning_query.hpp>
#include <dormouse/detail/struct_assignment.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace dormouse::detail {

/// No condition yet, so that it cannot be run.
struct condition_missing : condition_list<> {};

template <class Condition>
concept chosen_condition = !std::same_as<Condition, condition_missing>;

template <auto const& Table, class Condition, class... Assignments>
class update_query {
public:
    static constexpr bool writes = true;
    static constexpr std::size_t switches = (Condition::switches + ... + Assignments::switches);

    update_query(db& database, part_list<Assignments...> assignments, Condition condition)
        : database_(&database),
          assignments_(std::move(assignments)),
          condition_(std::move(condition)) {}

    /// `set(col<&user::name> = name, ...)`. Columns with `on_update` that are not set are
    /// refreshed.
    template <class... Added>
    [[nodiscard]] auto set(Added... added) const {
        require_settable<Table, Added...>();
        return with_assignments(std::move(added)...);
    }
    /// The same, but only if `wanted`; otherwise the column keeps its value. It must not have been
    /// set before.
    template <class Added>
    [[nodiscard]] auto set_if(bool wanted, Added added) const {
        require_settable<Table, Added>();
        return with_assignments(assignment_if<Table, Added>{std::move(added), wanted});
    }
    /// The fields of any struct, by name, to the columns. Columns of the primary key are not set,
    /// nor those whose field is empty because it was not given: an empty std::optional or an
    /// omitted argument. When nothing at all is given, nothing is changed.
    template <class Value>
    requires settable<std::remove_cvref_t<Value>, Table>
    [[nodiscard]] auto set_from(Value&& value) const {
        using kept =
            std::conditional_t<std::is_lvalue_reference_v<Value>, const std::remove_cvref_t<Value>&,
                               std::remove_cvref_t<Value>>;
        return with_assignments(struct_assignment<Table, kept>(std::forward<Value>(value)));
    }

    /// Only rows for which `condition` holds. Called again: and this one too.
    template <sql_expression Added>
    [[nodiscard]] auto where(Added condition) const {
        return with_condition(condition_.with(std::move(condition)));
    }

    /// Every row, on purpose.
    [[nodiscard]] auto all_rows() const { return with_condition(condition_list<>{}); }

    /// Answers the rows as they are afterwards.
    [[nodiscard]] auto returning_all() const
        requires(chosen_condition<Condition> && sizeof...(Assignments) > 0) {
        return returning_query<Table, update_query, expression_list<>>(*this, {});
    }
    /// Answers these columns of the rows as they are afterwards.
    template <sql_expression... Columns>
    [[nodiscard]] auto returning(Columns... columns) const
        requires(chosen_condition<Condition> && sizeof...(Assignments) > 0) {
        using list = expression_list<Columns...>;
        return returning_query<Table, update_query, list>(*this, list{{{std::move(columns)}...}});
    }

    /// Runs it; answers how many rows were changed. Needs `where` or `all_rows`.
    std::int64_t execute() const
        requires(chosen_condition<Condition> && sizeof...(Assignments) > 0) {
        return sets_anything() ? run_to_end(*this) : 0;
    }

    [[nodiscard, gnu::cold]] std::string sql_text() const {
        std::string sql = "UPDATE ";
        append_identifier(sql, Table.name);
        std::string_view separator = " SET ";
        auto append = [&](const auto& each) {
            sql += std::exchange(separator, ", ");
            each.template append_sql<scope<Table>>(sql);
        };
        assignments_.each(append);
        append_refreshed<Table, Assignments...>(sql);
        // Where nothing may be given, RETURNING must have no rows.
        sql += always_sets ? "" : " WHERE ?";
        condition_.template append_sql<scope<Table>>(sql, always_sets ? " WHERE " : " AND ");
        return sql;
    }

    void bind_all(binder& to, generator_context& generators) const {
        assignments_.bind(to, generators);
        bind_refreshed<Table, Assignments...>(to, generators);
        if constexpr (!always_sets) {
            to.integer(sets_anything() ? 1 : 0);
        }
        condition_.bind(to);
    }
    void add_shape(query_shape& shape) const {
        assignments_.add_shape(shape);
        condition_.add_shape(shape);
    }
    [[nodiscard]] db& database() const { return *database_; }

private:
    static constexpr bool always_sets = (Assignments::always_given || ...);

    [[nodiscard]] bool sets_anything() const {
        bool given = false;
        assignments_.each([&given](const auto& each) { given = given || each.is_given(); });
        return given;
    }
    /// Of two assignments to a column the later counts; one that is not made would undo the other.
    template <class Added>
    static constexpr bool overrides_in_vain() {
        for (std::size_t i = 0; i < Table.columns.size(); ++i) {
            if (!Added::always_given && Added::sets(i) && (Assignments::sets(i) || ...)) {
                return true;
            }
        }
        return false;
    }
    template <class... Added>
    [[nodiscard]] auto with_assignments(Added... added) const {
        static_assert(!(overrides_in_vain<Added>() || ...),
                      "dormouse: a column that is set already cannot be set conditionally as well");
        return update_query<Table, Condition, Assignments..., Added...>(
            *database_, assignments_.with(std::move(added)...), condition_);
    }
    template <class Changed>
    [[nodiscard]] auto with_condition(Changed condition) const {
        return update_query<Table, Changed, Assignments...>(*database_, assignments_,
                                                            std::move(condition));
    }

    db* database_;
    part_list<Assignments...> assignments_;
    Condition condition_;
};

template <auto const& Table, class Condition>
class delete_query {
public:
    static constexpr bool writes = true;
    static constexpr std::size_t switches = Condition::switches;

    delete_query(db& database, Condition condition)
        : database_(&database), condition_(std::move(condition)) {}

    /// Only rows for which `condition` holds. Called again: and this one too.
    template <sql_expression Added>
    [[nodiscard]] auto where(Added condition) const {
        auto both = condition_.with(std::move(condition));
        return delete_query<Table, decltype(both)>(*database_, std::move(both));
    }

    /// Every row, on purpose.
    [[nodiscard]] auto all_rows() const {
        return delete_query<Table, condition_list<>>(*database_, {});
    }

    /// Answers the rows as they were.
    [[nodiscard]] auto returning_all() const requires chosen_condition<Condition> {
        return returning_query<Table, delete_query, expression_list<>>(*this, {});
    }
    /// Answers these columns of the rows as they were.
    template <sql_expression... Columns>
    [[nodiscard]] auto returning(Columns... columns) const requires chosen_condition<Condition> {
        using list = expression_list<Columns...>;
        return returning_query<Table, delete_query, list>(*this, list{{{std::move(columns)}...}});
    }

    /// Runs it; answers how many rows were deleted. Needs `where` or `all_rows`.
    std::int64_t execute() const requires chosen_condition<Condition> { return run_to_end(*this); }

    [[nodiscard, gnu::cold]] std::string sql_text() const {
        std::string sql = "DELETE FROM ";
        append_identifier(sql, Table.name);
        condition_.template append_sql<scope<Table>>(sql, " WHERE ");
        return sql;
    }
    void bind_all(binder& to, generator_context& /*generators*/) const { condition_.bind(to); }
    void add_shape(query_shape& shape) const { condition_.add_shape(shape); }
    [[nodiscard]] db& database() const { return *database_; }

private:
    db* database_;
    Condition condition_;
};

}  // namespace dormouse::detail
