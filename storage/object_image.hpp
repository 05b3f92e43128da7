// An object's database as a row of pages: its file with the overlay above it. SQLite reads and
// writes it through `object_vfs`; a commit turns what changed into one record of the log; a
// checkpoint brings the file up to date with what is durable.
#pragma once

#include "storage/commit_log.hpp"
#include "storage/disk.hpp"
#include "storage/entrance.hpp"
#include "storage/object_facts.hpp"
#include "storage/page_overlay.hpp"
#include "storage/spare.hpp"

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace dormouse {

class catalog;
class connection;
class history;
class object_image;

/// The images whose file lacks something that the log has.
///
/// **Thread safety:** thread-safe.
class dirty_images {
public:
    void add(std::shared_ptr<object_image> image);
    void remove(const object_image& image);
    [[nodiscard]] std::vector<std::shared_ptr<object_image>> all() const;

private:
    mutable std::mutex mutex_;
    std::unordered_map<const object_image*, std::shared_ptr<object_image>> images_;
};

struct image_limits {
    std::size_t turn_bytes_max = std::size_t{256} << 20;     ///< Of the pages one turn changes.
    std::size_t record_bytes_max = std::size_t{32} << 20;    ///< Above, a turn becomes a new file.
    std::size_t waiting_bytes_max = std::size_t{64} << 20;   ///< Of the log, not written yet.
    std::size_t overlay_bytes_max = std::size_t{256} << 20;  ///< Of all images together.
    std::size_t checkpoint_pages = 64;
};

/// What every image of a node shares.
struct image_services {
    disk* files = nullptr;
    commit_log* log = nullptr;
    dirty_images* dirty = nullptr;
    catalog* known = nullptr;
    history* past = nullptr;
    std::string root;
    image_limits limits;
    std::atomic<std::size_t> overlay_pages = 0;
    /// Asks for a checkpoint of an image, soon.
    std::function<void(const std::shared_ptr<object_image>&)> request_checkpoint;
    /// Asks for a checkpoint of all images, soon.
    std::function<void()> request_relief;
    std::atomic<bool> relief_requested = false;
    /// The buffer that a waking object reads its file's beginning into: the next finds it in the
    /// processor's cache.
    spare<std::unique_ptr<std::byte[]>> spare_ahead;
};

/// What a file that has lost its end is. Whoever replaces it can do with what is left.
enum class cut_file : std::uint8_t { is_refused, is_taken };

/// **Thread safety:** whoever has entered; `redo_from` by anybody.
/// **Errors:** `errc::storage_failed`.
class object_image : public std::enable_shared_from_this<object_image> {
public:
    object_image(image_services& node, object_identity identity);
    object_image(const object_image&) = delete;
    object_image& operator=(const object_image&) = delete;
    ~object_image();

    /// Finds the file, or starts from an empty database. Errors: `errc::storage_failed` when it is
    /// no database. A new object gets `name`.
    void open(const std::string& name);

    // Turns and checkpoints exclude each other. A turn may end on another thread than it began on.
    void enter() noexcept { entrance_.enter(); }
    [[nodiscard]] bool try_enter() noexcept { return entrance_.try_enter(); }
    void leave() noexcept {
        drop_ahead();
        entrance_.leave();
    }

    // --- what SQLite sees
    [[nodiscard]] std::uint64_t size() const noexcept { return offset_of(page_count_ + 1); }
    /// Fills `into`, which lies within one page; false, and zeros, behind the end.
    [[nodiscard]] bool read(std::uint64_t offset, std::span<std::byte> into);
    /// Errors: `errc::overloaded` when the turn writes more than one may.
    void write(page_number number, page_view content);
    void resize(page_number page_count);
    /// Whether the turn may commit. Errors: `errc::overloaded`, `errc::storage_failed`,
    /// `errc::storage_full`.
    void admit();
    /// Said around SQLite's COMMIT.
    void expect_commit(bool committing) noexcept { committing_ = committing; }
    /// The same once every page is written, the last moment at which SQLite can still go back: a
    /// turn too big for a record is put into a file of its own.
    void admit_pages();
    /// Keeps why SQLite was refused something, because SQLite keeps only a number.
    void note_refusal(std::exception_ptr refusal) { refusal_ = std::move(refusal); }
    [[nodiscard]] std::exception_ptr take_refusal() { return std::exchange(refusal_, nullptr); }

    // --- turns
    [[nodiscard]] bool changed() const noexcept;
    /// Becomes an empty database, as far as this turn goes. SQLite must not hold pages of it.
    void make_empty();
    /// Finds out how far the object has come. A file that is not as the node left it becomes a new
    /// beginning. Errors: `errc::storage_failed`.
    void load_facts(cut_file answer = cut_file::is_refused);
    /// What the node keeps of the object, with what this turn has changed. Loaded.
    [[nodiscard]] const logged_metadata& metadata() const noexcept;
    /// Is committed with this turn.
    void change_metadata(logged_metadata metadata);
    /// Makes this turn a commit even if it changes nothing, so that its end has a number; answers
    /// that. Loaded.
    [[nodiscard]] object_progress mark_turn();
    /// Logs what changed. Answers the position that must become durable.
    log_position commit(flush_request flush);
    void undo();
    /// The same for the pages alone.
    void undo_pages();
    /// The turn changes what is kept beside the pages.
    [[nodiscard]] bool changed_facts() const noexcept {
        return changed_metadata_ != nullptr || marked_;
    }

    // --- checkpoints
    /// Writes everything to the file, once it is durable; does nothing within a turn. Blocks.
    void checkpoint();
    /// There was no chance to: the next commit may ask again.
    void miss_checkpoint() noexcept { checkpoint_requested_ = false; }
    /// Everything before this record is in the file; 0: all there is.
    [[nodiscard]] log_position redo_from() const noexcept { return redo_from_.load(); }
    [[nodiscard]] log_position last_commit() const noexcept { return last_end_; }
    void close_file() noexcept {
        drop_ahead();
        file_.reset();
    }

    // --- between turns, with everything in the file
    /// Where the file that the next record puts in the place of this one is built.
    [[nodiscard]] std::string next_file_path() const;
    /// Replaces the file by that at `next_file_path`. `source`: the record whose state it is; 0:
    /// none, and a copy of it is kept. Blocks.
    void swap(std::uint32_t source, logged_metadata metadata);
    /// Removes the file. The object can be created anew. Blocks.
    void destroy();

    [[nodiscard]] const object_identity& identity() const noexcept { return identity_; }
    [[nodiscard]] image_services& node() const noexcept { return *node_; }
    /// Of its file. Made anew each time: kept, it would be a sixth of what an awake object takes.
    [[nodiscard]] std::string path() const { return object_path(node_->root, identity_); }

    /// Loaded.
    [[nodiscard]] const object_progress& progress() const noexcept { return facts_.progress; }
    /// There is a file or a record of it.
    [[nodiscard]] bool exists() const noexcept { return logged_; }
    [[nodiscard]] page_number page_count() const noexcept { return page_count_; }

    /// The connection that was used last and may still hold this image's pages. The pool's.
    /// Whether there is one, anybody may ask.
    std::atomic<connection*> bound = nullptr;

private:
    [[nodiscard]] std::string directory() const;
    [[nodiscard]] std::uint64_t read_ahead();
    void drop_ahead() noexcept;
    void require_whole(page_number found) const;
    [[nodiscard]] bool read_base(std::uint64_t offset, std::span<std::byte> into);
    [[nodiscard]] object_header make_header();
    [[nodiscard]] bool is_catalog() const noexcept { return identity_.class_name.empty(); }
    [[nodiscard]] bool outgrows_record() const noexcept;
    [[nodiscard]] bool changed_pages() const noexcept;
    void carry_reached();
    void build_next_file();
    void drop_next_file() noexcept;
    log_position commit_file();
    log_position append(record_builder& record, bool first,
                        flush_request flush = flush_request::at_once);
    void request_checkpoints();
    void accept();
    void create_first();
    void adopt(bool first);
    void replace_file(const std::string& built);
    [[nodiscard]] file_facts look_at_file();
    void note_facts();
    void forget_facts();
    void open_file();
    void mark_dirty();
    void mark_clean();
    void count_overlay();
    void open_or_create_file();
    void write_file();

    image_services* node_;
    object_identity identity_;
    std::unique_ptr<disk_file> file_;
    // The beginning of the file, which a waking object is about to read; until its first turn ends.
    std::unique_ptr<std::byte[]> ahead_;
    std::size_t ahead_bytes_ = 0;
    bool on_disk_ = false;  // there is a file
    bool logged_ = false;   // the log or the disk knows the object
    page_overlay overlay_;
    std::size_t counted_pages_ = 0;  // what this image added to the node's count
    page_number page_count_ = 0;
    page_number logged_page_count_ = 0;
    page_number file_pages_ = 0;  // that the file has, by its header or since it was written
    object_facts facts_;
    bool facts_loaded_ = false;
    std::unique_ptr<logged_metadata> changed_metadata_;  // most turns change none
    bool marked_ = false;
    bool committing_ = false;
    std::unique_ptr<space_claim> next_file_room_;  // this turn's, which has become a file
    log_position last_end_ = 0;
    std::atomic<log_position> redo_from_ = 0;
    std::atomic<bool> checkpoint_requested_ = false;
    std::exception_ptr refusal_;
    entrance entrance_;
};

/// Is in the image while it lives, and leaves it unless told to stay.
class image_entry {
public:
    explicit image_entry(object_image& image) noexcept : image_(&image) { image.enter(); }
    image_entry(const image_entry&) = delete;
    image_entry& operator=(const image_entry&) = delete;
    ~image_entry() {
        if (image_ != nullptr) {
            image_->leave();
        }
    }
    void stay() noexcept { image_ = nullptr; }

private:
    object_image* image_;
};

}  // namespace dormouse
