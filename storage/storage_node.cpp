#include "storage/catalog.hpp"
#include "storage/compaction.hpp"
#include "storage/directory_lock.hpp"
#include "storage/history.hpp"
#include "storage/object_database.hpp"
#include "storage/recovered_catalog.hpp"

#include <dormouse/error.hpp>
#include <dormouse/storage_node.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace dormouse {
object_storage::object_storage(std::unique_ptr<object_database> opened) noexcept
    : database_(std::move(opened)) {}
object_storage::~object_storage() = default;

lease object_storage::begin_turn() {
    return lease(*database_);
}
void object_storage::enforce_foreign_keys(bool enforced) {
    database_->enforce_foreign_keys(enforced);
}
void object_storage::close_file() {
    const image_entry entry(*database_->image());
    database_->image()->close_file();
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
        log_ = std::make_unique<commit_log>(*disk_, log_options(), report.start, log_requests());
        past_.emplace(*disk_, root_, *log_, retention());
        set_services();
        open_catalog(report);
        checkpoint_node();
        restore_pending();
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
            checkpoint_node();  // the catalog, which the first one wrote
        } catch (const std::exception& failure) {
            write_log(log_level::error, std::string("cannot close in order, and will recover "
                                                    "when opened: ") +
                                            failure.what());
        }
        lock_.reset();
    }

    [[nodiscard]] std::unique_ptr<object_database> open(const object_key& key) {
        log_->require_sound();
        return std::make_unique<object_database>(shared_from_this(), open_image(key), pool_);
    }

    void close(std::unique_ptr<object_database> database, std::function<void()> closed) {
        const auto image = database->image();
        database.reset();
        log_->when_durable(image->last_commit(), [self = shared_from_this(), image,
                                                  closed = std::move(closed)](bool /*failed*/) {
            self->run_later(background_lane::maintenance, [self, image, closed] {
                self->file(image);
                closed();
            });
        });
    }

    void close_now(std::unique_ptr<object_database> database) {
        const auto image = database->image();
        database.reset();
        log_->wait_durable(image->last_commit());
        file(image);
    }

    [[nodiscard]] bool keeps_history() const noexcept {
        return options_.history_age_max > std::chrono::hours(0);
    }

    // --- objects that are not open

    [[nodiscard]] std::optional<object_info> find(const object_key& key) {
        const auto row = catalog_->find({key.class_name, parse_id(key.id)});
        return row ? std::optional(describe(*row)) : std::nullopt;
    }

    [[nodiscard]] bookmark current_bookmark(const object_key& key) {
        const std::lock_guard lock(maintenance_);
        const auto image = open_existing(key);
        return make_bookmark(image->identity(), image->progress());
    }

    [[nodiscard]] bookmark restore(const object_key& key, const bookmark& mark) {
        const std::lock_guard lock(maintenance_);
        const auto image = open_existing(key);
        require_bookmark_of(image->identity(), image->progress(), mark);
        const auto undo = make_bookmark(image->identity(), image->progress());
        restore_image(*image, mark.sequence);
        return undo;
    }

    void destroy(const object_key& key) {
        const std::lock_guard lock(maintenance_);
        const auto image = open_image(key);
        image->load_facts(cut_file::is_taken);
        image->destroy();
    }

    void import_file(const object_key& key, const std::filesystem::path& from) {
        const std::lock_guard lock(maintenance_);
        const auto image = open_image(key);
        image->load_facts(cut_file::is_taken);
        const auto room = log_->claim_space(size_of_file(from));
        const auto facts = import_database(*disk_, from, image->next_file_path(),
                                           swap_directory(root_) + "/import.sqlite");
        auto metadata = image->metadata();
        metadata.known.name = key.name.empty() ? facts.name : key.name;
        metadata.known.next_alarm = facts.next_alarm;
        image->swap(0, std::move(metadata));
    }

    void vacuum(object_image& image) {
        const std::lock_guard lock(maintenance_);
        const image_entry entry(image);  // or the pool might close its file
        image.checkpoint();
        image.load_facts();
        if (image.exists() && image.redo_from() == 0) {
            const auto room = log_->claim_space(image.size());
            pool_.forget(image);
            compact_database(*disk_, image.path(), image.next_file_path());
            auto metadata = image.metadata();
            if (auto& reached = metadata.known.migration_reached;
                reached != 0 && reached == image.progress().sequence) {
                ++reached;  // nobody has changed what the database holds
            }
            image.swap(0, std::move(metadata));
        }
    }

    void visit(const object_filter& filter, const std::function<void(const object_info&)>& found) {
        catalog_->write();
        catalog_->visit(filter, [&](const catalog_row& row) { found(describe(row)); });
    }

    [[nodiscard]] commit_log& log() noexcept { return *log_; }

