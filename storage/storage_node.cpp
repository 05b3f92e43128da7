#include "storage/object_database.hpp"
#include "storage/recovery.hpp"

#include <dormouse/error.hpp>
#include <dormouse/storage_node.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
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

object_storage::object_storage(std::unique_ptr<object_database> opened) noexcept
    : database_(std::move(opened)) {}
object_storage::~object_storage() = default;

lease object_storage::begin_turn() {
    return lease(*database_);
}
void object_storage::enforce_foreign_keys(bool enforced) {
    database_->enforce_foreign_keys(enforced);
}

/// What steps on the background share with the node; they may outlive it.
class storage_node::state : public std::enable_shared_from_this<state> {
public:
    state(storage_options chosen, background_runner& runner)
        : options_(prepare(std::move(chosen))),
          root_(options_.directory.string()),
          background_(&runner),
          lock_(std::in_place, options_.directory),
          disk_(options_.on != nullptr ? options_.on : make_posix_disk()),
          pool_(options_.idle_connections_max, options_.ticks) {}

    /// Recovers, and begins to accept commits.
    void start() {
        auto report = recover(*disk_, root_);
        announce(report);
        const auto redone = report.start.end;
        log_ = std::make_unique<commit_log>(*disk_, log_options(), std::move(report.start),
                                            log_requests());
        services_.files = disk_.get();
        services_.log = log_.get();
        services_.dirty = &dirty_;
        services_.limits.record_bytes_max = options_.turn_bytes_max;
        services_.limits.checkpoint_pages = options_.checkpoint_pages;
        services_.request_checkpoint = [this](const std::shared_ptr<object_image>& image) {
            request_checkpoint(image);
        };
        move_redo_point(redone);
        run_later(background_lane::maintenance,
                  [self = shared_from_this()] { self->log_->prepare_spare(); });
    }

    /// Leaves nothing to be redone, if the disk lets it. Neither background nor clock are asked any
    /// more: they may have gone already.
    void stop() noexcept {
        background_ = nullptr;
        try {
            log_->flush();
            checkpoint_node();
        } catch (const std::exception& failure) {
            write_log(log_level::error, std::string("cannot close in order, and will recover "
                                                    "when opened: ") +
                                            failure.what());
        }
        lock_.reset();
    }

    [[nodiscard]] std::unique_ptr<object_database> open(const object_key& key) {
        log_->require_sound();
        image_identity identity{key.class_name, parse_id(key.id), {}};
        identity.path = object_path(root_, identity.class_name, identity.id);
        auto image = std::make_shared<object_image>(services_, std::move(identity));
        image->open();
        return std::make_unique<object_database>(shared_from_this(), std::move(image), pool_);
    }

    void close(std::unique_ptr<object_database> database, std::function<void()> closed) {
        const auto image = database->image();
        database.reset();
        log_->when_durable(image->last_commit(), [self = shared_from_this(), image,
                                                  closed = std::move(closed)](bool /*failed*/) {
            self->run_later(background_lane::maintenance, [self, image, closed] {
                self->checkpoint(*image);
                closed();
            });
        });
    }

    [[nodiscard]] commit_log& log() noexcept { return *log_; }

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

    static binary_id parse_id(const std::string& digits) {
        binary_id id{};
        const auto value = [](char c) {
            return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
        };
        for (std::size_t i = 0; i < id.size(); ++i) {
            id[i] =
                static_cast<std::byte>(value(digits.at(2 * i)) * 16 + value(digits.at(2 * i + 1)));
        }
        return id;
    }

    [[nodiscard]] commit_log_options log_options() const {
        return {log_directory(root_), options_.segment_bytes, [this] { return milliseconds(); }};
    }

    /// 0, which the log takes for the time of its last record, once the surroundings have gone.
    [[nodiscard]] std::uint64_t milliseconds() const {
        using unit = std::chrono::milliseconds;
        return background_ == nullptr
                   ? 0
                   : static_cast<std::uint64_t>(
                         std::chrono::duration_cast<unit>(options_.now().time_since_epoch())
                             .count());
    }

