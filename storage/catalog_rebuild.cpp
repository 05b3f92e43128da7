#include "storage/catalog.hpp"
#include "storage/directory_names.hpp"

#include <algorithm>

namespace dormouse {
namespace {

class rebuilding {
public:
    rebuilding(disk& on, const std::string& root, catalog& into)
        : disk_(&on), root_(&root), into_(&into) {}

    void run() {
        for (const auto& class_name : disk_->list(*root_)) {
            for (const auto& shard : disk_->list(below(*root_, class_name))) {
                if (is_shard(shard)) {
                    read_shard(class_name, shard);
                }
            }
        }
    }

private:
    struct found_object {
        object_facts facts;
        std::vector<generation> archived;
    };

    void read_shard(const std::string& class_name, const std::string& shard) {
        std::map<binary_id, found_object> objects;
        const auto directory = below(below(*root_, class_name), shard);
        for (const auto& name : disk_->list(directory)) {
            if (const auto id = id_of_file(name)) {
                objects[*id].facts.file.page_count = count_pages(below(directory, name));
            }
        }
        const auto archive = below(below(archive_directory(*root_), class_name), shard);
        for (const auto& name : disk_->list(archive)) {
            const auto file = parse_archive_name(name);
            const auto found = file ? objects.find(file->id) : objects.end();
            if (found != objects.end()) {
                read_archive(below(archive, name), *file, found->second);
            }
        }
        for (auto& [id, object] : objects) {
            const object_identity identity{class_name, id};
            std::ranges::sort(object.archived, {}, &generation::sequence);
            into_->note(identity, object.facts);
            into_->note_archived(identity, std::move(object.archived));
        }
    }

    // Without the checksum, which lets the object begin anew from its file: what came after the
    // archive may be gone with the catalog.
    page_number count_pages(const std::string& path) const {
        return static_cast<page_number>(disk_->open(path, open_mode::existing)->size() / page_size);
    }

    void read_archive(const std::string& path, const archive_name& named, found_object& object) {
        auto& all = object.archived;
        auto at = std::ranges::find(all, named.sequence, &generation::sequence);
        if (at == all.end()) {
            at = all.insert(all.end(), generation{named.sequence, 0, 0, 0});
        }
        const auto file = disk_->open(path, open_mode::existing);
        if (named.is_log) {
            read_log(*file, *at, object.facts);
        } else {
            at->base_pages = static_cast<page_number>(file->size() / page_size);
        }
    }

    static void read_log(const disk_file& file, generation& of, object_facts& facts) {
        std::vector<std::byte> bytes(file.size());
        bytes.resize(file.read(0, bytes));
        auto rest = std::span<const std::byte>(bytes);
        while (const auto record = parse_record(rest)) {
            if (!record->object) {
                return;  // no archive has such
            }
            rest = rest.subspan(record->header.length);
            of.log_bytes += record->header.length;
            of.time = of.time == 0 ? record->header.time : of.time;
            const auto& header = *record->object;
            of.reached = header.sequence;
            if (header.sequence < facts.progress.sequence) {
                continue;
            }
            facts.progress = {header.sequence == 1 ? record->header.position : header.incarnation,
                              header.sequence, record->header.position, record->header.time};
            auto metadata = record->metadata ? decode_metadata(*record->metadata) : std::nullopt;
            if (metadata) {
                facts.metadata = std::move(*metadata);
            }
        }
    }

    disk* disk_;
    const std::string* root_;
    catalog* into_;
};

}  // namespace

void rebuild_catalog(disk& on, const std::string& root, catalog& into) {
    rebuilding(on, root, into).run();
}

}  // namespace dormouse
