#include <dormouse/detail/activity.hpp>
#include <dormouse/detail/object_host.hpp>

#include <exception>

namespace dormouse::detail {
namespace {

thread_local const activity* running = nullptr;

}  // namespace

const activity* current_activity() noexcept {
    return running;
}

activity_scope::activity_scope(const activity& entered) noexcept : outer_(running) {
    auto* object = entered.object.get();
    if (object != nullptr && (outer_ == nullptr || outer_->object.get() != object)) {
        turn_ = object;
    }
    running = &entered;
}

activity_scope::~activity_scope() {
    if (turn_ != nullptr) {
        turn_->leave_turn();
    }
    running = outer_;
}

void report_escaped_exception(const activity& reporter) noexcept {
    reporter.object->fail_turn(std::current_exception());
}

}  // namespace dormouse::detail
