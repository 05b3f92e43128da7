#include "testing/faulty_disk.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace dormouse {
namespace {

constexpr std::size_t sector = 512;

void place(std::vector<std::byte>& content, std::uint64_t offset,
           std::span<const std::byte> bytes) {
    content.resize(std::max<std::size_t>(content.size(), offset + bytes.size()));
    std::ranges::copy(bytes, content.begin() + static_cast<std::ptrdiff_t>(offset));
}

std::string directory_of(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

}  // namespace

class faulty_disk::handle final : public disk_file {
public:
    handle(faulty_disk& on, std::string path, inode_pointer content)
        : disk_(&on), path_(std::move(path)), content_(std::move(content)) {}

    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
        disk_->require_power(path_);
        const auto& bytes = content_->now;
        const auto from = std::min<std::size_t>(offset, bytes.size());
        const auto count = std::min(into.size(), bytes.size() - from);
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(from), count, into.begin());
        return count;
    }

    void write(std::uint64_t offset, std::span<const std::byte> bytes) override {
        const bool done = disk_->begin(disk_operation::write, path_);
        place(content_->now, offset, bytes);
        content_->unsynced.push_back({offset, {bytes.begin(), bytes.end()}, false});
        finish(done);
    }

    void truncate(std::uint64_t size) override {
        const bool done = disk_->begin(disk_operation::truncate, path_);
        content_->now.resize(size);
        content_->unsynced.push_back({size, {}, true});
        finish(done);
    }

    std::uint64_t size() const override {
        disk_->require_power(path_);
        return content_->now.size();
    }

    void sync() override {
        if (!disk_->begin(disk_operation::sync, path_)) {
            finish(false);
        }
        faulty_disk::sync(*content_);
    }

private:
    void finish(bool done) const {
        if (!done) {
            disk_->require_power(path_);
        }
    }

    faulty_disk* disk_;
    std::string path_;
    inode_pointer content_;
};

bool faulty_disk::begin(disk_operation operation, const std::string& path) {
    require_power(path);
    if (fails && fails(operation, path)) {
        throw error(errc::storage_failed, "a fault was injected into " + path);
    }
    ++operations_;
    if (fuse_ && (*fuse_)-- == 0) {
        fuse_.reset();
        powered_ = false;
    }
    return powered_;
}

void faulty_disk::require_power(const std::string& path) const {
    if (!powered_) {
        throw error(errc::storage_failed, "no power for " + path);
    }
}

std::unique_ptr<disk_file> faulty_disk::open(const std::string& path, open_mode mode) {
    require_power(path);
    auto found = names_.find(path);
    if (found == names_.end()) {
        if (mode != open_mode::create) {
            return nullptr;
        }
        const bool done = begin(disk_operation::create, path);
        found = names_.emplace(path, std::make_shared<inode>()).first;
        unsynced_names_.push_back({{path, found->second}});
        if (!done) {
            require_power(path);
        }
    }
    return std::make_unique<handle>(*this, path, found->second);
}

void faulty_disk::remove(const std::string& path) {
    const bool done = begin(disk_operation::remove, path);
    if (names_.erase(path) > 0) {
        unsynced_names_.push_back({{path, nullptr}});
    }
    if (!done) {
        require_power(path);
    }
}

void faulty_disk::rename(const std::string& from, const std::string& to) {
    const bool done = begin(disk_operation::rename, from);
    const auto moved = names_.extract(from);
    if (moved.empty()) {
        throw error(errc::storage_failed, "there is no " + from);
    }
    names_[to] = moved.mapped();
    unsynced_names_.push_back({{from, nullptr}, {to, moved.mapped()}});
    if (!done) {
        require_power(from);
    }
}

std::vector<std::string> faulty_disk::list(const std::string& directory) const {
    require_power(directory);
    std::set<std::string> found;
    const auto prefix = directory + "/";
    for (const auto& [path, content] : names_) {
        if (path.starts_with(prefix)) {
            const auto rest = path.substr(prefix.size());
            found.insert(rest.substr(0, rest.find('/')));
        }
    }
    return {found.begin(), found.end()};
}

