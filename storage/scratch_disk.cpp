#include "storage/disk.hpp"
#include "storage/page.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

namespace dormouse {
namespace {

/// A file as it looks: what the disk below has of it, up to `below_bytes`, under the pages that
/// were written.
struct scratch_content {
    std::mutex mutex;
    std::string below;  // where the disk below has it; empty: nowhere
    std::uint64_t below_bytes = 0;
    std::uint64_t size = 0;
    std::map<page_number, page> written;
};

page_number page_at(std::uint64_t offset) {
    return static_cast<page_number>(offset / page_size + 1);
}

class scratch_file final : public disk_file {
public:
    scratch_file(std::shared_ptr<scratch_content> content, std::unique_ptr<disk_file> below)
        : content_(std::move(content)), below_(std::move(below)) {}

    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
        const std::lock_guard lock(content_->mutex);
        const auto end = std::min(content_->size, offset + into.size());
        if (offset >= end) {
            return 0;
        }
        into = into.first(end - offset);
        read_below(offset, into);
        auto& written = content_->written;
        for (auto at = written.lower_bound(page_at(offset));
             at != written.end() && offset_of(at->first) < end; ++at) {
            const auto from = std::max(offset, offset_of(at->first));
            const auto to = std::min(end, offset_of(at->first + 1));
            std::memcpy(into.data() + (from - offset),
                        at->second.data() + (from - offset_of(at->first)), to - from);
        }
        return into.size();
    }

    void write(std::uint64_t offset, std::span<const std::byte> bytes) override {
        const std::lock_guard lock(content_->mutex);
        while (!bytes.empty()) {
            const auto within = offset % page_size;
            const auto count = std::min(bytes.size(), page_size - within);
            std::memcpy(own(page_at(offset)).data() + within, bytes.data(), count);
            offset += count;
            bytes = bytes.subspan(count);
        }
        content_->size = std::max(content_->size, offset);
    }

    void truncate(std::uint64_t size) override {
        const std::lock_guard lock(content_->mutex);
        if (size < content_->size && size % page_size != 0) {
            auto& last = own(page_at(size));
            std::fill(last.begin() + static_cast<std::ptrdiff_t>(size % page_size), last.end(),
                      std::byte{0});
        }
        content_->written.erase(content_->written.lower_bound(page_at(size + page_size - 1)),
                                content_->written.end());
        content_->below_bytes = std::min(content_->below_bytes, size);
        content_->size = size;
    }

    std::uint64_t size() const override {
        const std::lock_guard lock(content_->mutex);
        return content_->size;
    }

    void sync() override {}

private:
    void read_below(std::uint64_t offset, std::span<std::byte> into) const {
        const auto there = content_->below_bytes - std::min(content_->below_bytes, offset);
        const auto wanted = into.first(std::min<std::uint64_t>(there, into.size()));
        const auto count = wanted.empty() ? 0 : below_->read(offset, wanted);
        std::ranges::fill(into.subspan(count), std::byte{0});
    }

    /// The page, taken over from below when it was not written before.
    page& own(page_number number) {
        const auto [at, added] = content_->written.try_emplace(number);
        if (added) {
            read_below(offset_of(number), at->second);
        }
        return at->second;
    }

    std::shared_ptr<scratch_content> content_;
    std::unique_ptr<disk_file> below_;  // null when there is none
};

class scratch_disk final : public disk {
public:
    explicit scratch_disk(std::shared_ptr<disk> below) : below_(std::move(below)) {}

    std::unique_ptr<disk_file> open(const std::string& path, open_mode mode) override {
        const std::lock_guard lock(mutex_);
        auto content = find(path);
        if (content == nullptr) {
            if (mode != open_mode::create) {
                return nullptr;
            }
            content = std::make_shared<scratch_content>();
        }
        if (mode != open_mode::reading) {
            names_[path] = content;  // those who have it open at once share what they write
        }
        auto below =
            content->below.empty() ? nullptr : below_->open(content->below, open_mode::reading);
        return std::make_unique<scratch_file>(std::move(content), std::move(below));
    }

    void remove(const std::string& path) override {
        const std::lock_guard lock(mutex_);
        names_[path] = nullptr;
    }

    void rename(const std::string& from, const std::string& to) override {
        const std::lock_guard lock(mutex_);
        auto content = find(from);
        if (content == nullptr) {
            throw error(errc::storage_failed, "cannot rename " + from + ": there is no such file");
        }
        names_[to] = std::move(content);
        names_[from] = nullptr;
    }

    bool exists(const std::string& path) const override {
        const std::lock_guard lock(mutex_);
        const auto known = names_.find(path);
        return known != names_.end() ? known->second != nullptr : below_->exists(path);
    }

    std::vector<std::string> list(const std::string& directory) const override {
        const std::lock_guard lock(mutex_);
        const auto below = below_->list(directory);
        std::set<std::string> names(below.begin(), below.end());
        const auto prefix = directory + "/";
        for (auto at = names_.lower_bound(prefix);
             at != names_.end() && at->first.starts_with(prefix); ++at) {
            const auto rest = at->first.substr(prefix.size());
            const auto slash = rest.find('/');
            if (at->second != nullptr) {
                names.insert(rest.substr(0, slash));
            } else if (slash == std::string::npos) {
                names.erase(rest);
            }
        }
        return {names.begin(), names.end()};
    }

    void create_directories(const std::string& /*directory*/) override {}
    void sync_directory(const std::string& /*directory*/) override {}
    void sync_everything(const std::string& /*directory*/) override {}
    std::uint64_t free_bytes(const std::string& /*directory*/) const override {
        return std::numeric_limits<std::uint64_t>::max();  // memory, as far as it goes
    }

private:
    /// Null when there is no such file.
    [[nodiscard]] std::shared_ptr<scratch_content> find(const std::string& path) const {
        if (const auto known = names_.find(path); known != names_.end()) {
            return known->second;
        }
        const auto file = below_->open(path, open_mode::reading);
        if (file == nullptr) {
            return nullptr;
        }
        auto content = std::make_shared<scratch_content>();
        content->below = path;
        content->below_bytes = content->size = file->size();
        return content;
    }

    std::shared_ptr<disk> below_;
    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<scratch_content>> names_;  // null: removed
};

}  // namespace

std::shared_ptr<disk> make_scratch_disk(std::shared_ptr<disk> below) {
    return std::make_shared<scratch_disk>(std::move(below));
}

}  // namespace dormouse
