// What tools, transports and the runtime need of an action without knowing its types.
#pragma once

#include <dormouse/detail/invocation.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace dormouse {

class context;
class database;

namespace detail {

/// The arguments and result of one call, of types only the action knows.
class erased_call {
public:
    virtual ~erased_call() = default;
    [[nodiscard]] virtual const void* arguments() const noexcept = 0;
    [[nodiscard]] virtual void* result() noexcept = 0;
};

/// An action's typed operations. Instantiated only where the action is defined, so callers stay
/// small.
struct action_operations {
    void (*validate)(const void* arguments);
    void (*run)(context& in, const void* arguments, void* result);                        // or null
    awaitable<void> (*run_suspending)(context& in, const void* arguments, void* result);  // or null
    std::string (*arguments_to_json)(const void* arguments);
    void (*result_from_json)(std::string_view json, void* result);
    std::string (*result_to_json)(const void* result);
    std::unique_ptr<erased_call> (*call_from_json)(std::string_view arguments);
};

}  // namespace detail

/// An action as a name and operations. Attaches itself to its database when constructed.
///
/// **Thread safety:** thread-safe. **Lifetime:** static.
class action_base {
public:
    action_base(const action_base&) = delete;
    action_base& operator=(const action_base&) = delete;

    [[nodiscard]] const dormouse::database& database() const noexcept { return *database_; }
    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    [[nodiscard]] const detail::action_operations& operations() const noexcept {
        return *operations_;
    }

protected:
    action_base(const dormouse::database& owner, std::string_view name,
                const detail::action_operations& operations) noexcept;
    ~action_base() = default;

private:
    friend class dormouse::database;
    const dormouse::database* database_;
    std::string_view name_;
    const detail::action_operations* operations_;
    const action_base* next_;
};

}  // namespace dormouse