// Directories have no content of their own here: a file's path brings them along.
void faulty_disk::create_directories(const std::string& directory) {
    require_power(directory);
}

void faulty_disk::sync_directory(const std::string& directory) {
    if (!begin(disk_operation::sync, directory)) {
        require_power(directory);
    }
    // The changes of one name reach the disk in order: with a change go those before it.
    std::set<std::string> synced;
    for (auto made = unsynced_names_.rbegin(); made != unsynced_names_.rend(); ++made) {
        const bool reached = std::ranges::any_of(*made, [&](const auto& name) {
            return directory_of(name.first) == directory || synced.contains(name.first);
        });
        for (const auto& [path, content] : *made) {
            if (reached) {
                synced.insert(path);
            }
        }
    }
    std::erase_if(unsynced_names_, [&](const auto& made) {
        const bool reached = std::ranges::any_of(
            made, [&](const auto& name) { return synced.contains(name.first); });
        for (const auto& [path, content] : made) {
            if (reached) {
                set_durable(path, content);
            }
        }
        return reached;
    });
}

void faulty_disk::sync_everything(const std::string& directory) {
    if (!begin(disk_operation::sync, directory)) {
        require_power(directory);
    }
    for (auto& [path, content] : names_) {
        sync(*content);
    }
    durable_names_ = names_;
    unsynced_names_.clear();
}

std::vector<std::byte>& faulty_disk::content(const std::string& path) {
    return names_.at(path)->now;
}

void faulty_disk::sync(inode& synced) {
    synced.durable = synced.now;
    synced.unsynced.clear();
}

bool faulty_disk::coin(double probability) {
    return std::uniform_real_distribution<double>(0, 1)(random_) < probability;
}

void faulty_disk::lose_power() {
    powered_ = false;
}

void faulty_disk::restore_power() {
    fuse_.reset();
    settle_names();
    for (auto& [path, content] : names_) {
        // Whoever still has the file open keeps the old one.
        content = durable_names_[path] = std::make_shared<inode>(*content);
        settle(*content);
    }
    powered_ = true;
}

void faulty_disk::restart_program() {
    fuse_.reset();
    powered_ = true;
}

// The changes of one name reach the disk in order, but the disk may stop anywhere, and with each
// name elsewhere. A rename is one change of two names.
void faulty_disk::settle_names() {
    std::set<std::string> stopped;
    for (const auto& made : unsynced_names_) {
        const bool lost = coin(0.3) || std::ranges::any_of(made, [&](const auto& name) {
                              return stopped.contains(name.first);
                          });
        for (const auto& [path, content] : made) {
            if (lost) {
                stopped.insert(path);
            } else {
                set_durable(path, content);
            }
        }
    }
    unsynced_names_.clear();
    names_ = durable_names_;
}

void faulty_disk::set_durable(const std::string& path, const inode_pointer& content) {
    if (content == nullptr) {
        durable_names_.erase(path);
    } else {
        durable_names_[path] = content;
    }
}

void faulty_disk::settle(inode& lost) {
    constexpr std::array probabilities{0.0, 0.1, 0.5, 0.9, 1.0};
    const double survives = probabilities[random_() % probabilities.size()];
    for (const auto& made : lost.unsynced) {
        if (made.truncates) {
            if (coin(survives)) {
                lost.durable.resize(made.offset);
            }
            continue;
        }
        for (std::size_t at = 0; at < made.bytes.size();) {
            const auto end = std::min(made.bytes.size(), at + sector - (made.offset + at) % sector);
            if (coin(survives)) {
                place(lost.durable, made.offset + at, std::span(made.bytes).subspan(at, end - at));
            }
            at = end;
        }
    }
    lost.now = lost.durable;
    lost.unsynced.clear();
}

}  // namespace dormouse
