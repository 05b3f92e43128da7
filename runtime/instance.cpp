#include "runtime/instance.hpp"

#include <dormouse/call_endpoint.hpp>
#include <dormouse/context.hpp>
#include <dormouse/detail/context_executor.hpp>
#include <dormouse/error.hpp>

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <utility>

namespace dormouse {
namespace {

std::string text_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "an exception of unknown type";
    }
}

std::optional<errc> code_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const error& e) {
        return e.reason();
    } catch (...) {
        return std::nullopt;
    }
}

/// Makes a call the current one of an activity while it lives. What the call leaves running keeps
/// the activity, not the call.
class running_call {
public:
    running_call(detail::activity& running, context& call) noexcept : running_(&running) {
        running.call = &call;
    }
    running_call(const running_call&) = delete;
    running_call& operator=(const running_call&) = delete;
    ~running_call() { running_->call = nullptr; }

private:
    detail::activity* running_;
};

awaitable<void> run_suspending(std::shared_ptr<instance> in,
                               std::shared_ptr<detail::invocation> call,
                               std::shared_ptr<detail::activity> running) {
    context handler_context(*in, call->origin.deadline);
    const running_call current(*running, handler_context);
    std::exception_ptr failure;
    try {
        co_await call->run_suspending(handler_context);
    } catch (...) {
        failure = std::current_exception();
    }
    // Here, not when the frame is completed: that may be in a later turn than the last write.
    in->answer(call, std::move(failure));
}

}  // namespace

instance::instance(const instance_services& services, instance_identity identity,
                   boost::asio::any_io_executor strand, watcher call_ended, watcher turn_ended)
    : services_(services),
      identity_(std::move(identity)),
      strand_(std::move(strand)),
      call_ended_(std::move(call_ended)),
      turn_ended_(std::move(turn_ended)) {}

boost::asio::any_io_executor instance::executor() const {
    auto carried = std::make_shared<detail::activity>(own_activity());
    const auto* running = detail::current_activity();
    if (running != nullptr && running->object.get() == this) {
        carried->tenant = running->tenant;
        carried->deadline = running->deadline;
    }
    return detail::context_executor<boost::asio::any_io_executor>(strand_, std::move(carried));
}

void instance::wake() {
    try {
        open_and_migrate();
        make_object();
    } catch (...) {
        log_failed_wake();
        throw;
    }
}

// A quarantined object fails as often as it is called, and has said so when it was quarantined.
void instance::log_failed_wake() const {
    const auto failure = std::current_exception();
    if (code_of(failure) != errc::quarantined) {
        write_log(log_level::error, "runtime",
                  "object '" + identity_.key + "' of " + identity_.kind->class_name +
                      " cannot wake: " + text_of(failure));
    }
}

void instance::open_and_migrate() {
    const auto& kind = *identity_.kind;
    open();
    if (kind.migrations.files().empty()) {
        storage_->close_file();  // no turn has put it into the pool's care
    } else if (!is_current()) {
        migrate();
    }
}

void instance::open() {
    storage_ = services_.storage->open(
        {identity_.kind->class_name, identity_.id.to_string(), identity_.key});
}

// In the turn of the call that wakes the object, which then need not read the same again.
bool instance::is_current() {
    lease_.emplace(storage_->begin_turn());
    if (dormouse::is_current(*lease_, identity_.kind->migrations)) {
        return true;
    }
    lease_.reset();
    return false;
}

void instance::migrate() {
    emptied_ = false;
    const migration_surroundings with{
        services_.storage, [this] { return now(); }, [this] { return clock().ticks(); },
        [this](log_level level, const std::string& text) { write_log(level, "migrations", text); }};
    const auto& list = identity_.kind->migrations;
    try {
        depend_on(run_protected(*storage_, list, with).position);
    } catch (const attempt_undone&) {
        services_.storage->close_now(std::move(storage_));
        open();
        depend_on(run_protected(*storage_, list, with).position);
    }
}

// In a turn of its own, before the call that comes first after the database was emptied.
bool instance::migrate_again() {
    const auto migrating = own_activity();
    const detail::activity_scope scope(migrating);
    try {
        migrate();
        return true;
    } catch (...) {
        break_with(std::current_exception());
        return false;
    }
}

