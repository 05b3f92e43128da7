// While a program is developed its schema changes many times a day, and so does the wish to begin
// afresh. A running program in development mode follows `.dormouse`, which the commands write: the
// next request finds the objects of the new epoch, and migrations that have just been pushed.
#pragma once

#include "migrations/dev_cache.hpp"
#include "runtime/directory_watch.hpp"
#include "runtime/object_class.hpp"

#include <dormouse/clock.hpp>

#include <filesystem>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dormouse {

/// **Thread safety:** thread-safe. **Lifetime:** what `serve` answers is the development's.
class development {
public:
    /// `cache`: the project's `.dormouse`.
    development(std::filesystem::path cache, dormouse::clock& clock);

    /// How a database is served at this moment.
    struct service {
        const object_class* kind;  ///< With the migrations that were pushed last.
        std::string epoch;         ///< Which its keys belong to.
    };
    /// Errors: `errc::migration_failed` for a corrupt `state.json`, until it is mended;
    /// `errc::storage_failed`.
    [[nodiscard]] service serve(const object_class& declared);

private:
    /// A class as it was served at some time. Objects that are awake refer to it.
    struct edition {
        std::vector<stored_migration> pushed;
        std::vector<migration_file> files;
        object_class kind;
    };
    struct served_class {
        std::list<edition> editions;
        bool is_current = false;
    };

    void follow_cache();
    [[nodiscard]] const object_class& current_edition(const object_class& declared);

    std::mutex mutex_;
    dev_cache cache_;
    directory_watch watch_;
    dormouse::clock* clock_;
    std::optional<dev_state> state_;
    std::map<std::string, served_class> classes_;
};

}  // namespace dormouse
