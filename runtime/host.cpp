#include "runtime/host.hpp"

#include "migrations/epoch.hpp"

#include <dormouse/action_base.hpp>
#include <dormouse/detail/context_executor.hpp>
#include <dormouse/error.hpp>

#include <algorithm>
#include <system_error>
#include <utility>

namespace dormouse {
namespace {

// An object that is looked at while it is busy is looked at again no sooner than this.
constexpr std::chrono::milliseconds sweep_interval_min{1};

// While stopping, how often to look whether objects have come to rest.
constexpr std::chrono::milliseconds drain_interval{5};

void check(const runtime_options& options) {
    const auto require = [](bool fits, const char* text) {
        if (!fits) {
            throw error(errc::invalid_arguments, text);
        }
    };
    using std::chrono::milliseconds;
    require(options.idle_timeout > milliseconds(0),
            "runtime_options::idle_timeout must be positive");
    require(options.shutdown_grace >= milliseconds(0),
            "runtime_options::shutdown_grace must not be negative");
    require(options.maintenance_grace >= milliseconds(0),
            "runtime_options::maintenance_grace must not be negative");
    require(options.awake_objects_max > 0, "runtime_options::awake_objects_max must be positive");
    require(options.calls_per_object_max > 0,
            "runtime_options::calls_per_object_max must be positive");
    require(options.loops > 0, "runtime_options::loops must be positive");
}

template <class Names>
std::string join(const Names& names) {
    std::string joined;
    for (const auto& [name, value] : names) {
        joined.append(joined.empty() ? "" : ", ").append(name);
    }
    return joined.empty() ? "none" : joined;
}

}  // namespace

host::host(environment& surroundings, const runtime_options& options, storage_options storage)
    : environment_(&surroundings),
      log_(options.log),
      maintenance_grace_(options.maintenance_grace) {
    check(options);
    for (const auto& entry : options.databases) {
        add_database(entry);
    }
    if (options.mode == runtime_mode::development) {
        development_.emplace(options.cache, clock());
        tell_of_cache(options.cache);
    }
    storage.directory = options.directory;
    storage.ticks = [this] { return clock().ticks(); };
    storage.now = [this] { return clock().now(); };
    storage.log = options.log;
    storage_ = std::make_unique<storage_node>(std::move(storage), surroundings);
    services_ = {this,       environment_,          storage_.get(),
                 log_.get(), options.env.address(), options.env.type()};
    const auto loops = environment_->loop_count();
    const residency_limits limits{std::max<std::size_t>(options.awake_objects_max / loops, 1),
                                  options.calls_per_object_max, options.idle_timeout};
    for (std::size_t i = 0; i < loops; ++i) {
        groups_.push_back(std::make_unique<partition_group>(limits, awake_));
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

// A program that looks for pushes where nobody puts them seems to work, with an old schema.
void host::tell_of_cache(const std::filesystem::path& cache) const {
    if (log_ == nullptr) {
        return;
    }
    std::error_code failed;
    const auto where = std::filesystem::absolute(cache, failed).string();
    const bool is_new = !std::filesystem::exists(cache / "state.json", failed);
    log_->write(log_level::info, "runtime",
                "development mode: follows " + where +
                    (is_new ? ", where nothing has been pushed yet; DORMOUSE_CACHE or "
                              "runtime_options::cache names another folder"
                            : ""));
}

void host::add_database(const database_entry& entry) {
    const auto& definition = *entry.definition;
    object_class kind;
    kind.class_name = definition.class_name();
    kind.database = &definition;
    kind.file_name = entry.file_name;
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

void host::add_class(std::string class_name, std::type_index type, object_factory make) {
    object_class kind;
    kind.class_name = class_name;
    kind.type = type;
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
        const auto& found = find_class(destination.class_name);
        if (found.type != destination.class_type) {
            throw error(errc::unknown_class,
                        "object class '" + destination.class_name +
                            "' is served by another C++ class than the caller names");
        }
        return found;
    }
    const auto name = destination.database->name();
    if (&find_database(name) != destination.database) {
        throw error(errc::unknown_database,
                    "[db] Missing binding for db: " + std::string(name) +
                        ": the runtime serves another database of that name");
    }
    return *by_database_name_.at(name);
}

host::placement host::place(const object_class& declared, std::string_view key) {
    if (!development_ || declared.database == nullptr) {
        return {&declared, ids_.from_name(declared.class_name, key)};
    }
    const auto served = development_->serve(declared);
    return {served.kind, ids_.from_name(declared.class_name, epoch_key(key, served.epoch))};
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
    const auto& key = call->destination.key;
    const auto at = place(class_of(call->destination), key);
    auto& group = group_of(at.id);
    const bool inside = call->origin.caller != nullptr;
    auto admitted = admit(group, at, key, inside);
    admitted.resident->serve_as(*at.kind, maintenance_grace_);
    admitted.resident->post(std::move(call));
    if (admitted.crowded) {
        group.residents.let_sleep(clock().ticks());
    }
    arm_sweep(group);
}

host::partition_group& host::group_of(const object_id& id) {
    return *groups_[id.partition() % groups_.size()];
}

residency::admission host::admit(partition_group& group, const placement& at,
                                 const std::string& key, bool inside) {
    return group.residents.admit(at.id, clock().ticks(), inside, [&] {
        return std::make_shared<cell>(services_, group.residents, *at.kind, at.id, key,
                                      environment_->loop(at.id.partition() % groups_.size()));
    });
}

// Counted as a call, so that the cell stays until it is done.
void host::maintain(const object_class& kind, const std::string& key, maintenance work,
                    std::function<void(std::exception_ptr)> done) {
    const auto at = place(kind, key);
    auto& group = group_of(at.id);
    const auto resident = admit(group, at, key, false).resident;
    object_key which{kind.class_name, at.id.to_string(), key};
    resident->post_maintenance(
        [this, resident, which = std::move(which), work = std::move(work), done = std::move(done)] {
            std::exception_ptr failure;
            try {
                work(*storage_, which);
            } catch (...) {
                failure = std::current_exception();
            }
            residency::call_ended(*resident, clock().ticks());
            done(std::move(failure));
        },
        maintenance_grace_);
    arm_sweep(group);
}

void host::visit_objects(const object_filter& filter,
                         const std::function<void(const object_info&)>& found) {
    storage_->visit(filter, found);
}

void host::arm_sweep(partition_group& group) {
    while (!group.sweep_armed.exchange(true)) {
        if (const auto due = group.residents.next_look()) {
            clock().call_at(std::max(*due, clock().ticks() + sweep_interval_min), [this, &group] {
                group.sweep_armed = false;
                group.residents.let_sleep(clock().ticks());
                arm_sweep(group);
            });
            return;
        }
        group.sweep_armed = false;
        // Whoever has brought an object since the look found the sweep armed and relied on it.
        if (!group.residents.next_look()) {
            return;
        }
    }
}

std::size_t host::awake_count() const {
    return awake_.load(std::memory_order_acquire);
}

bool host::is_awake(const std::string& class_name, std::string_view key) {
    const auto id = place(find_class(class_name), key).id;
    return group_of(id).residents.contains(id);
}

boost::asio::any_io_executor host::completion_executor() {
    const auto* running = detail::current_activity();
    const bool inside =
        running != nullptr && running->object != nullptr && running->endpoint == this;
    return inside ? running->object->executor() : completion_executor_;
}

void host::stop(std::function<void()> stopped) {
    for (auto& group : groups_) {
        group->residents.shut_down();
    }
    drain(std::move(stopped));
}

void host::abandon() noexcept {
    for (auto& group : groups_) {
        group->residents.abandon();
    }
}

void host::drain(std::function<void()> stopped) {
    if (awake_count() == 0) {
        stopped();
        return;
    }
    const auto at = clock().ticks();
    for (auto& group : groups_) {
        group->residents.let_sleep(at);
    }
    clock().call_at(at + drain_interval, [this, stopped = std::move(stopped)] { drain(stopped); });
}

}  // namespace dormouse
