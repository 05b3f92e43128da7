#include <dormouse/action_base.hpp>
#include <dormouse/call_endpoint.hpp>
#include <dormouse/context.hpp>
#include <dormouse/database.hpp>
#include <dormouse/detail/action_call.hpp>
#include <dormouse/detail/object_host.hpp>
#include <dormouse/error.hpp>
#include <dormouse/tenant.hpp>

#include <algorithm>
#include <utility>

namespace dormouse {
namespace {

/// `key` must be one that an instance of `target` can have.
void check_key(const database& target, std::string_view key) {
    if (target.instance() == instance_kind::global && key != global_instance_key) {
        throw error(errc::invalid_instance,
                    "database '" + std::string(target.name()) +
                        "' is global: its only instance is 'global' (was '" + std::string(key) +
                        "')");
    }
}

}  // namespace

action_base::action_base(const dormouse::database& owner, std::string_view name,
                         const detail::action_operations& operations) noexcept
    : database_(&owner), name_(name), operations_(&operations), next_(owner.first_action_) {
    owner.first_action_ = this;
}

std::vector<const action_base*> database::actions() const {
    std::vector<const action_base*> found;
    for (const auto* next = first_action_; next != nullptr; next = next->next_) {
        found.push_back(next);
    }
    std::ranges::sort(found, {}, &action_base::name);
    return found;
}

std::string database::class_name() const {
    std::string result;
    bool starts_word = true;
    for (const char letter : name()) {
        if (letter == '-' || letter == '_') {
            starts_word = true;
            continue;
        }
        const bool lower = letter >= 'a' && letter <= 'z';
        result.push_back(starts_word && lower ? static_cast<char>(letter - 'a' + 'A') : letter);
        starts_word = false;
    }
    return result + "DatabaseDO";
}

std::string database::binding_name() const {
    std::string result;
    for (const char letter : name()) {
        const bool lower = letter >= 'a' && letter <= 'z';
        const char upper = lower ? static_cast<char>(letter - 'a' + 'A') : letter;
        result.push_back(upper == '-' ? '_' : upper);
    }
    return result + "_DATABASE_DO";
}

namespace detail {

call_endpoint& choose_endpoint(const call_route& route) {
    if (route.endpoint != nullptr) {
        return *route.endpoint;
    }
    const auto* running = current_activity();
    if (running != nullptr && running->endpoint != nullptr) {
        return *running->endpoint;
    }
    if (auto* chosen = default_endpoint()) {
        return *chosen;
    }
    throw error(
        errc::no_runtime,
        "no runtime to call: name one with .on(), call from within one, or mark one as default");
}

std::string choose_key(const database& target, const call_route& route) {
    if (route.key) {
        check_key(target, *route.key);
        return *route.key;
    }
    if (target.instance() == instance_kind::global) {
        return std::string(global_instance_key);
    }
    const auto* running = current_activity();
    if (running != nullptr && running->tenant) {
        return *running->tenant;
    }
    return choose_endpoint(route).resolve_tenant_id();
}

context* same_object(const action_base& called, const call_route& route) {
    const auto* running = current_activity();
    if (running == nullptr || running->call == nullptr || running->object == nullptr) {
        return nullptr;
    }
    // A call with a deadline of its own is made like any other: only then is it timed out.
    const bool as_it_is =
        !route.deadline && (route.endpoint == nullptr || route.endpoint == running->endpoint);
    if (!as_it_is || running->object->definition() != &called.database()) {
        return nullptr;
    }
    return choose_key(called.database(), route) == running->object->instance_key() ? running->call
                                                                                   : nullptr;
}

void require_callable_here(const action_base& called, const context& caller) {
    if (caller.database() != &called.database()) {
        throw error(errc::invalid_state, "action '" + std::string(called.name()) +
                                             "' belongs to database '" +
                                             std::string(called.database().name()) +
                                             "': call it with co_await, not as a plain function");
    }
    if (called.operations().run == nullptr) {
        throw error(errc::invalid_state,
                    "the handler of action '" + std::string(called.name()) +
                        "' suspends: call it with co_await, not as a plain function");
    }
}

void submit(std::shared_ptr<invocation> call, const call_route& route) {
    call_endpoint& endpoint = *call->destination.endpoint;
    try {
        if (const auto* target = call->destination.database) {
            call->destination.key = choose_key(*target, route);
        } else {
            call->destination.key = route.key.value_or("");
        }
        call->check_arguments();
    } catch (...) {
        call->finish(std::current_exception());
        return;
    }
    if (route.deadline && (!call->origin.deadline || *route.deadline < *call->origin.deadline)) {
        call->origin.deadline = route.deadline;
    }
    call->started = endpoint.clock().ticks();
    if (const auto caller = call->origin.caller) {
        caller->send(std::move(call));
    } else {
        call->origin.suspended = route.suspends_caller;
        endpoint.start_call(std::move(call));
    }
}

void action_invocation::check_arguments() const {
    called_->operations().validate(arguments());
}

void action_invocation::run(context& in) {
    check_arguments();
    called_->operations().run(in, arguments(), result());
}

awaitable<void> action_invocation::run_suspending(context& in) {
    check_arguments();
    return called_->operations().run_suspending(in, arguments(), result());
}

std::string action_invocation::arguments_json() const {
    return called_->operations().arguments_to_json(arguments());
}

void action_invocation::accept_result_json(std::string_view json) {
    called_->operations().result_from_json(json, result());
}

}  // namespace detail
}  // namespace dormouse