private:
    /// 0 when there is none: whoever opens it says so.
    static std::uint64_t size_of_file(const std::filesystem::path& path) {
        std::error_code missing;
        const auto size = std::filesystem::file_size(path, missing);
        return missing ? 0 : size;
    }

    static object_info describe(const catalog_row& row) {
        const auto& facts = row.facts;
        return {row.identity.class_name, in_digits(row.identity.id),
                facts.metadata.known,    std::uint64_t{facts.file.page_count} * page_size,
                facts.progress.sequence, moment_of(facts.progress.time)};
    }

    static storage_options prepare(storage_options chosen) {
        std::error_code failure;
        std::filesystem::create_directories(chosen.directory, failure);
        if (failure) {
            throw error(errc::storage_failed,
                        "cannot create " + chosen.directory.string() + ": " + failure.message());
        }
        return chosen;
    }

    void set_services() {
        services_.files = disk_.get();
        services_.log = log_.get();
        services_.dirty = &dirty_;
        services_.past = &*past_;
        services_.root = root_;
        services_.limits.turn_bytes_max = options_.turn_bytes_max;
        services_.limits.record_bytes_max = options_.record_bytes_max;
        services_.limits.checkpoint_pages = options_.checkpoint_pages;
        services_.request_checkpoint = [this](const std::shared_ptr<object_image>& image) {
            request_checkpoint(image);
        };
        services_.limits.overlay_bytes_max = options_.overlay_bytes_max;
        services_.limits.waiting_bytes_max = options_.waiting_bytes_max;
        services_.request_relief = [this] {
            run_later(background_lane::maintenance, [self = shared_from_this()] {
                self->services_.relief_requested = false;
                self->checkpoint_overlays();
            });
        };
    }

    [[nodiscard]] retention_limits retention() const {
        using unit = std::chrono::milliseconds;
        return {static_cast<std::uint64_t>(unit(options_.history_age_max).count()),
                options_.history_bytes_min, options_.history_databases_max, free_bytes_min()};
    }

    void open_catalog(const recovery_report& report) {
        auto image = std::make_shared<object_image>(services_, object_identity{});
        image->open({});
        catalog_.emplace(std::move(image), options_.ticks);
        services_.known = &*catalog_;
        past_->use(*catalog_);
        if (report.catalog_lost) {
            rebuild_catalog(*disk_, root_, *catalog_);
        }
        note_recovery(report, *catalog_, *past_);
        catalog_->write();
        log_->flush();
    }

    /// Brings the file of an object up to date that has had its last turn.
    void file(const std::shared_ptr<object_image>& image) {
        checkpoint(*image);
        restore_if_wanted(*image);
        if (image->redo_from() != 0) {
            const std::lock_guard lock(unfiled_mutex_);
            unfiled_.push_back(image);
            any_unfiled_ = true;
        }
    }

    /// A file may lack commits, because there was no descriptor left when its object was closed,
    /// say. Errors: `errc::storage_failed` while it does; they are written soon.
    void require_filed(const object_identity& identity) {
        const std::lock_guard lock(unfiled_mutex_);
        std::erase_if(unfiled_, [](const auto& image) { return image->redo_from() == 0; });
        any_unfiled_ = !unfiled_.empty();
        for (const auto& image : unfiled_) {
            if (image->identity() == identity) {
                services_.request_checkpoint(image);
                throw error(errc::storage_failed,
                            image->path() +
                                " lacks commits that could not be written to it when "
                                "the object was closed; they are in the log, and are "
                                "written as soon as that is possible");
            }
        }
    }

    [[nodiscard]] std::shared_ptr<object_image> open_image(const object_key& key) {
        object_identity identity{key.class_name, parse_id(key.id)};
        if (any_unfiled_.load()) {
            require_filed(identity);
        }
        auto image = std::make_shared<object_image>(services_, std::move(identity));
        image->open(key.name);
        return image;
    }

    [[nodiscard]] std::shared_ptr<object_image> open_existing(const object_key& key) {
        log_->require_sound();
        auto image = open_image(key);
        if (!image->exists()) {
            throw error(errc::invalid_bookmark,
                        "there is no object " + key.id + " of class " + key.class_name);
        }
        image->load_facts(cut_file::is_taken);
        log_->wait_durable(image->last_commit());  // an adoption: its past is read from the disk
        return image;
    }

    void restore_image(object_image& image, std::uint32_t sequence) {
        past_->rebuild(image.identity(), image.progress(), sequence, image.next_file_path());
        auto metadata = image.metadata();
        metadata.restore_to = 0;
        metadata.known.before_migration.reset();  // whatever attempts had done is gone, too
        metadata.known.migration_reached = 0;
        image.swap(sequence, std::move(metadata));
    }

    /// After the object's last turn.
    void restore_if_wanted(object_image& image) noexcept {
        const auto wanted = image.metadata().restore_to;
        if (wanted == 0 || image.redo_from() != 0) {
            return;
        }
        const std::lock_guard lock(maintenance_);
        try {
            restore_image(image, wanted);
        } catch (const std::exception& failure) {
            write_log(log_level::error,
                      "cannot take " + image.path() + " back in time: " + failure.what());
            drop_wish(image);
        }
    }

    /// A wish that stayed would some day take away what is committed after it failed.
    void drop_wish(object_image& image) noexcept {
        try {
            auto metadata = image.metadata();
            metadata.restore_to = 0;
            image.change_metadata(std::move(metadata));
            log_->wait_durable(image.commit(flush_request::on_wait));
            image.checkpoint();
        } catch (const std::exception& failure) {
            log_->poison(failure.what());  // until the next start nothing can be committed after it
        }
    }

    /// What a crash kept from happening.
    void restore_pending() {
        for (const auto& identity : catalog_->to_be_restored()) {
            try {
                const auto image = open_image({identity.class_name, in_digits(identity.id), {}});
                image->load_facts(cut_file::is_taken);
                log_->wait_durable(image->last_commit());
                restore_if_wanted(*image);
            } catch (const std::exception& failure) {
                write_log(log_level::error, "cannot take " + object_path(root_, identity) +
                                                " back in time: " + failure.what());
            }
        }
    }

    [[nodiscard]] commit_log_options log_options() const {
        return {log_directory(root_), options_.segment_bytes, [this] { return milliseconds(); },
                free_bytes_min()};
    }

    [[nodiscard]] std::uint64_t free_bytes_min() const {
        return options_.free_bytes_min.value_or(2 * options_.segment_bytes);
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
        for (const auto& path : report.unknown) {
            write_log(log_level::warning, path + " is none of dormouse's files and is left alone");
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

    void checkpoint(object_image& image) noexcept {
        const std::lock_guard lock(maintenance_);
        checkpoint_locked(image);
    }

    /// Skips an object in the middle of a turn: its next commit asks again.
    void checkpoint_locked(object_image& image) noexcept {
        if (!image.try_enter()) {
            image.miss_checkpoint();
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

    void checkpoint_overlays() noexcept {
        const std::lock_guard lock(maintenance_);
        checkpoint_overlays_locked();
    }

    void checkpoint_overlays_locked() noexcept {
        for (const auto& image : dirty_.all()) {
            checkpoint_locked(*image);
        }
    }

    /// Brings the files up to date, and has the log begin behind what they hold.
    void checkpoint_node() {
        const std::lock_guard lock(maintenance_);
        checkpoint_overlays_locked();
        // In this order: what becomes dirty after the first line lies behind it.
        log_position redo = log_->durable();
        for (const auto& image : dirty_.all()) {
            if (const auto from = image->redo_from(); from != 0) {
                redo = std::min(redo, from);
            }
        }
        log_position archived = 0;
        try {
            archived = past_->archive_before(redo);
            disk_->sync_everything(root_);
        } catch (const error& failure) {
            log_->poison(failure.what());
            throw;
        }
        catalog_->write();
        move_redo_point(redo);
        log_->remove_before(archived);
    }

    void move_redo_point(log_position redo) {
        const auto place = log_->append(make_checkpoint(redo).finish());
        log_->wait_durable(place.end);
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
    std::optional<history> past_;
    std::optional<catalog> catalog_;
    std::mutex maintenance_;  // one at a time writes to the objects' files
    std::mutex unfiled_mutex_;
    std::vector<std::shared_ptr<object_image>> unfiled_;  // closed, and dirty all the same
    std::atomic<bool> any_unfiled_ = false;
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

void storage_node::close_now(std::unique_ptr<object_storage> storage) {
    state_->close_now(std::move(storage->database_));
}

bool storage_node::keeps_history() const noexcept {
    return state_->keeps_history();
}

std::optional<object_info> storage_node::find(const object_key& key) {
    return state_->find(key);
}

bookmark storage_node::current_bookmark(const object_key& key) {
    return state_->current_bookmark(key);
}

bookmark storage_node::restore(const object_key& key, const bookmark& mark) {
    return state_->restore(key, mark);
}

void storage_node::destroy(const object_key& key) {
    state_->destroy(key);
}

void storage_node::import_file(const object_key& key, const std::filesystem::path& from) {
    state_->import_file(key, from);
}

void storage_node::vacuum(object_storage& storage) {
    state_->vacuum(*storage.database_->image());
}

void storage_node::visit(const object_filter& filter,
                         const std::function<void(const object_info&)>& found) {
    state_->visit(filter, found);
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
