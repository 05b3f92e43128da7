// Segments of the log are read whole. They are many pages, which nothing should write to before
// they are read: a vector would fill them with zeros.
#pragma once

#include "storage/disk.hpp"

#include <cstddef>
#include <memory>
#include <span>

namespace dormouse {

/// What a file held when it was read.
class whole_file {
public:
    whole_file() = default;  ///< Of no file: nothing.
    explicit whole_file(const disk_file& file) {
        const auto size = file.size();
        bytes_ = std::make_unique_for_overwrite<std::byte[]>(size);
        count_ = file.read(0, {bytes_.get(), size});
    }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
        return {bytes_.get(), count_};
    }

private:
    std::unique_ptr<std::byte[]> bytes_;
    std::size_t count_ = 0;
};

}  // namespace dormouse
