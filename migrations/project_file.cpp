#include "migrations/project_file.hpp"

#include <dormouse/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

namespace dormouse {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, int reason) {
    throw error(errc::storage_failed,
                path.string() + ": " + std::generic_category().message(reason));
}

/// **Lifetime:** closes the file when it goes.
class open_file {
public:
    open_file(std::filesystem::path path, int flags)
        : path_(std::move(path)), descriptor_(::open(path_.c_str(), flags | O_CLOEXEC, 0666)) {
        if (descriptor_ < 0) {
            fail(path_, errno);
        }
    }
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    ~open_file() { ::close(descriptor_); }

    void write(std::string_view text) {
        while (!text.empty()) {
            const auto written = ::write(descriptor_, text.data(), text.size());
            if (written < 0 && errno != EINTR) {
                fail(path_, errno);
            }
            text.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
        }
    }
    void sync() {
        if (::fsync(descriptor_) != 0) {
            fail(path_, errno);
        }
    }

private:
    std::filesystem::path path_;
    int descriptor_;
};

/// A file that has another name until it is whole.
///
/// **Lifetime:** that name is gone afterwards, whether or not it was written.
class file_beside {
public:
    explicit file_beside(const std::filesystem::path& path)
        : name_(path.parent_path() /
                ("." + path.filename().string() + "." + std::to_string(::getpid()) + ".tmp")) {}
    file_beside(const file_beside&) = delete;
    file_beside& operator=(const file_beside&) = delete;
    ~file_beside() {
        std::error_code ignored;
        std::filesystem::remove(name_, ignored);
    }

    /// Creates the directories above.
    void write(std::string_view text) const {
        std::error_code failed;
        std::filesystem::create_directories(name_.parent_path(), failed);
        if (failed) {
            fail(name_.parent_path(), failed.value());
        }
        open_file file(name_, O_WRONLY | O_CREAT | O_TRUNC);
        file.write(text);
        file.sync();
    }
    [[nodiscard]] const std::filesystem::path& name() const noexcept { return name_; }

private:
    std::filesystem::path name_;
};

}  // namespace

std::optional<std::string> read_project_file(const std::filesystem::path& path) {
    std::error_code failed;
    const auto found = std::filesystem::symlink_status(path, failed);  // a link to nothing is there
    if (found.type() == std::filesystem::file_type::not_found) {
        return std::nullopt;
    }
    if (failed) {
        fail(path, failed.value());
    }
    if (std::filesystem::is_directory(path, failed)) {
        fail(path, EISDIR);
    }
    std::ifstream file(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (!file) {
        fail(path, errno);
    }
    return text;
}

void write_project_file(const std::filesystem::path& path, std::string_view text) {
    const file_beside made(path);
    made.write(text);
    std::error_code failed;
    std::filesystem::rename(made.name(), path, failed);
    if (failed) {
        fail(path, failed.value());
    }
    open_file(path.parent_path(), O_RDONLY | O_DIRECTORY).sync();
}

bool write_new_project_file(const std::filesystem::path& path, std::string_view text) {
    const file_beside made(path);
    made.write(text);
    std::error_code failed;
    std::filesystem::create_hard_link(made.name(), path, failed);
    if (failed == std::errc::file_exists) {
        return false;
    }
    if (failed) {
        fail(path, failed.value());
    }
    open_file(path.parent_path(), O_RDONLY | O_DIRECTORY).sync();
    return true;
}

}  // namespace dormouse
