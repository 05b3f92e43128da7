#include <dormouse/db.hpp>

namespace dormouse {

namespace detail {

savepoint::savepoint(lease& held) : held_(&held) {
    held.begin_savepoint();
}

savepoint::~savepoint() {
    if (!held_ || held_->broken()) {
        return;  // SQLite has undone the whole turn already
    }
    try {
        held_->rollback_savepoint();
    } catch (...) {
        // The exception that brought us here says more than this one.
    }
}

void savepoint::release() {
    held_->release_savepoint();
    held_ = nullptr;
}

}  // namespace detail

void db::execute(std::string_view text) {
    current_lease().execute(text);
}

std::int64_t db::last_insert_rowid() {
    return current_lease().last_insert_rowid();
}

}  // namespace dormouse
