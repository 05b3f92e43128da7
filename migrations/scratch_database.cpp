#include "migrations/scratch_database.hpp"

#include "migrations/deferred_work.hpp"
#include "storage/disk.hpp"

#include <dormouse/error.hpp>
#include <dormouse/storage_node.hpp>

#include <stdlib.h>

#include <filesystem>
#include <system_error>
#include <utility>

namespace dormouse {
namespace {

class scratch_directory {
public:
    scratch_directory() {
        auto name = (std::filesystem::temp_directory_path() / "dormouse-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw error(errc::storage_failed, name + ": " + std::generic_category().message(errno));
        }
        path_ = name;
    }
    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;
    ~scratch_directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

storage_options options_in(const std::filesystem::path& directory) {
    storage_options options;
    options.directory = directory;
    options.on = make_scratch_disk(make_posix_disk());  // nothing of it needs to survive
    options.segment_bytes = std::uint64_t{1} << 20;
    return options;
}

}  // namespace

struct scratch_database::parts {
    parts() {
        object->enforce_foreign_keys(false);
        turn = std::make_unique<lease>(object->begin_turn());
    }
    parts(const parts&) = delete;
    parts& operator=(const parts&) = delete;
    ~parts() {
        turn->rollback();
        turn.reset();
        node.close(std::move(object), [] {});
        background.run_all();
    }

    scratch_directory directory;
    deferred_work background;  // nothing is ever committed, so it is next to nothing
    storage_node node{options_in(directory.path()), background};
    std::unique_ptr<object_storage> object =
        node.open({"Scratch", std::string(64, '0'), "scratch"});
    std::unique_ptr<lease> turn;
};

scratch_database::scratch_database() : parts_(std::make_unique<parts>()) {}

scratch_database::~scratch_database() = default;

lease& scratch_database::turn() {
    return *parts_->turn;
}

}  // namespace dormouse
