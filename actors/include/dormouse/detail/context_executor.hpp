// Carries an activity across suspensions: whatever an object's coroutine awaits, it resumes as
// itself.
#pragma once

#include <dormouse/detail/activity.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/executor.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <memory>
#include <utility>

namespace dormouse::detail {

/// Runs functions on `Inner` with an activity made current around each.
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
        return context_executor<decltype(required)>(std::move(required), carried_);
    }

    template <class Property>
    requires(boost::asio::can_prefer<const Inner&, Property>::value) auto prefer(
        const Property& property) const {
        auto preferred = boost::asio::prefer(inner_, property);
        return context_executor<decltype(preferred)>(std::move(preferred), carried_);
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
    Inner inner_;
    std::shared_ptr<const activity> carried_;
};

}  // namespace dormouse::detail
