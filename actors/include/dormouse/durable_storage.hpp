// What an object's code asks of its storage that SQL cannot say: its past, its size, its end.
#pragma once

#include <dormouse/bookmark.hpp>
#include <dormouse/timestamp.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>

namespace dormouse {

namespace detail {
class object_host;
}

/// The storage of the object whose code runs; `context::storage()` gives it.
///
/// **Thread safety:** actor-confined. **Lifetime:** the context it came from.
/// **Errors:** `errc::object_reset` when the object no longer lives; `errc::storage_failed`.
class durable_storage {
public:
    explicit durable_storage(detail::object_host& host) noexcept : host_(&host) {}

    /// The end of the current turn, with all that it writes, also later.
    [[nodiscard]] bookmark current_bookmark();
    /// The end of the last turn committed at or before `time`.
    /// Errors: `errc::invalid_bookmark` when that is not kept any more, naming what is.
    [[nodiscard]] bookmark bookmark_for_time(timestamp time);
    /// Takes the object back to `mark` after it has next gone to sleep or been reset, before it
    /// wakes again. Part of the turn: undone with it. Answers the bookmark that undoes it.
    /// Errors: `errc::invalid_bookmark` when `mark` is another object's or not kept any more.
    [[nodiscard]] bookmark restore_on_next_wake(const bookmark& mark);

    /// Empties the database: no table is left. A database's migrations run again before its next
    /// call, those of an object with a class at its next wake. Part of the turn. A bookmark from
    /// before brings everything back.
    void delete_all();

    /// Bytes of the database that hold something.
    [[nodiscard]] std::uint64_t database_size();

    /// Completes when everything the object has written, this turn included, is durable. Ends the
    /// turn.
    [[nodiscard]] boost::asio::awaitable<void> sync() const;

    /// Builds the database anew without free pages, between this turn and the next. Takes memory
    /// for the whole of it, and occupies a thread meanwhile.
    [[nodiscard]] boost::asio::awaitable<void> vacuum() const;

private:
    detail::object_host* host_;
};

}  // namespace dormouse