void instance::make_object() {
    if (!identity_.kind->make_object) {
        return;
    }
    const auto constructing = own_activity();
    const detail::activity_scope scope(constructing);
    object_context_ = std::make_unique<context>(*this, std::nullopt);
    try {
        object_ = identity_.kind->make_object(*object_context_);
    } catch (...) {
        broken_ = std::current_exception();
        throw;
    }
}

detail::activity instance::own_activity() const {
    detail::activity own;
    own.endpoint = services_.endpoint;
    own.object = std::const_pointer_cast<instance>(shared_from_this());
    const bool per_tenant = identity_.kind->database != nullptr &&
                            identity_.kind->database->instance() == instance_kind::per_tenant;
    if (per_tenant) {
        own.tenant = identity_.key;
    }
    return own;
}

std::shared_ptr<detail::activity> instance::make_activity(const detail::invocation& call) {
    auto made = std::make_shared<detail::activity>(own_activity());
    if (!made->tenant) {
        made->tenant = call.origin.tenant;
    }
    made->deadline = call.origin.deadline;
    return made;
}

void instance::start(const std::shared_ptr<detail::invocation>& call) {
    if (call->finished()) {
        lease_.reset();  // that waking began
        call_ended_();   // its deadline passed while it waited
        return;
    }
    depend_on(call->origin.depends_on);
    running_.insert(call);
    if (emptied_ && !migrate_again()) {
        return;
    }
    if (call->suspends()) {
        spawn(call);
    } else {
        run_here(call);
    }
}

void instance::run_here(const std::shared_ptr<detail::invocation>& call) {
    context handler_context(*this, call->origin.deadline);
    const auto running = make_activity(*call);
    const detail::activity_scope scope(*running);
    const running_call current(*running, handler_context);
    std::exception_ptr failure;
    try {
        call->run(handler_context);
    } catch (...) {
        failure = std::current_exception();
    }
    answer(call, std::move(failure));
}

void instance::spawn(const std::shared_ptr<detail::invocation>& call) {
    auto running = make_activity(*call);
    detail::context_executor<boost::asio::any_io_executor> executor(strand_, running);
    auto work = run_suspending(shared_from_this(), call, std::move(running));
    boost::asio::co_spawn(executor, std::move(work),
                          [self = shared_from_this(), call](std::exception_ptr failure) {
                              self->answer(call, std::move(failure));
                          });
}

void instance::answer(const std::shared_ptr<detail::invocation>& call, std::exception_ptr failure) {
    if (running_.erase(call) > 0) {
        outbox_.push_back({call, true, std::move(failure)});
    }
}

void instance::send(std::shared_ptr<detail::invocation> call) {
    if (broken_ || ended_) {
        call->finish(reset_error());
        return;
    }
    outbox_.push_back({std::move(call), false, nullptr});
}

void instance::depend_on(ticket position) noexcept {
    gate_ = std::max(gate_, position);
}

lease& instance::current_lease() {
    if (broken_ || ended_ || storage_ == nullptr) {
        std::rethrow_exception(reset_error());
    }
    const auto* running = detail::current_activity();
    if (running == nullptr || running->object.get() != this) {
        throw error(
            errc::invalid_state,
            "an object's database can only be used while the object runs, on its own executor");
    }
    if (!lease_) {
        lease_.emplace(storage_->begin_turn());
    }
    if (lease_->broken()) {
        throw error(errc::object_reset,
                    "an SQL error undid everything this turn wrote; the object is reset");
    }
    if (running->deadline) {
        lease_->set_deadline(*running->deadline);
    } else {
        lease_->clear_deadline();
    }
    return *lease_;
}

void* instance::environment(std::type_index type) const noexcept {
    return type == services_.env_type ? services_.env : nullptr;
}

void instance::leave_turn() noexcept {
    commit_turn();
    if (broken_) {
        fail_everything();
    } else {
        auto leaving = std::exchange(outbox_, {});
        for (auto& message : leaving) {
            let_out(std::move(message));
        }
    }
    run_after_turn();
    turn_ended_();
}

void instance::run_after_turn() noexcept {
    for (auto& done : std::exchange(to_sync_, {})) {
        finish_when_durable(std::move(done));
    }
    const auto wanted = std::exchange(to_vacuum_, {});
    if (wanted.empty()) {
        return;
    }
    std::exception_ptr failure;
    try {
        services_.storage->vacuum(*storage_);
    } catch (...) {
        failure = std::current_exception();
    }
    for (const auto& done : wanted) {
        done(failure);
    }
}

