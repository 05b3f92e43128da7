#include "migrations/object_stage.hpp"

#include <dormouse/error.hpp>

#include <stdlib.h>

#include <system_error>
#include <utility>

namespace dormouse {
namespace {

// The stage's background waits until the object leaves, so nothing may be refused for what it has
// not done yet.
storage_options options_in(std::filesystem::path directory) {
    constexpr auto unlimited = std::size_t{1} << 60;
    storage_options chosen;
    chosen.directory = std::move(directory);
    chosen.segment_bytes = std::uint64_t{4} << 20;
    chosen.overlay_bytes_max = unlimited;
    chosen.waiting_bytes_max = unlimited;
    return chosen;
}

}  // namespace

scratch_folder::scratch_folder() {
    auto name = (std::filesystem::temp_directory_path() / "dormouse-stage-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw error(errc::storage_failed, "cannot create " + name);
    }
    path_ = name;
}

scratch_folder::~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

object_stage::object_stage() : node_(options_in(folder_.path() / "node"), background_) {}

std::unique_ptr<object_storage> object_stage::enter(const object_key& key,
                                                    const std::filesystem::path& copy) {
    node_.import_file(key, copy);
    return node_.open(key);
}

void object_stage::leave(const object_key& key, std::unique_ptr<object_storage> object) {
    node_.close(std::move(object), [] {});
    background_.run_all();
    node_.destroy(key);
}

}  // namespace dormouse
