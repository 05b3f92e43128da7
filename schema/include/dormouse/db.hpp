// A handler should not know about leases, statements or turns; it asks a database questions. `db`
// is that database as seen from inside the object: it has no state, and finds the turn that is
// running at each call.
//
// Queries are built from tables and columns: include <dormouse/query.hpp> where they are written.
// Headers that only pass a `db` on include this one.
#pragma once

#include <dormouse/detail/fixed_string.hpp>
#include <dormouse/detail/savepoint.hpp>
#include <dormouse/generators.hpp>
#include <dormouse/lease.hpp>

#include <concepts>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace dormouse {

namespace detail {
template <class Result>
concept suspending = requires(Result result) {
    result.await_ready();
};
}  // namespace detail

/// The database of one object.
///
/// Everything it writes in one turn is committed together when the turn ends.
///
/// **Thread safety:** actor-confined. **Lifetime:** shorter than the lease source and the
/// generators.
/// **Errors:** every function that reaches the database throws `sql_error` when SQLite refuses a
/// statement, and `errc::object_reset` when the object no longer lives.
class db {
public:
    db(lease_source& source, generator_context& generators) noexcept
        : source_(&source), generators_(&generators) {}
    db(const db&) = delete;
    db& operator=(const db&) = delete;

    /// Queries of one table, by its name: `select_from<users>()`.
    template <auto const& Table>
    [[nodiscard]] auto select_from();
    template <auto const& Table>
    [[nodiscard]] auto insert_into();
    template <auto const& Table>
    [[nodiscard]] auto update();
    template <auto const& Table>
    [[nodiscard]] auto delete_from();

    /// A query in SQL: `sql<"SELECT name FROM users WHERE age > ?", row>(18).all()`. A row is a
    /// struct or a tuple, filled by position, or one value.
    template <detail::fixed_string Text, class Row = std::tuple<>, class... Values>
    [[nodiscard]] auto sql(Values&&... values);

    /// Runs every statement of `text` and drops their rows. For schema changes and the like.
    void execute(std::string_view text);

    /// Runs `work()` or `work(db)` in a nested transaction and answers what it answers. An
    /// exception undoes what `work` wrote, and goes on. The work must not suspend.
    template <class Work>
    decltype(auto) transaction(Work&& work) {
        if constexpr (std::invocable<Work, db&>) {
            return run_transaction(
                [&]() -> decltype(auto) { return std::forward<Work>(work)(*this); });
        } else {
            return run_transaction(std::forward<Work>(work));
        }
    }

    /// The rowid of the last row inserted in this turn.
    [[nodiscard]] std::int64_t last_insert_rowid();

    [[nodiscard]] lease& current_lease() { return source_->current_lease(); }
    [[nodiscard]] generator_context& generators() noexcept { return *generators_; }

private:
    template <class Work>
    decltype(auto) run_transaction(Work&& work) {
        using result = std::invoke_result_t<Work>;
        static_assert(!detail::suspending<result>,
                      "dormouse: the work of a transaction must not suspend; use the object's "
                      "asynchronous transaction");
        detail::savepoint point(current_lease());
        if constexpr (std::is_void_v<result>) {
            std::forward<Work>(work)();
            point.release();
        } else {
            result answer = std::forward<Work>(work)();
            point.release();
            return static_cast<result>(std::forward<result>(answer));
        }
    }

    lease_source* source_;
    generator_context* generators_;
};

}  // namespace dormouse
