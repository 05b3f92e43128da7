#include "storage/scratch_node.hpp"

#include <chrono>
#include <limits>
#include <memory>

namespace dormouse {
namespace {

constexpr auto unlimited = std::numeric_limits<std::size_t>::max();

// What is written to the log here is dated by its last record.
commit_log_options log_options(const std::string& root) {
    commit_log_options options;
    options.directory = log_directory(root);
    options.milliseconds = [] { return std::uint64_t{0}; };
    return options;
}

}  // namespace

scratch_node::scratch_node(disk& on, const std::string& root)
    : report_(recover(on, root)),
      log_(on, log_options(root), report_.start, {[] {}, [] {}}),
      past_(on, root, log_, {unlimited, unlimited, 0}) {
    services_.files = &on;
    services_.log = &log_;
    services_.dirty = &dirty_;
    services_.past = &past_;
    services_.root = root;
    services_.limits = {.turn_bytes_max = unlimited,
                        .record_bytes_max = unlimited,
                        .waiting_bytes_max = unlimited,
                        .overlay_bytes_max = unlimited,
                        .checkpoint_pages = unlimited};
    services_.request_checkpoint = [](const std::shared_ptr<object_image>&) {};
    auto image = std::make_shared<object_image>(services_, object_identity{});
    image->open({});
    catalog_.emplace(std::move(image), [] { return std::chrono::steady_clock::now(); });
    services_.known = &*catalog_;
    past_.use(*catalog_);
    if (report_.catalog_lost) {
        rebuild_catalog(on, root, *catalog_);
    }
    note_recovery(report_, *catalog_, past_);
    catalog_->write();
    log_.flush();
}

}  // namespace dormouse
