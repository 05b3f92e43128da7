#include "migrations/epoch.hpp"

#include "migrations/json_writer.hpp"

namespace dormouse {

std::string make_epoch(timestamp moment) {
    return to_base36(static_cast<std::uint64_t>(moment.time_since_epoch().count()));
}

std::string epoch_key(std::string_view key, std::string_view epoch) {
    return std::string(key).append("__dev_").append(epoch);
}

}  // namespace dormouse