    commit_log::requests log_requests() {
        return {[this] {
                    run_later(background_lane::commits,
                              [self = shared_from_this()] { self->log_->flush(); });
                },
                [this] {
                    run_later(background_lane::maintenance,
                              [self = shared_from_this()] { self->follow_log(); });
                }};
    }

    void run_later(background_lane lane, std::function<void()> work) {
        if (background_ != nullptr) {
            background_->run_later(lane, std::move(work));
        }
    }

    void announce(const recovery_report& report) const {
        if (report.records > 0 || report.torn_bytes > 0) {
            write_log(log_level::info, "recovered " + std::to_string(report.records) +
                                           " commits from the log of " + root_);
        }
        for (const auto& name : report.unknown) {
            write_log(log_level::warning, log_directory(root_) + "/" + name +
                                              " is none of dormouse's files and is left alone");
        }
    }

    void request_checkpoint(const std::shared_ptr<object_image>& image) {
        log_->when_durable(image->last_commit(), [self = shared_from_this(), image](bool failed) {
            if (!failed) {
                self->run_later(background_lane::maintenance,
                                [self, image] { self->checkpoint(*image); });
            }
        });
    }

    /// Skips an object in the middle of a turn: its next commit asks again.
    void checkpoint(object_image& image) noexcept {
        if (!image.try_enter()) {
            return;
        }
        try {
            image.checkpoint();
            if (image.bound == nullptr) {
                image.close_file();
            }
        } catch (const std::exception& failure) {
            write_log(log_level::error, failure.what());
        }
        image.leave();
    }

    /// The log has begun another segment: make the next one ready, and let old ones go.
    void follow_log() noexcept {
        log_->prepare_spare();
        try {
            checkpoint_node();
        } catch (const std::exception& failure) {
            write_log(log_level::error, failure.what());
        }
    }

    /// Brings the files up to date, and has the log begin behind what they hold.
    void checkpoint_node() {
        for (const auto& image : dirty_.all()) {
            checkpoint(*image);
        }
        // In this order: what becomes dirty after the first line lies behind it.
        log_position redo = log_->durable();
        for (const auto& image : dirty_.all()) {
            if (const auto from = image->redo_from(); from != 0) {
                redo = std::min(redo, from);
            }
        }
        try {
            disk_->sync_everything(root_);
        } catch (const error& failure) {
            log_->poison(failure.what());
            throw;
        }
        move_redo_point(redo);
    }

    void move_redo_point(log_position redo) {
        const auto place = log_->append(make_checkpoint(redo).finish());
        log_->wait_durable(place.end);
        log_->remove_before(redo);
    }

    void write_log(log_level level, const std::string& text) const {
        if (options_.log != nullptr) {
            options_.log->write(level, "storage", text);
        }
    }

    storage_options options_;
    std::string root_;
    background_runner* background_;  // null once the node has gone
    std::optional<directory_lock> lock_;
    std::shared_ptr<disk> disk_;
    std::unique_ptr<commit_log> log_;
    image_services services_;
    dirty_images dirty_;  // its images use the services when they go
    connection_pool pool_;
};

storage_node::storage_node(storage_options options, background_runner& background)
    : state_(std::make_shared<state>(std::move(options), background)) {
    state_->start();
}

storage_node::~storage_node() {
    state_->stop();
}

std::unique_ptr<object_storage> storage_node::open(const object_key& key) {
    return std::unique_ptr<object_storage>(new object_storage(state_->open(key)));
}

void storage_node::close(std::unique_ptr<object_storage> storage, std::function<void()> closed) {
    state_->close(std::move(storage->database_), std::move(closed));
}

void storage_node::when_durable(ticket position, std::function<void(bool failed)> action) {
    state_->log().when_durable(position.position, std::move(action));
}

bool storage_node::is_durable(ticket position) const noexcept {
    return state_->log().is_durable(position.position);
}

void storage_node::wait_durable(ticket position) {
    state_->log().wait_durable(position.position);
}

}  // namespace dormouse
