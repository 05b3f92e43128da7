// A live object: from waking to hibernation or reset. It owns the open database, runs calls in
// turns, and holds what a turn produced back until the turn has committed.
#pragma once

#include "runtime/environment.hpp"
#include "runtime/object_class.hpp"

#include <dormouse/detail/activity.hpp>
#include <dormouse/detail/invocation.hpp>
#include <dormouse/detail/object_host.hpp>
#include <dormouse/log.hpp>
#include <dormouse/storage_node.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <typeindex>
#include <unordered_set>
#include <vector>

namespace dormouse {

/// What every instance of a host shares.
struct instance_services {
    call_endpoint* endpoint = nullptr;
    environment* surroundings = nullptr;
    storage_node* storage = nullptr;
    log_sink* log = nullptr;  ///< Null is silent.
    void* env = nullptr;      ///< The embedding program's environment.
    std::type_index env_type = typeid(void);
};

/// Who an instance is.
struct instance_identity {
    const object_class* kind = nullptr;
    object_id id;
    std::string key;
};

/// **Thread safety:** actor-confined. **Lifetime:** kept by its cell and by suspended frames; after
/// it has ended, frames that resume can neither read nor write nor send.
class instance final : public detail::object_host, public std::enable_shared_from_this<instance> {
public:
    using watcher = std::function<void()>;

    /// `call_ended` is called, on any thread, for each call whose answer has left; `turn_ended` on
    /// the strand after each turn.
    instance(const instance_services& services, instance_identity identity,
             boost::asio::any_io_executor strand, watcher call_ended, watcher turn_ended);

    /// Opens the database, migrates it and makes the object. Errors: whatever keeps the object from
    /// waking.
    void wake();

    /// Runs a call. Its answer leaves when the turn that made it is durable.
    void start(const std::shared_ptr<detail::invocation>& call);

    /// Keeps the answer of a running call for the end of the turn. Only the first one counts.
    void answer(const std::shared_ptr<detail::invocation>& call, std::exception_ptr failure);

    /// Breaks the object: nothing it has not committed is kept, and every running call fails.
    void break_with(std::exception_ptr reason) noexcept;
    [[nodiscard]] bool broken() const noexcept { return broken_ != nullptr; }
    /// Why it broke; null when it has not.
    [[nodiscard]] std::exception_ptr failure() const noexcept { return broken_; }

    /// No call runs, and no answer waits for the end of the turn.
    [[nodiscard]] bool at_rest() const noexcept { return running_.empty() && outbox_.empty(); }

    /// Ends this life and gives the database back, to be closed. Null when it was never open.
    [[nodiscard]] std::unique_ptr<object_storage> end() noexcept;

    /// Ends this life and forgets its calls without completing them: frames of callers and callees
    /// may keep each other alive through them. Only when the loop has stopped.
    void abandon() noexcept;

    // object_host
    const dormouse::database* definition() const noexcept override {
        return identity_.kind->database;
    }
    object* user_object() noexcept override { return object_.get(); }
    const object_id& id() const noexcept override { return identity_.id; }
    std::string_view instance_key() const noexcept override { return identity_.key; }
    boost::asio::any_io_executor executor() const override;
    dormouse::clock& clock() const noexcept override { return services_.surroundings->clock(); }
    void leave_turn() noexcept override;
    void fail_turn(std::exception_ptr escaped) noexcept override;
    void send(std::shared_ptr<detail::invocation> call) override;
    void depend_on(ticket position) noexcept override;
    void sync(detail::host_completion done) override;
    void vacuum(detail::host_completion done) override;
    void* environment(std::type_index type) const noexcept override;
    // lease_source, generator_context
    lease& current_lease() override;
    timestamp now() override { return clock().now(); }
    std::uint64_t random() override { return services_.surroundings->random(); }

private:
    /// Something that leaves the object when its turn has committed.
    struct outgoing {
        std::shared_ptr<detail::invocation> call;
        bool is_answer = false;
        std::exception_ptr failure;
    };

    void open_and_migrate();
    void open();
    [[nodiscard]] bool is_current();
    void migrate();
    [[nodiscard]] bool migrate_again();
    void log_failed_wake() const;
    void make_object();
    /// What the object's own code runs as when no call is handled.
    [[nodiscard]] detail::activity own_activity() const;
    [[nodiscard]] std::shared_ptr<detail::activity> make_activity(const detail::invocation& call);
    void run_here(const std::shared_ptr<detail::invocation>& call);
    void spawn(const std::shared_ptr<detail::invocation>& call);
    void commit_turn() noexcept;
    void run_after_turn() noexcept;
    void finish_when_durable(detail::host_completion done);
    void let_out(outgoing message);
    void send_answer(outgoing message);
    void send_call(std::shared_ptr<detail::invocation> call);
    void fail_everything() noexcept;
    [[nodiscard]] std::exception_ptr reset_error() const;
    void write_log(log_level level, std::string_view component,
                   const std::string& text) const noexcept;

    instance_services services_;
    instance_identity identity_;
    boost::asio::any_io_executor strand_;
    watcher call_ended_;
    watcher turn_ended_;
    std::unique_ptr<object_storage> storage_;
    std::optional<lease> lease_;
    std::unique_ptr<context> object_context_;
    std::unique_ptr<object> object_;
    ticket gate_;  ///< What leaves now must wait for this.
    std::vector<outgoing> outbox_;
    std::vector<detail::host_completion> to_sync_;    // told behind this turn
    std::vector<detail::host_completion> to_vacuum_;  // likewise
    std::unordered_set<std::shared_ptr<detail::invocation>> running_;
    std::exception_ptr broken_;
    bool emptied_ = false;  // the database, since it was migrated
    bool ended_ = false;
};

}  // namespace dormouse
