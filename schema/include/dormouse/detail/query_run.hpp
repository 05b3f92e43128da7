// Running a query: borrowing its statement, binding its values, reading its rows.
//
// A query has `row_type`, `std::string sql_text() const`, `void bind_all(binder&,
// generator_context&) const` and `db& database() const`; `switches` is the number of its optional
// parts, of which `add_shape` says which are there.
#pragma once

#include <dormouse/db.hpp>
#include <dormouse/detail/binder.hpp>
#include <dormouse/detail/column_codec.hpp>
#include <dormouse/detail/query_scope.hpp>
#include <dormouse/lease.hpp>
#include <dormouse/statement.hpp>

#include <concepts>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace dormouse::detail {

/// The places in the statement caches of one query type, one for each shape.
template <class Query>
inline const statement_slots query_slots{std::size_t{1} << Query::switches};

template <class Query>
[[nodiscard]] statement_slot slot_of(const Query& query) {
    static_assert(Query::switches <= query_shape::switches_max,
                  "dormouse: a query can have at most 8 optional parts");
    query_shape shape;
    if constexpr (Query::switches > 0) {
        query.add_shape(shape);
    }
    return query_slots<Query>[shape.index()];
}

[[noreturn]] void refuse_row_count(bool none);
[[noreturn]] void refuse_column_count(int wanted, int actual);
/// Errors: `errc::turn_ended` unless this is still the turn.
void require_turn(db& database, std::uint64_t turn);

/// One run of a query. The query must outlive it.
class query_run {
public:
    template <class Query>
    explicit query_run(const Query& query)
        : statement_(query.database().current_lease().borrow(
              slot_of(query), [&query] { return query.sql_text(); })) {
        binder to(*statement_, memory_);
        query.bind_all(to, query.database().generators());
    }
    query_run(const query_run&) = delete;
    query_run& operator=(const query_run&) = delete;

    [[nodiscard]] statement& operator*() noexcept { return *statement_; }
    [[nodiscard]] statement* operator->() noexcept { return &*statement_; }

    /// Reads the next row; false when there is none.
    template <class Row>
    bool next(Row& row) {
        const bool found = next_row(row_width<Row>());
        if (found) {
            read_row(*statement_, row);
        }
        return found;
    }

private:
    bool next_row(int width) {
        if (!statement_->step()) {
            return false;
        }
        if (!width_checked_) {
            if (statement_->column_count() != width) {
                refuse_column_count(width, statement_->column_count());
            }
            width_checked_ = true;
        }
        return true;
    }

    bound_memory memory_;
    borrowed_statement statement_;
    bool width_checked_ = false;
};

/// The rows of a query one after the other. `begin` can be called once.
///
/// **Lifetime:** within the turn that made it; afterwards the next step throws `errc::turn_ended`.
template <class Query>
class row_range {
public:
    using row_type = typename Query::row_type;

    class iterator {
    public:
        explicit iterator(row_range& range) : range_(&range) {}
        [[nodiscard]] row_type& operator*() const { return range_->row_; }
        [[nodiscard]] row_type* operator->() const { return &range_->row_; }
        iterator& operator++() {
            range_->advance();
            return *this;
        }
        void operator++(int) { range_->advance(); }
        [[nodiscard]] bool at_end() const { return range_->done_; }
        friend bool operator==(const iterator& at, std::default_sentinel_t) { return at.at_end(); }

    private:
        row_range* range_;
    };

    explicit row_range(const Query& query)
        : query_(query), run_(query_), turn_(query_.database().current_lease().turn()) {}

    [[nodiscard]] iterator begin() {
        advance();
        return iterator(*this);
    }
    [[nodiscard]] std::default_sentinel_t end() const { return {}; }

private:
    void advance() {
        require_turn(query_.database(), turn_);
        row_ = row_type{};
        done_ = !run_.next(row_);
    }

    Query query_;
    query_run run_;
    std::uint64_t turn_;
    row_type row_{};
    bool done_ = false;
};

/// The ways to ask a query for its rows.
template <class Query, class Row>
class row_query {
public:
    using row_type = Row;

    /// The row. Errors: `errc::no_row`, `errc::several_rows`.
    [[nodiscard]] Row one() const {
        query_run run(self());
        Row row{};
        if (!run.next(row)) {
            refuse_row_count(true);
        }
        if (run->step()) {
            refuse_row_count(false);
        }
        return row;
    }

    /// The first row, if there is any.
    [[nodiscard]] std::optional<Row> find_one() const {
        query_run run(self());
        std::optional<Row> row(std::in_place);
        if (!run.next(*row)) {
            return std::nullopt;
        }
        if constexpr (Query::writes) {
            run->run();  // a statement that writes must reach its end
        }
        return row;
    }

    [[nodiscard]] std::vector<Row> all() const {
        std::vector<Row> rows;
        query_run run(self());
        if constexpr (std::same_as<Row, bool>) {  // whose vector has no bools to refer to
            for (bool row = false; run.next(row);) {
                rows.push_back(row);
            }
        } else {
            while (run.next(rows.emplace_back())) {
            }
            rows.pop_back();
        }
        return rows;
    }

    /// Calls `visit(Row&&)` for each row. Other queries may run meanwhile, this one included.
    template <class Visitor>
    void each(Visitor&& visit) const {
        query_run run(self());
        for (Row row{}; run.next(row); row = Row{}) {
            visit(std::move(row));
        }
    }

    /// For a range-based for loop. Keeps a copy of the query, which refers to lvalues it was given.
    [[nodiscard]] row_range<Query> rows() const { return row_range<Query>(self()); }

    /// The only column of the only row.
    [[nodiscard]] auto scalar() const requires(row_width<Row>() == 1) {
        if constexpr (tuple_value<Row>) {
            return std::get<0>(one());
        } else {
            return one();
        }
    }

private:
    [[nodiscard]] const Query& self() const { return static_cast<const Query&>(*this); }
};

/// Runs a statement that can change rows to its end, and answers how many it changed.
template <class Query>
std::int64_t run_to_end(const Query& query) {
    query_run run(query);
    run->run();
    return query.database().current_lease().changes();
}

}  // namespace dormouse::detail
