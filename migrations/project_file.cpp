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

/// Answers the name of the file that holds `text` until it gets `path` for its name.
std::filesystem::path write_beside(const std::filesystem::path& path, std::string_view text) {
    std::error_code failed;
    std::filesystem::create_directories(path.parent_path(), failed);
    if (failed) {
        fail(path.parent_path(), failed.value());
    }
    auto beside = path.parent_path() /
                  ("." + path.filename().string() + "." + std::to_string(::getpid()) + ".tmp");
    open_file file(beside, O_WRONLY | O_CREAT | O_TRUNC);
    file.write(text);
    file.sync();
    return beside;
}

}  // namespace

std::optional<std::string> read_project_file(const std::filesystem::path& path) {
    std::error_code absent;
    if (!std::filesystem::exists(path, absent)) {
        return std::nullopt;
    }
    if (std::filesystem::is_directory(path, absent)) {
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
    const auto beside = write_beside(path, text);
    std::error_code failed;
    std::filesystem::rename(beside, path, failed);
    if (failed) {
        fail(path, failed.value());
    }
    open_file(path.parent_path(), O_RDONLY | O_DIRECTORY).sync();
}

bool write_new_project_file(const std::filesystem::path& path, std::string_view text) {
    const auto beside = write_beside(path, text);
    std::error_code failed;
    std::filesystem::create_hard_link(beside, path, failed);
    std::filesystem::remove(beside);
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
