#include "runtime/host.hpp"

#include <dormouse/action_base.hpp>
#include <dormouse/detail/context_executor.hpp>
#include <dormouse/error.hpp>

#include <algorithm>
#include <utility>

namespace dormouse {
namespace {

// While stopping, how often to look whether objects have come to rest.
constexpr std::chrono::milliseconds drain_interval{5};

template <class Names>
std::string join(const Names& names) {
    std::string joined;
    for (const auto& [name, value] : names) {
        joined.append(joined.empty() ? "" : ", ").append(name);
    }
    return joined.empty() ? "none" : joined;
}

}  // namespace

host::host(environment& surroundings, const runtime_options& options, const std::string& vfs)
    : environment_(&surroundings), log_(options.log) {
    for (const auto& entry : options.databases) {
        add_database(entry);
    }
    storage_ = std::make_unique<storage_node>(
        storage_options{options.directory, vfs, [this] { return clock().ticks(); }}, surroundings);
    services_ = {this,       environment_,          storage_.get(),
                 log_.get(), options.env.address(), options.env.type()};
    const auto loops = environment_->loop_count();
    const residency_limits limits{std::max<std::size_t>(options.awake_objects_max / loops, 1),
                                  options.calls_per_object_max, options.idle_timeout};
    for (std::size_t i = 0; i < loops; ++i) {
        groups_.push_back(std::make_unique<partition_group>(limits));
    }
    auto outside = std::make_shared<detail::activity>();
    outside->endpoint = this;
    completion_executor_ = detail::context_executor<boost::asio::any_io_executor>(
        environment_->loop(0), std::move(outside));
}

host::~host() {
    detail::clear_default_endpoint(*this);
    abandon();
}

void host::add_database(const database_entry& entry) {
    const auto& definition = *entry.definition;
    object_class kind;
    kind.class_name = definition.class_name();
    kind.database = &definition;
    kind.migrations = migration_list(entry.migrations);
    for (const auto* action : definition.actions()) {
        if (!kind.actions.emplace(action->name(), action).second) {
            throw error(errc::invalid_arguments, "action '" + std::string(action->name()) +
                                                     "' is registered twice on database '" +
                                                     std::string(definition.name()) + "'");
        }
    }
    const auto [place, added] = classes_.emplace(kind.class_name, std::move(kind));
    if (!added || !by_database_name_.emplace(definition.name(), &place->second).second) {
        throw error(errc::invalid_arguments,
                    "database '" + std::string(definition.name()) + "' is registered twice");
    }
}

void host::add_class(std::string class_name, object_factory make) {
    object_class kind;
    kind.class_name = class_name;
    kind.make_object = std::move(make);
    if (!classes_.emplace(class_name, std::move(kind)).second) {
        throw error(errc::invalid_state, "object class '" + class_name + "' is registered twice");
    }
}

const object_class& host::find_class(const std::string& class_name) const {
    const auto found = classes_.find(class_name);
    if (found == classes_.end()) {
        throw error(errc::unknown_class, "Unknown object class: " + class_name +
                                             ". Known classes: " + join(classes_) + ".");
    }
    return found->second;
}

const database& host::find_database(std::string_view name) const {
    const auto found = by_database_name_.find(name);
    if (found == by_database_name_.end()) {
        throw error(errc::unknown_database,
                    "[db] Missing binding for db: " + std::string(name) +
                        ". Known database bindings: " + join(by_database_name_) +
                        ". This usually means dormouse_add_databases() didn't discover '" +
                        std::string(name) +
                        "' in your databases directory, or the runtime was not given it.");
    }
    return *found->second->database;
}

const action_base& host::find_action(std::string_view database, std::string_view action) const {
    const auto& definition = find_database(database);
    const auto& actions = by_database_name_.at(definition.name())->actions;
    if (const auto found = actions.find(action); found != actions.end()) {
        return *found->second;
    }
    std::string text =
        "[db] Action not registered: " + std::string(database) + "/" + std::string(action);
    if (actions.empty()) {
        text += " — database '" + std::string(database) +
                "' has no registered actions. Known databases: " + join(by_database_name_) + ".";
    } else {
        text += ". Actions registered on '" + std::string(database) + "': " + join(actions) + ".";
    }
    throw error(errc::unknown_action, std::move(text));
}

const object_class& host::class_of(const detail::call_destination& destination) const {
    if (destination.database == nullptr) {
        return find_class(destination.class_name);
    }
    const auto name = destination.database->name();
    if (&find_database(name) != destination.database) {
        throw error(errc::unknown_database,
                    "[db] Missing binding for db: " + std::string(name) +
                        ": the runtime serves another database of that name");
    }
    return *by_database_name_.at(name);
}

void host::start_call(std::shared_ptr<detail::invocation> call) {
    try {
        call->watch_deadline(clock());
        deliver(call);
    } catch (...) {
        call->finish(std::current_exception());
    }
}

void host::deliver(std::shared_ptr<detail::invocation> call) {
    const auto& kind = class_of(call->destination);
    const auto& key = call->destination.key;
    const auto id = ids_.from_name(kind.class_name, key);
    const auto loop = id.partition() % groups_.size();
    auto& group = *groups_[loop];
    auto admitted = group.residents.admit(id, clock().ticks(), [&] {
        return std::make_shared<cell>(services_, group.residents, kind, id, key,
                                      environment_->loop(loop));
    });
    admitted.resident->post(std::move(call));
    if (admitted.crowded) {
        sweep(group);
    }
    arm_sweep(group);
}

void host::arm_sweep(partition_group& group) {
    if (group.sweep_armed.exchange(true)) {
        return;
    }
    const auto due = group.residents.next_look();
    if (!due) {
        group.sweep_armed = false;
        return;
    }
    clock().call_at(*due, [this, &group] {
        group.sweep_armed = false;
        sweep(group);
        arm_sweep(group);
    });
}

void host::sweep(partition_group& group) {
    for (const auto& sleeper : group.residents.take_sleepers(clock().ticks())) {
        sleeper->post_hibernate();
    }
}

std::size_t host::awake_count() const {
    std::size_t count = 0;
    for (const auto& group : groups_) {
        count += group->residents.size();
    }
    return count;
}

bool host::is_awake(const std::string& class_name, std::string_view key) {
    const auto id = ids_.from_name(find_class(class_name).class_name, key);
    return groups_[id.partition() % groups_.size()]->residents.contains(id);
}

boost::asio::any_io_executor host::completion_executor() {
    const auto* running = detail::current_activity();
    const bool inside =
        running != nullptr && running->object != nullptr && running->endpoint == this;
    return inside ? running->object->executor() : completion_executor_;
}

void host::stop(std::function<void()> stopped) {
    auto left = std::make_shared<std::atomic<std::size_t>>(groups_.size());
    for (auto& group : groups_) {
        group->residents.shut_down([left, stopped] {
            if (left->fetch_sub(1) == 1) {
                stopped();
            }
        });
    }
    drain(left);
}

void host::abandon() noexcept {
    for (auto& group : groups_) {
        group->residents.abandon();
    }
}

void host::drain(const std::shared_ptr<std::atomic<std::size_t>>& left) {
    if (left->load() == 0) {
        return;
    }
    for (auto& group : groups_) {
        sweep(*group);
    }
    clock().call_at(clock().ticks() + drain_interval, [this, left] { drain(left); });
}

}  // namespace dormouse
