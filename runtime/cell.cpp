#include "runtime/cell.hpp"

#include "runtime/residency.hpp"

#include <dormouse/error.hpp>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace dormouse {

cell::cell(const instance_services& services, residency& home, const object_class& kind,
           const object_id& id, std::string key, const boost::asio::any_io_executor& loop)
    : services_(services),
      home_(&home),
      wanted_kind_(&kind),
      kind_(&kind),
      id_(id),
      key_(std::move(key)),
      strand_(boost::asio::make_strand(loop)) {}

void cell::post(std::shared_ptr<detail::invocation> call) {
    const bool at_once = call->origin.suspended && services_.surroundings->threads_per_loop() == 1;
    auto arrive = [self = shared_from_this(), call = std::move(call)]() mutable {
        self->receive(std::move(call));
    };
    // On a loop of one thread the caller's would do it next in any case. Of several threads another
    // can, and one that calls many objects at a time wants that.
    at_once ? boost::asio::dispatch(strand_, std::move(arrive))
            : boost::asio::post(strand_, std::move(arrive));
}

void cell::post_hibernate(bool even_with_work) {
    boost::asio::post(strand_, [self = shared_from_this(), even_with_work] {
        if (self->calls_.load(std::memory_order_acquire) > 0) {
            return;
        }
        const bool awake = self->state_ == state::awake;
        if (awake && (even_with_work || !self->instance_->has_outstanding_work())) {
            self->close();
        } else if (self->state_ == state::asleep) {
            self->home_->release(*self);
        }
    });
}

void cell::post_maintenance(std::function<void()> work, std::chrono::milliseconds grace) {
    boost::asio::post(strand_,
                      [self = shared_from_this(), work = std::move(work), grace]() mutable {
                          self->maintenance_.push_back(std::move(work));
                          self->begin_maintenance(grace);
                      });
}

// The call on whose behalf this is keeps the cell.
void cell::serve_as(const object_class& kind, std::chrono::milliseconds grace) {
    const auto* wanted = wanted_kind_.load();
    while (wanted->edition < kind.edition) {
        if (wanted_kind_.compare_exchange_weak(wanted, &kind)) {
            post_maintenance([this] { kind_ = wanted_kind_.load(); }, grace);
            return;
        }
    }
}

void cell::begin_maintenance(std::chrono::milliseconds grace) {
    if (state_ == state::asleep) {
        on_closed();
    } else if (state_ == state::awake && instance_->at_rest()) {
        close();
    } else if (state_ == state::awake) {
        begin_draining(grace);
    }
}

void cell::begin_draining(std::chrono::milliseconds grace) {
    state_ = state::draining;
    auto& clock = services_.surroundings->clock();
    clock.call_at(clock.ticks() + grace, [home = weak_from_this(), drain = ++drains_] {
        if (const auto self = home.lock()) {
            boost::asio::post(self->strand_, [self, drain] { self->end_draining(drain); });
        }
    });
}

void cell::end_draining(std::uint64_t drain) {
    if (state_ == state::draining && drain == drains_) {
        instance_->break_with(std::make_exception_ptr(
            error(errc::object_reset, "the object was reset for maintenance while the call ran")));
        close();
    }
}

void cell::run_maintenance() {
    state_ = state::closing;
    auto next = std::move(maintenance_.front());
    maintenance_.pop_front();
    services_.surroundings->run_later(
        background_lane::maintenance, [self = shared_from_this(), work = std::move(next)] {
            work();
            boost::asio::post(self->strand_, [self] { self->on_closed(); });
        });
}

void cell::abandon() noexcept {
    waiting_.clear();
    maintenance_.clear();
    if (const auto abandoned = std::exchange(instance_, nullptr)) {
        abandoned->abandon();
    }
}

void cell::receive(std::shared_ptr<detail::invocation> call) {
    if (state_ == state::asleep && !wake(call)) {
        return;
    }
    if (state_ != state::awake) {
        waiting_.push_back(std::move(call));
        return;
    }
    instance_->start(call);
}

// Wakes synchronously, so that no event can come between opening, migrating and constructing.
bool cell::wake(const std::shared_ptr<detail::invocation>& first) {
    // Weak, because frames of an ended life may keep the instance longer than the cell is needed.
    const auto when_there = [home = weak_from_this()](void (cell::*told)()) {
        return [home, told] {
            if (const auto self = home.lock()) {
                ((*self).*told)();
            }
        };
    };
    instance_ = std::make_shared<instance>(services_, instance_identity{kind_, id_, key_}, strand_,
                                           when_there(&cell::on_call_ended),
                                           when_there(&cell::on_turn_ended));
    const auto waking = instance_;
    std::exception_ptr failure;
    try {
        waking->wake();
        failure = waking->failure();  // the constructor's turn may not have committed
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        first->finish(std::move(failure));
        on_call_ended();
        if (state_ != state::closing) {
            close();
        }
        return false;
    }
    state_ = state::awake;
    return true;
}

void cell::on_call_ended() {
    residency::call_ended(*this, services_.surroundings->clock().ticks());
}

void cell::on_turn_ended() {
    if (instance_ == nullptr || state_ == state::closing) {
        return;
    }
    if (instance_->broken() || (state_ == state::draining && instance_->at_rest())) {
        close();
    }
}

void cell::close() {
    state_ = state::closing;
    auto ending = std::exchange(instance_, nullptr);
    auto storage = ending->end();
    if (storage == nullptr) {
        boost::asio::post(strand_, [self = shared_from_this()] { self->on_closed(); });
        return;
    }
    services_.storage->close(std::move(storage), [self = shared_from_this()] {
        boost::asio::post(self->strand_, [self] { self->on_closed(); });
    });
}

void cell::on_closed() {
    if (!maintenance_.empty()) {
        run_maintenance();
        return;
    }
    state_ = state::asleep;
    if (waiting_.empty()) {
        home_->release(*this);
    } else {
        wake_for_waiting();
    }
}

void cell::wake_for_waiting() {
    while (!waiting_.empty() && (state_ == state::asleep || state_ == state::awake)) {
        auto next = std::move(waiting_.front());
        waiting_.pop_front();
        receive(std::move(next));
    }
}

}  // namespace dormouse
