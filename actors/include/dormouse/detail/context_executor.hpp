// Carries an activity across suspensions: whatever an object's coroutine awaits, it resumes as
// itself.
#pragma once

#include <dormouse/detail/activity.hpp>
#include <dormouse/detail/object_host.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution/prefer_only.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace dormouse::detail {

/// Counts one piece of outstanding work of an object; of nothing when there is no object.
///
/// **Thread safety:** value.
class work_count {
public:
    work_count() noexcept = default;
    explicit work_count(std::shared_ptr<object_host> counted) noexcept
        : counted_(std::move(counted)) {
        start();
    }
    work_count(const work_count& other) noexcept : counted_(other.counted_) { start(); }
    work_count(work_count&& other) noexcept = default;
    work_count& operator=(work_count other) noexcept {
        counted_.swap(other.counted_);
        return *this;
    }
    ~work_count() {
        if (counted_ != nullptr) {
            counted_->work_finished();
        }
    }

private:
    void start() noexcept {
        if (counted_ != nullptr) {
            counted_->work_started();
        }
    }
    std::shared_ptr<object_host> counted_;
};

template <class Property, class Wanted>
inline constexpr bool asks_for =
    std::is_same_v<Property, Wanted> ||
    std::is_same_v<Property, boost::asio::execution::prefer_only<Wanted>>;

/// Runs functions on `Inner` with an activity made current around each. Work tracked through it
/// keeps the activity's object awake.
///
/// **Thread safety:** value.
template <class Inner>
class context_executor {
public:
    context_executor(Inner inner, std::shared_ptr<const activity> carried) noexcept
        : inner_(std::move(inner)), carried_(std::move(carried)) {}

    [[nodiscard]] const Inner& inner() const noexcept { return inner_; }
    [[nodiscard]] const activity& carried() const noexcept { return *carried_; }

    template <class Property>
    requires(boost::asio::can_query<const Inner&, Property>::value) decltype(auto)
        query(const Property& property) const {
        return boost::asio::query(inner_, property);
    }

    template <class Property>
    requires(boost::asio::can_require<const Inner&, Property>::value) auto require(
        const Property& property) const {
        auto required = boost::asio::require(inner_, property);
        context_executor<decltype(required)> made(std::move(required), carried_);
        made.work_ = work_;
        return made;
    }

    template <class Property>
    requires(boost::asio::can_prefer<const Inner&, Property>::value) auto prefer(
        const Property& property) const {
        auto preferred = boost::asio::prefer(inner_, property);
        context_executor<decltype(preferred)> made(std::move(preferred), carried_);
        using work = boost::asio::execution::outstanding_work_t;
        if constexpr (asks_for<Property, work::tracked_t>) {
            made.work_ = work_count(carried_->object);
        } else if constexpr (!asks_for<Property, work::untracked_t>) {
            made.work_ = work_;
        }
        return made;
    }

    template <class Function>
    void execute(Function&& function) const {
        inner_.execute([carried = carried_, run = std::forward<Function>(function)]() mutable {
            const activity_scope scope(*carried);
            try {
                std::move(run)();
            } catch (...) {
                if (carried->object == nullptr) {
                    throw;
                }
                report_escaped_exception(*carried);
            }
        });
    }

    friend bool operator==(const context_executor& a, const context_executor& b) noexcept {
        return a.inner_ == b.inner_ && a.carried_ == b.carried_;
    }
    friend bool operator!=(const context_executor& a, const context_executor& b) noexcept {
        return !(a == b);
    }

private:
    template <class>
    friend class context_executor;

    Inner inner_;
    std::shared_ptr<const activity> carried_;
    work_count work_;
};

}  // namespace dormouse::detail
