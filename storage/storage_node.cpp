#include "storage/commit_queue.hpp"
#include "storage/connection.hpp"

#include <dormouse/error.hpp>
#include <dormouse/storage_node.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace dormouse {
namespace {

/// The exclusive right to a data directory, held through a lock file that names the holder.
class directory_lock {
public:
    explicit directory_lock(const std::filesystem::path& directory)
        : descriptor_(directory / "dormouse.lock") {
        if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK) {
                throw error(errc::storage_failed,
                            "cannot lock " + directory.string() + ": " + last_failure());
            }
            throw error(errc::storage_locked, "the data directory " + directory.string() +
                                                  " is in use by process " + read_holder());
        }
        write_holder();
    }

private:
    static std::string last_failure() { return std::generic_category().message(errno); }

    class open_file {
    public:
        explicit open_file(const std::filesystem::path& path)
            : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
            if (descriptor_ < 0) {
                throw error(errc::storage_failed,
                            "cannot open " + path.string() + ": " + last_failure());
            }
        }
        open_file(const open_file&) = delete;
        open_file& operator=(const open_file&) = delete;
        ~open_file() { ::close(descriptor_); }
        operator int() const noexcept { return descriptor_; }

    private:
        int descriptor_;
    };

    [[nodiscard]] std::string read_holder() const {
        std::array<char, 32> text{};
        const auto length = ::pread(descriptor_, text.data(), text.size(), 0);
        return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : "unknown";
    }

    void write_holder() const {
        const auto text = std::to_string(::getpid());
        if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, text.data(), text.size(),
                                                         0) != static_cast<ssize_t>(text.size())) {
            throw error(errc::storage_failed, "cannot write the lock file: " + last_failure());
        }
    }

    open_file descriptor_;
};

}  // namespace

object_storage::object_storage(std::unique_ptr<connection> opened) noexcept
    : connection_(std::move(opened)) {}
object_storage::~object_storage() = default;

lease object_storage::begin_turn() {
    return lease(*connection_);
}
void object_storage::enforce_foreign_keys(bool enforced) {
    connection_->enforce_foreign_keys(enforced);
}

class storage_node::state {
public:
    state(storage_options chosen, background_runner& runner)
        : options(prepare(std::move(chosen))),
          background(&runner),
          lock(options.directory),
          commits([this] { background->run_later([this] { commits.sync_step(); }); }) {}

    storage_options options;
    background_runner* background;
    directory_lock lock;
    commit_queue commits;

private:
    static storage_options prepare(storage_options chosen) {
        std::error_code failure;
        std::filesystem::create_directories(chosen.directory, failure);
        if (failure) {
            throw error(errc::storage_failed,
                        "cannot create " + chosen.directory.string() + ": " + failure.message());
        }
        return chosen;
    }
};

storage_node::storage_node(storage_options options, background_runner& background)
    : state_(std::make_unique<state>(std::move(options), background)) {}
storage_node::~storage_node() = default;

std::unique_ptr<object_storage> storage_node::open(const object_key& key) {
    if (state_->commits.poisoned()) {
        throw error(errc::storage_failed, "the disk failed earlier; restart to recover");
    }
    const auto folder = state_->options.directory / key.class_name / key.id.substr(0, 2);
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (failure) {
        throw error(errc::storage_failed,
                    "cannot create " + folder.string() + ": " + failure.message());
    }
    const auto path = folder / (key.id + ".sqlite");
    auto opened = std::make_unique<connection>(path.string(), state_->options, state_->commits);
    return std::unique_ptr<object_storage>(new object_storage(std::move(opened)));
}

void storage_node::close(std::unique_ptr<object_storage> storage, std::function<void()> closed) {
    // Queued behind the sync of the object's last commit, so its log is still open when that runs.
    storage->connection_->retire();
    auto shared = std::shared_ptr<object_storage>(std::move(storage));
    state_->background->run_later(
        [shared = std::move(shared), closed = std::move(closed)]() mutable {
            shared.reset();
            closed();
        });
}

void storage_node::when_durable(ticket position, std::function<void(bool failed)> action) {
    state_->commits.when_durable(position, std::move(action));
}

}  // namespace dormouse
