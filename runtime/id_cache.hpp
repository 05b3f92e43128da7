// An object's id costs two HMACs, and the same few thousand names are called again and again.
#pragma once

#include <dormouse/object_id.hpp>

#include <array>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dormouse {

/// Remembers ids by unique key and name, as many as its bound allows.
///
/// **Thread safety:** thread-safe.
class id_cache {
public:
    [[nodiscard]] object_id from_name(std::string_view unique_key, std::string_view name);

private:
    static constexpr std::size_t shard_count = 16;
    static constexpr std::size_t names_per_shard_max = 4096;

    struct shard {
        std::mutex mutex;
        std::unordered_map<std::string, object_id> ids;
    };
    std::array<shard, shard_count> shards_;
};

}  // namespace dormouse
