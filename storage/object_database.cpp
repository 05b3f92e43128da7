#include "storage/object_database.hpp"

#include <dormouse/error.hpp>

#include <utility>

namespace dormouse {
namespace {

/// Leaves the image again unless told to stay.
class entered {
public:
    explicit entered(object_image& image) : image_(&image) { image.enter(); }
    entered(const entered&) = delete;
    entered& operator=(const entered&) = delete;
    ~entered() {
        if (image_ != nullptr) {
            image_->leave();
        }
    }
    void stay() noexcept { image_ = nullptr; }

private:
    object_image* image_;
};

}  // namespace

object_database::object_database(std::shared_ptr<const void> node,
                                 std::shared_ptr<object_image> image, connection_pool& pool)
    : node_(std::move(node)), image_(std::move(image)), pool_(&pool) {}

object_database::~object_database() {
    rollback();
    pool_->forget(*image_);
}

connection& object_database::use() {
    if (lent_ == nullptr) {
        entered scope(*image_);
        lent_ = pool_->lend(*image_);
        scope.stay();
        lent_->enforce_foreign_keys(foreign_keys_);
        lent_->deadline = deadline_;
    }
    lent_->begin();
    return *lent_;
}

ticket object_database::commit() {
    if (lent_ == nullptr) {
        end_turn();
        return {};
    }
    try {
        const auto position = lent_->commit();
        end_turn();
        return position;
    } catch (...) {
        end_turn();
        throw;
    }
}

void object_database::rollback() noexcept {
    if (lent_ != nullptr) {
        lent_->rollback();
    }
    end_turn();
}

void object_database::end_turn() noexcept {
    ++turn_;
    deadline_.reset();
    if (lent_ != nullptr) {
        pool_->give_back(std::move(lent_));
        image_->leave();
    }
}

bool object_database::broken() const noexcept {
    return lent_ != nullptr && lent_->broken();
}

void object_database::set_deadline(
    std::optional<std::chrono::steady_clock::time_point> deadline) noexcept {
    deadline_ = deadline;
    if (lent_ != nullptr) {
        lent_->deadline = deadline;
    }
}

void object_database::enforce_foreign_keys(bool enforced) {
    if (lent_ != nullptr) {
        throw error(errc::invalid_state, "foreign key enforcement cannot change within a turn");
    }
    foreign_keys_ = enforced;
}

}  // namespace dormouse
