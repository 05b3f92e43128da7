// Which objects there are, and what is known of each without opening it. The log carries every such
// fact; the catalog is where they are found again once the log has moved on. It is a database like
// any other, an object of the class without a name, so that the log makes its pages whole, too.
#pragma once

#include "storage/connection_pool.hpp"
#include "storage/object_database.hpp"
#include "storage/object_facts.hpp"

#include <dormouse/storage_node.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dormouse {

struct catalog_row {
    object_identity identity;
    object_facts facts;
    std::vector<generation> archived;  ///< The oldest first.
};

/// **Thread safety:** thread-safe. **Errors:** `errc::storage_failed`.
class catalog {
public:
    /// `image` has been opened.
    catalog(std::shared_ptr<object_image> image, const steady_ticks& ticks);

    /// Remembers; `write` puts it into the database.
    void note(const object_identity& object, const object_facts& facts);
    void note_archived(const object_identity& object, std::vector<generation> archived);
    /// Forgets all that was noted before.
    void forget(const object_identity& object);

    [[nodiscard]] std::optional<catalog_row> find(const object_identity& object);
    /// Puts what has been noted into the log.
    void write();
    /// Objects in the order of class and id. Nothing may be noted and not written.
    void visit(const object_filter& filter, const std::function<void(const catalog_row&)>& found);
    /// Those that are to be taken back in time.
    [[nodiscard]] std::vector<object_identity> to_be_restored();

private:
    struct notes {
        bool forgotten = false;
        std::optional<object_facts> facts;
        std::optional<std::vector<generation>> archived;
    };
    using note_map = std::map<object_identity, notes>;

    void create_tables();
    [[nodiscard]] std::optional<catalog_row> find_written(const object_identity& object);
    [[nodiscard]] std::vector<catalog_row> read_some(const object_filter& filter,
                                                     const object_identity& behind_row,
                                                     std::int64_t limit);
    void write_some(note_map& some);
    static void write_one(lease& turn, const object_identity& object, const notes& noted);

    std::mutex mutex_;
    connection_pool pool_;
    object_database database_;
    note_map noted_;
};

/// Notes every object that has a file, as far as the file and its archive tell.
void rebuild_catalog(disk& on, const std::string& root, catalog& into);

}  // namespace dormouse
