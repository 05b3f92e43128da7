// An object's database as a row of pages: its file with the overlay above it. SQLite reads and
// writes it through `object_vfs`; a commit turns what changed into one record of the log; a
// checkpoint brings the file up to date with what is durable.
#pragma once

#include "storage/commit_log.hpp"
#include "storage/disk.hpp"
#include "storage/page_overlay.hpp"

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace dormouse {

class connection;
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
    std::size_t record_bytes_max = std::size_t{32} << 20;    ///< One commit's pages.
    std::size_t waiting_bytes_max = std::size_t{64} << 20;   ///< Of the log, not written yet.
    std::size_t overlay_bytes_max = std::size_t{256} << 20;  ///< Of all images together.
    std::size_t checkpoint_pages = 64;
};

/// What every image of a node shares.
struct image_services {
    disk* files = nullptr;
    commit_log* log = nullptr;
    dirty_images* dirty = nullptr;
    image_limits limits;
    std::atomic<std::size_t> overlay_pages = 0;
    /// Asks for a checkpoint of an image, soon.
    std::function<void(const std::shared_ptr<object_image>&)> request_checkpoint;
};

struct image_identity {
    std::string class_name;
    binary_id id{};
    std::string path;  ///< Of its file.
};

/// **Thread safety:** whoever has entered; `redo_from` by anybody.
/// **Errors:** `errc::storage_failed`.
class object_image : public std::enable_shared_from_this<object_image> {
public:
    object_image(image_services& node, image_identity identity);
    object_image(const object_image&) = delete;
    object_image& operator=(const object_image&) = delete;
    ~object_image();

    /// Finds the file, or starts from an empty database. Errors: `errc::storage_failed` when it is
    /// no database.
    void open();

    // Turns and checkpoints exclude each other. A turn may end on another thread than it began on.
    void enter() { entrance_.acquire(); }
    [[nodiscard]] bool try_enter() { return entrance_.try_acquire(); }
    void leave() { entrance_.release(); }

    // --- what SQLite sees
    [[nodiscard]] std::uint64_t size() const noexcept { return offset_of(page_count_ + 1); }
    /// Fills `into`, which lies within one page; false, and zeros, behind the end.
    [[nodiscard]] bool read(std::uint64_t offset, std::span<std::byte> into);
    /// Errors: `errc::overloaded` when the turn writes more than a record may hold.
    void write(page_number number, page_view content);
    void resize(page_number page_count);
    /// The last moment at which a commit can still be refused.
    /// Errors: `errc::overloaded`, `errc::storage_failed`.
    void admit();
    /// Keeps why SQLite was refused something, because SQLite keeps only a number.
    void note_refusal(std::exception_ptr refusal) { refusal_ = std::move(refusal); }
    [[nodiscard]] std::exception_ptr take_refusal() { return std::exchange(refusal_, nullptr); }

    // --- turns
    [[nodiscard]] bool changed() const noexcept;
    /// Logs what changed. Answers the position that must become durable.
    log_position commit();
    void undo();

    // --- checkpoints
    /// Writes what is durable to the file; does nothing while something is not.
    void checkpoint();
    /// Everything before this record is in the file; 0: all there is.
    [[nodiscard]] log_position redo_from() const noexcept { return redo_from_.load(); }
    [[nodiscard]] log_position last_commit() const noexcept { return last_end_; }
    void close_file() noexcept { file_.reset(); }

    [[nodiscard]] const image_identity& identity() const noexcept { return identity_; }

    /// The connection that was used last and may still hold this image's pages. The pool's.
    connection* bound = nullptr;

private:
    [[nodiscard]] bool read_base(std::uint64_t offset, std::span<std::byte> into);
    [[nodiscard]] object_header make_header();
    void open_file();
    void create_file();
    void mark_dirty();
    void count_overlay();
    void write_file();

    image_services* node_;
    image_identity identity_;
    std::unique_ptr<disk_file> file_;
    bool on_disk_ = false;  // there is a file
    bool logged_ = false;   // the log or the disk knows the object
    page_overlay overlay_;
    std::size_t counted_pages_ = 0;  // what this image added to the node's count
    page_number page_count_ = 0;
    page_number logged_page_count_ = 0;
    log_position incarnation_ = 0;
    log_position last_begin_ = 0;
    log_position last_end_ = 0;
    std::uint32_t sequence_ = 0;
    std::atomic<log_position> redo_from_ = 0;
    std::atomic<bool> checkpoint_requested_ = false;
    std::exception_ptr refusal_;
    std::binary_semaphore entrance_{1};
};

}  // namespace dormouse