void instance::finish_when_durable(detail::host_completion done) {
    services_.storage->when_durable(gate_, [done = std::move(done)](bool lost) {
        done(lost ? std::make_exception_ptr(
                        error(errc::storage_failed, "the disk failed before it was durable"))
                  : nullptr);
    });
}

void instance::sync(detail::host_completion done) {
    (broken_ || ended_) ? done(reset_error()) : to_sync_.push_back(std::move(done));
}

void instance::vacuum(detail::host_completion done) {
    (broken_ || ended_) ? done(reset_error()) : to_vacuum_.push_back(std::move(done));
}

void instance::commit_turn() noexcept {
    if (!lease_) {
        return;
    }
    try {
        if (!broken_) {
            emptied_ = emptied_ || lease_->emptied();
            depend_on(lease_->commit());
        }
    } catch (...) {
        break_with(std::current_exception());
    }
    lease_.reset();
}

void instance::fail_turn(std::exception_ptr escaped) noexcept {
    break_with(std::make_exception_ptr(error(
        errc::object_reset, "an exception reached the object's executor: " + text_of(escaped))));
}

void instance::break_with(std::exception_ptr reason) noexcept {
    if (broken_) {
        return;
    }
    broken_ = std::move(reason);
    write_log(log_level::error, "runtime",
              "object '" + identity_.key + "' of " + identity_.kind->class_name +
                  " was reset: " + text_of(broken_));
}

std::exception_ptr instance::reset_error() const {
    if (broken_) {
        return broken_;
    }
    return std::make_exception_ptr(
        error(errc::object_reset, "this code belongs to an earlier life of the object"));
}

void instance::fail_everything() noexcept {
    const auto reason = reset_error();
    for (auto* waiting : {&to_sync_, &to_vacuum_}) {
        for (const auto& done : std::exchange(*waiting, {})) {
            done(reason);
        }
    }
    for (auto& message : std::exchange(outbox_, {})) {
        message.call->finish(reason);
        if (message.is_answer) {
            call_ended_();
        }
    }
    for (const auto& call : std::exchange(running_, {})) {
        call->finish(reason);
        call_ended_();
    }
}

void instance::let_out(outgoing message) {
    if (message.is_answer) {
        send_answer(std::move(message));
    } else {
        send_call(std::move(message.call));
    }
}

// A caller on this node may go on at once: what it sends out waits for the same commit. Anybody
// else must not learn of a write that a crash could still undo.
void instance::send_answer(outgoing message) {
    const auto& origin = message.call->origin;
    if (origin.resumes_caller && origin.endpoint == services_.endpoint) {
        message.call->finish(std::move(message.failure), gate_);
        call_ended_();
        return;
    }
    services_.storage->when_durable(
        gate_, [self = shared_from_this(), answered = std::move(message)](bool lost) {
            answered.call->finish(
                lost ? std::make_exception_ptr(error(
                           errc::storage_failed, "the disk failed before the answer was durable"))
                     : answered.failure);
            self->call_ended_();
        });
}

void instance::send_call(std::shared_ptr<detail::invocation> call) {
    auto* endpoint = call->destination.endpoint;
    if (endpoint == services_.endpoint) {
        call->origin.depends_on = gate_;
        endpoint->start_call(std::move(call));
        return;
    }
    services_.storage->when_durable(gate_, [call = std::move(call), endpoint](bool lost) {
        if (lost) {
            call->finish(std::make_exception_ptr(
                error(errc::storage_failed, "the disk failed before the call could be sent")));
        } else {
            endpoint->start_call(call);
        }
    });
}

std::unique_ptr<object_storage> instance::end() noexcept {
    ended_ = true;
    fail_everything();
    lease_.reset();
    // The program's object stays until the last suspended frame that runs in it has gone.
    return std::move(storage_);
}

void instance::abandon() noexcept {
    ended_ = true;
    const auto calls = std::exchange(running_, {});
    const auto messages = std::exchange(outbox_, {});
    const auto syncs = std::exchange(to_sync_, {});
    const auto vacuums = std::exchange(to_vacuum_, {});
}

void instance::write_log(log_level level, std::string_view component,
                         const std::string& text) const noexcept {
    if (services_.log != nullptr) {
        services_.log->write(level, component, text);
    }
}

}  // namespace dormouse
