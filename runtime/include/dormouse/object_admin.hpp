// Some things are done to an object, not by it: taking it back in time, removing it, putting a file
// in its place. An operator does them from outside, whether the object is awake, asleep or unable
// to wake.
#pragma once

#include <dormouse/bookmark.hpp>
#include <dormouse/storage_node.hpp>

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace dormouse {

class host;
struct object_class;

/// A hold on one object. Each operation lets running calls end, within
/// `runtime_options::maintenance_grace`, after which they fail with `errc::object_reset`; puts the
/// object to sleep; works on its file; and lets calls that arrived meanwhile wake it.
///
/// **Thread safety:** thread-safe. **Lifetime:** shorter than its runtime. An operation does not
/// need the handle any more once it has been started. Must not be awaited by the object itself.
/// **Errors:** `errc::overloaded`, `errc::shutting_down`, `errc::storage_failed`.
class object_admin {
public:
    /// Made by the runtime.
    object_admin(host& on, const object_class& kind, std::string key)
        : host_(&on), kind_(&kind), key_(std::move(key)) {}

    /// What the node keeps of the object beside its pages; nothing when there is no such object.
    [[nodiscard]] boost::asio::awaitable<std::optional<object_info>> info() const;

    /// The end of its last turn.
    /// Errors: `errc::invalid_bookmark` when there is no such object.
    [[nodiscard]] boost::asio::awaitable<bookmark> current_bookmark() const;
    /// Takes the object back; answers the bookmark that undoes it.
    /// Errors: `errc::invalid_bookmark` when `mark` is another object's or not kept any more.
    [[nodiscard]] boost::asio::awaitable<bookmark> restore(bookmark mark) const;
    /// Removes the object and all its past, for good. The next call makes a new one.
    [[nodiscard]] boost::asio::awaitable<void> destroy() const;
    /// Makes the object what a SQLite database of any origin is, which is left as it is.
    [[nodiscard]] boost::asio::awaitable<void> import_file(std::filesystem::path from) const;

private:
    host* host_;
    const object_class* kind_;
    std::string key_;
};

}  // namespace dormouse
