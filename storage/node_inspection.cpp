#include "storage/directory_lock.hpp"
#include "storage/directory_names.hpp"
#include "storage/log_listing.hpp"
#include "storage/node_verification.hpp"
#include "storage/scratch_node.hpp"

#include <dormouse/error.hpp>
#include <dormouse/node_inspection.hpp>

#include <algorithm>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace dormouse {
namespace {

std::uint64_t milliseconds_of(std::chrono::system_clock::time_point time) {
    const auto since =
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
    return static_cast<std::uint64_t>(std::max<std::int64_t>(since, 0));
}

inspected_object describe(const catalog_row& row) {
    const auto& facts = row.facts;
    return {{row.identity.class_name, in_digits(row.identity.id), facts.metadata.known,
             std::uint64_t{facts.file.page_count} * page_size, facts.progress.sequence,
             moment_of(facts.progress.time)},
            make_bookmark(row.identity, facts.progress)};
}

/// Copies to a file that is new, and leaves none when that fails.
class written_file {
public:
    explicit written_file(std::filesystem::path path) : path_(std::move(path)) {
        if (std::filesystem::exists(path_)) {
            throw error(errc::storage_failed, "will not write over " + path_.string());
        }
        out_.open(path_, std::ios::binary);
    }
    written_file(const written_file&) = delete;
    written_file& operator=(const written_file&) = delete;
    ~written_file() {
        if (!finished_) {
            std::error_code ignored;
            std::filesystem::remove(path_, ignored);
        }
    }

    void copy(const disk_file& from, const progress_listener& progress) {
        constexpr std::size_t step = std::size_t{1} << 20;
        std::vector<std::byte> buffer(step);
        for (std::uint64_t at = 0; at < from.size() && out_;) {
            const auto count = from.read(at, buffer);
            out_.write(reinterpret_cast<const char*>(buffer.data()),
                       static_cast<std::streamsize>(count));
            at += count;
            if (progress) {
                progress("export", at, from.size());
            }
        }
        out_.close();
        finished_ = !out_.fail();
        if (!finished_) {
            throw error(errc::storage_failed, "cannot write " + path_.string());
        }
    }

private:
    std::filesystem::path path_;
    std::ofstream out_;
    bool finished_ = false;
};

}  // namespace

class node_inspection::state {
public:
    explicit state(const std::filesystem::path& directory)
        : root_(directory.string()),
          lock_(require_data_directory(directory), lock_kind::shared),
          disk_(make_scratch_disk(make_posix_disk())) {}

    log_summary read_log(const std::function<void(const log_entry&)>& found,
                         const progress_listener& progress) const {
        return list_log(*disk_, log_directory(root_), found, progress).summary;
    }

    void visit(const object_filter& filter,
               const std::function<void(const inspected_object&)>& found) {
        node().known().visit(filter, [&](const catalog_row& row) { found(describe(row)); });
    }

    object_key find(std::string_view text) {
        const auto slash = text.find('/');
        const auto name = slash == std::string_view::npos ? text : text.substr(slash + 1);
        object_filter filter;
        filter.class_name = text.substr(0, slash == std::string_view::npos ? 0 : slash);
        filter.name_prefix = is_id(name) ? "" : name;
        if (slash == std::string_view::npos && !is_id(name)) {
            throw error(errc::invalid_id, "\"" + std::string(text) +
                                              "\" names no object: give 64 hexadecimal digits, "
                                              "CLASS/ID or CLASS/NAME");
        }
        std::vector<object_key> all;
        visit(filter, [&](const inspected_object& object) {
            const auto& known = object.known;
            if (known.id == name || (!is_id(name) && known.metadata.name == name)) {
                all.push_back({known.class_name, known.id, known.metadata.name});
            }
        });
        if (all.size() != 1) {
            throw error(errc::invalid_id,
                        (all.empty() ? "there is no object " : "several are ") + std::string(text));
        }
        return std::move(all.front());
    }

    void export_object(const object_key& key, const object_moment& at,
                       const std::filesystem::path& to, const progress_listener& progress) {
        const auto row = node().known().find({key.class_name, parse_id(key.id)});
        if (!row) {
            throw error(errc::invalid_id,
                        "there is no object " + key.id + " of class " + key.class_name);
        }
        const auto current = object_path(root_, row->identity);
        const auto path = path_of_state(*row, at);
        const auto file = disk_->open(path, open_mode::reading);
        if (file == nullptr) {
            throw error(errc::storage_failed,
                        current + " is missing, though the catalog knows the object");
        }
        if (path != current) {
            disk_->remove(path);  // it was rebuilt in memory, and now goes with its handle
        }
        written_file(to).copy(*file, progress);
    }

    verification verify(const std::function<void(const finding&)>& found,
                        const progress_listener& progress) {
        node_verification check(*disk_, root_, {found, progress});
        check.check_log();
        try {
            if (check.log_is_sound()) {
                check.check_catalog(node());
            }
        } catch (const error& failure) {
            check.report_damage(root_, failure.what());  // the text names what it is
        }
        check.check_objects();
        check.check_archives();
        return check.result();
    }

private:
    static const std::filesystem::path& require_data_directory(const std::filesystem::path& path) {
        const auto root = path.string();
        if (!std::filesystem::is_directory(path)) {
            throw error(errc::storage_failed, "there is no directory " + root);
        }
        if (!std::filesystem::exists(log_directory(root)) &&
            !std::filesystem::exists(catalog_path(root))) {
            throw error(errc::storage_failed,
                        root +
                            " is no node's data directory: it holds neither log/ nor "
                            "catalog.sqlite");
        }
        return path;
    }

    scratch_node& node() {
        if (!node_) {
            node_.emplace(*disk_, root_);
        }
        return *node_;
    }

    /// The file on the scratch disk that holds that state.
    std::string path_of_state(const catalog_row& row, const object_moment& at) {
        const auto& progress = row.facts.progress;
        auto sequence = progress.sequence;
        if (const auto* mark = std::get_if<bookmark>(&at)) {
            require_bookmark_of(row.identity, progress, *mark);
            sequence = mark->sequence;
        } else if (const auto* time = std::get_if<std::chrono::system_clock::time_point>(&at)) {
            sequence =
                node().past().find_time(row.identity, progress, milliseconds_of(*time)).sequence;
        }
        if (std::holds_alternative<std::monostate>(at)) {
            return object_path(root_, row.identity);
        }
        node().past().require_kept(row.identity, progress, sequence);
        auto built = swap_path(root_, row.identity, sequence);
        node().past().rebuild(row.identity, progress, sequence, built);
        return built;
    }

    std::string root_;
    directory_lock lock_;
    std::shared_ptr<disk> disk_;
    std::optional<scratch_node> node_;  // once it is needed
};

node_inspection::node_inspection(const std::filesystem::path& directory)
    : state_(std::make_unique<state>(directory)) {}
node_inspection::~node_inspection() = default;

log_summary node_inspection::read_log(const std::function<void(const log_entry&)>& found,
                                      const progress_listener& progress) const {
    return state_->read_log(found, progress);
}

void node_inspection::visit(const object_filter& filter,
                            const std::function<void(const inspected_object&)>& found) {
    state_->visit(filter, found);
}

object_key node_inspection::find(std::string_view text) {
    return state_->find(text);
}

void node_inspection::export_object(const object_key& key, const object_moment& at,
                                    const std::filesystem::path& to,
                                    const progress_listener& progress) {
    state_->export_object(key, at, to, progress);
}

verification node_inspection::verify(const std::function<void(const finding&)>& found,
                                     const progress_listener& progress) {
    return state_->verify(found, progress);
}

}  // namespace dormouse
