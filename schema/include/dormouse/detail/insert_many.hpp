// INSERT of several rows: of a container, or of a query. Part of <dormouse/query.hpp>.
#pragma once

#include <dormouse/detail/insert_query.hpp>
#include <dormouse/detail/savepoint.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dormouse::detail {

/// One statement run for every row, so that no number of rows has too many parameters.
///
/// **Lifetime:** refers to rows given as an lvalue; others it owns.
template <auto const& Table, class Kept, class Conflict>
class insert_each {
public:
    insert_each(db& database, Kept&& rows, Conflict conflict)
        : database_(&database), rows_(std::forward<Kept>(rows)), conflict_(std::move(conflict)) {}

    /// Runs it; answers how many rows were written.
    std::int64_t execute() const {
        std::int64_t written = 0;
        run([&](const auto& insert) { written += insert.execute(); });
        return written;
    }

    /// Writes the rows and answers them, generated values included, in their order.
    [[nodiscard]] std::vector<row_of<Table>> returning_all() const {
        std::vector<row_of<Table>> written;
        run([&](const auto& insert) {
            if (auto row = insert.returning_all().find_one()) {
                written.push_back(std::move(*row));
            }
        });
        return written;
    }

private:
    template <class Visitor>
    void run(Visitor visit) const {
        savepoint all_or_none(database_->current_lease());
        for (const auto& row : rows_) {
            visit(insert_start<Table, Conflict>(*database_, conflict_).values(row));
        }
        all_or_none.release();
    }

    db* database_;
    Kept rows_;
    Conflict conflict_;
};

/// INSERT ... SELECT. Generators run in the program, once for a row that is inserted; rows that
/// never leave SQLite cannot have them, so their columns must come from the query.
template <auto const& Table, class Query, class Conflict, auto... Members>
class insert_from {
    static constexpr bool is_given(std::size_t column) {
        return ((member_of<Members>::index == column) || ...);
    }
    static constexpr bool is_complete() {
        for (std::size_t i = 0; i < Table.columns.size(); ++i) {
            const auto& column = Table.columns[i];
            if (!is_given(i) &&
                (column.has_default_fn || (!column.may_be_omitted() && !is_rowid<Table>(column)))) {
                return false;
            }
        }
        return true;
    }
    static_assert((std::same_as<typename member_of<Members>::owner, row_of<Table>> && ...),
                  "dormouse: a column that is inserted belongs to another table");
    static_assert(sizeof...(Members) == row_width<typename Query::row_type>(),
                  "dormouse: the query has another number of columns than are inserted");
    static_assert(is_complete(),
                  "dormouse: this INSERT from a query leaves out a column that has no default in "
                  "SQL, or whose default the program generates");

public:
    static constexpr bool writes = true;
    static constexpr std::size_t switches = Query::switches + Conflict::switches;

    insert_from(Query query, Conflict conflict)
        : query_(std::move(query)), conflict_(std::move(conflict)) {}

    /// Runs it; answers how many rows were written.
    std::int64_t execute() const { return run_to_end(*this); }

    [[nodiscard]] auto returning_all() const {
        return returning_query<Table, insert_from, expression_list<>>(*this, {});
    }

    [[nodiscard, gnu::cold]] std::string sql_text() const {
        std::string sql = "INSERT INTO ";
        append_identifier(sql, Table.name);
        std::string_view separator = " (";
        ((sql += std::exchange(separator, ", "),
          append_identifier(sql, Table.columns[member_of<Members>::index].name)),
         ...);
        // WHERE tells SQLite that ON CONFLICT is no join condition.
        sql += ") SELECT * FROM (" + query_.sql_text() + ") WHERE true";
        conflict_.template append_sql<Table>(sql);
        return sql;
    }
    void bind_all(binder& to, generator_context& generators) const {
        query_.bind_values(to);
        conflict_.template bind<Table>(to, generators);
    }
    void add_shape(query_shape& shape) const {
        query_.add_shape(shape);
        conflict_.add_shape(shape);
    }
    [[nodiscard]] db& database() const { return query_.database(); }

private:
    Query query_;
    Conflict conflict_;
};

}  // namespace dormouse::detail
