#include "runtime/id_cache.hpp"

#include <functional>

namespace dormouse {

object_id id_cache::from_name(std::string_view unique_key, std::string_view name) {
    constexpr std::size_t cached_name_bytes_max = 256;
    if (name.size() > cached_name_bytes_max) {
        return object_id::from_name(unique_key, name);
    }
    std::string both;
    both.reserve(unique_key.size() + 1 + name.size());
    both.append(unique_key).append(1, '\0').append(name);
    auto& chosen = shards_[std::hash<std::string>{}(both) % shard_count];
    const std::lock_guard lock(chosen.mutex);
    if (const auto found = chosen.ids.find(both); found != chosen.ids.end()) {
        return found->second;
    }
    if (chosen.ids.size() >= names_per_shard_max) {
        chosen.ids.clear();  // rare, and cheaper than keeping order on every call
    }
    const auto id = object_id::from_name(unique_key, name);
    chosen.ids.emplace(std::move(both), id);
    return id;
}

}  // namespace dormouse
