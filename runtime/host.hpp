// Takes each call to its object: which class, which id, which loop, which cell.
#pragma once

#include "runtime/development.hpp"
#include "runtime/environment.hpp"
#include "runtime/id_cache.hpp"
#include "runtime/instance.hpp"
#include "runtime/object_class.hpp"
#include "runtime/residency.hpp"

#include <dormouse/call_endpoint.hpp>
#include <dormouse/runtime_options.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

/// **Thread safety:** thread-safe once classes are added. **Lifetime:** outlives what runs on its
/// loops.
class host final : public call_endpoint {
public:
    /// `surroundings` outlives the host. Of `storage` only what
    /// the options do not say is used. Errors: `errc::invalid_arguments` for databases or actions
    /// registered twice and options out of range; what opening the storage directory throws.
    host(environment& surroundings, const runtime_options& options, storage_options storage = {});
    ~host();

    /// `type`: the C++ class of the objects. Errors: `errc::invalid_state` when the name is taken.
    void add_class(std::string class_name, std::type_index type, object_factory make);

    /// Errors: `errc::unknown_database`, `errc::unknown_action`.
    [[nodiscard]] const action_base& find_action(std::string_view database,
                                                 std::string_view action) const;
    [[nodiscard]] const database& find_database(std::string_view name) const;
    /// Errors: `errc::unknown_class`.
    [[nodiscard]] const object_class& find_class(const std::string& class_name) const;

    /// How many objects are awake, waking or going to sleep.
    [[nodiscard]] std::size_t awake_count() const;
    [[nodiscard]] bool is_awake(const std::string& class_name, std::string_view key);
    [[nodiscard]] environment& surroundings() noexcept { return *environment_; }

    /// Runs `work` on the background while that object sleeps with its file closed; then calls
    /// `done`, on any thread. Running calls of the object have `maintenance_grace` to end.
    /// Errors: `errc::overloaded`, `errc::shutting_down`, what `work` throws.
    using maintenance = std::function<void(storage_node&, const object_key&)>;
    void maintain(const object_class& kind, const std::string& key, maintenance work,
                  std::function<void(std::exception_ptr)> done);
    /// Errors: `errc::storage_failed`.
    void visit_objects(const object_filter& filter,
                       const std::function<void(const object_info&)>& found);

    /// Refuses new calls from outside, lets running ones end and every object sleep, then calls
    /// `stopped`.
    void stop(std::function<void()> stopped);

    /// Drops every object where it stands, completing nothing. Only when no loop runs any more, and
    /// before the loops are destroyed: frames that wait for an answer use them.
    void abandon() noexcept;

    // call_endpoint
    void start_call(std::shared_ptr<detail::invocation> call) override;
    boost::asio::any_io_executor completion_executor() override;
    dormouse::clock& clock() noexcept override { return environment_->clock(); }

private:
    /// One event loop's share of the objects.
    struct partition_group {
        partition_group(residency_limits limits, std::atomic<std::size_t>& awake)
            : residents(limits, awake) {}
        residency residents;
        std::atomic<bool> sweep_armed{false};
    };

    /// Which object a caller means, and how it is served at this moment.
    struct placement {
        const object_class* kind;
        object_id id;
    };
    [[nodiscard]] placement place(const object_class& declared, std::string_view key);

    void tell_of_cache(const std::filesystem::path& cache) const;
    void add_database(const database_entry& entry);
    void deliver(std::shared_ptr<detail::invocation> call);
    [[nodiscard]] residency::admission admit(partition_group& group, const placement& at,
                                             const std::string& key, bool inside);
    [[nodiscard]] partition_group& group_of(const object_id& id);
    [[nodiscard]] const object_class& class_of(const detail::call_destination& destination) const;
    void arm_sweep(partition_group& group);
    void drain(std::function<void()> stopped);

    environment* environment_;
    std::shared_ptr<log_sink> log_;
    std::chrono::milliseconds maintenance_grace_;
    std::unique_ptr<storage_node> storage_;
    instance_services services_;
    std::map<std::string, object_class> classes_;
    std::map<std::string_view, const object_class*> by_database_name_;
    std::optional<development> development_;  // not in production
    id_cache ids_;
    std::atomic<std::size_t> awake_{0};
    std::vector<std::unique_ptr<partition_group>> groups_;
    boost::asio::any_io_executor completion_executor_;
};

}  // namespace dormouse
