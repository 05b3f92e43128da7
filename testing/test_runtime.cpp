#include "runtime/deterministic_scheduler.hpp"
#include "runtime/host.hpp"
#include "testing/faulty_disk.hpp"

#include <dormouse/error.hpp>
#include <dormouse/schema.hpp>
#include <dormouse/testing.hpp>

#include <stdlib.h>

#include <filesystem>
#include <system_error>
#include <tuple>
#include <utility>

namespace dormouse {
namespace {

/// Holds the lock of the data directory; everything else is in memory.
class lock_directory {
public:
    lock_directory() {
        auto name = (std::filesystem::temp_directory_path() / "dormouse-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw error(errc::storage_failed, "cannot create a directory like " + name + ": " +
                                                  std::generic_category().message(errno));
        }
        path_ = name;
    }
    lock_directory(const lock_directory&) = delete;
    lock_directory& operator=(const lock_directory&) = delete;
    ~lock_directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

/// A test's own code, run in an object as if it were an action.
class test_invocation final : public detail::invocation {
public:
    using completion = std::function<void(std::exception_ptr)>;
    test_invocation(detail::call_destination to, detail::call_origin from,
                    std::function<void(db&)> work, completion done)
        : invocation(std::move(to), std::move(from)),
          work_(std::move(work)),
          done_(std::move(done)) {}

    std::string_view name() const noexcept override { return "test"; }
    bool suspends() const noexcept override { return false; }
    void run(context& in) override { work_(in.db()); }
    awaitable<void> run_suspending(context& /*in*/) override { co_return; }

protected:
    void deliver(std::exception_ptr failure) override { done_(std::move(failure)); }

private:
    std::function<void(db&)> work_;
    completion done_;
};

}  // namespace

test_database::test_database(const database& of) : definition_(&of), file_name_(of.name()) {
    std::string sql;
    for (const auto& table : describe(of.tables())) {
        for (const auto& statement : create_statements(table)) {
            sql.append(statement).append(";\n");
        }
    }
    if (!sql.empty()) {
        migrations_.emplace_back("schema", std::move(sql));
    }
}

test_database::test_database(const database& of, const std::vector<std::string>& statements)
    : definition_(&of), file_name_(of.name()) {
    std::string sql;
    for (const auto& statement : statements) {
        sql.append(statement).append(";\n");
    }
    migrations_.emplace_back("statements", std::move(sql));
}

test_database::test_database(const database_entry& entry)
    : definition_(entry.definition), file_name_(entry.file_name) {
    for (const auto& file : entry.migrations) {
        migrations_.emplace_back(file.name, file.sql);
    }
}

/// The machine that the runtime under test runs on.
class test_runtime::machine {
public:
    machine(std::vector<test_database> databases, test_options chosen)
        : options(std::move(chosen)), databases_(std::move(databases)) {
        for (const auto& each : databases_) {
            auto& files = files_.emplace_back();
            for (const auto& [name, sql] : each.migrations_) {
                files.push_back({name, sql});
            }
            entries_.push_back({each.definition_, each.file_name_, files});
        }
        boot();
    }
    machine(const machine&) = delete;
    machine& operator=(const machine&) = delete;
    ~machine() { stop(); }

    void boot() {
        const auto elapsed = std::exchange(elapsed_, {});
        scheduler.emplace(options.seed++);
        scheduler->run_for(elapsed);
        storage_options storage;
        storage.on = power;
        storage.segment_bytes = std::uint64_t{256} * 1024;
        serving.emplace(*scheduler, served(), std::move(storage));
        serving->set_tenant_id_resolver([this] { return options.tenant; });
        for (const auto& [name, type, make] : classes_) {
            serving->add_class(name, type, make);
        }
    }

    void stop() {
        power->lose_power();
        elapsed_ = std::chrono::floor<std::chrono::milliseconds>(
            scheduler->clock().ticks().time_since_epoch());
        scheduler->drop_everything();
        serving.reset();
        scheduler.reset();
        power->restore_power();
    }

    void add_class(std::string name, std::type_index type, factory make) {
        serving->add_class(name, type, make);
        classes_.emplace_back(std::move(name), type, make);
    }

    test_options options;
    std::shared_ptr<faulty_disk> power = std::make_shared<faulty_disk>();
    std::optional<deterministic_scheduler> scheduler;
    std::optional<host> serving;

private:
    [[nodiscard]] runtime_options served() const {
        runtime_options chosen;
        chosen.databases = entries_;
        chosen.directory = directory_.path();
        chosen.is_default = false;
        chosen.idle_timeout = options.idle_timeout;
        chosen.awake_objects_max = options.awake_objects_max;
        chosen.env = options.env;
        chosen.log = options.log;
        return chosen;
    }

    lock_directory directory_;
    std::vector<test_database> databases_;
    std::vector<std::vector<migration_file>> files_;
    std::vector<database_entry> entries_;
    std::vector<std::tuple<std::string, std::type_index, factory>> classes_;
    std::chrono::milliseconds elapsed_{0};
};

test_runtime::test_runtime(std::vector<test_database> databases, test_options options)
    : machine_(std::make_unique<machine>(std::move(databases), std::move(options))) {}

test_runtime::~test_runtime() = default;

void test_runtime::advance(std::chrono::milliseconds span) {
    machine_->scheduler->run_for(span);
}

timestamp test_runtime::now() const {
    return machine_->scheduler->clock().now();
}

std::size_t test_runtime::awake_objects() const {
    return machine_->serving->awake_count();
}

void test_runtime::set_tenant(std::string tenant) {
    machine_->options.tenant = std::move(tenant);
}

void test_runtime::lose_power() {
    machine_->stop();
    machine_->boot();
}

void test_runtime::break_disk(disk_fault fault) {
    auto& disk = *machine_->power;
    switch (fault) {
        case disk_fault::writes_fail:
            disk.fails = [](disk_operation operation, const std::string& /*path*/) {
                return operation == disk_operation::write;
            };
            break;
        case disk_fault::syncs_fail:
            disk.fails = [](disk_operation operation, const std::string& /*path*/) {
                return operation == disk_operation::sync;
            };
            break;
        case disk_fault::full:
            disk.room = 0;
            break;
    }
}

void test_runtime::mend_disk() {
    machine_->power->fails = nullptr;
    machine_->power->room = faulty_disk::plenty;
}

boost::asio::any_io_executor test_runtime::executor() {
    return machine_->serving->completion_executor();
}

call_endpoint& test_runtime::endpoint() noexcept {
    return *machine_->serving;
}

void test_runtime::run_until(const std::function<bool()>& done) {
    if (!machine_->scheduler->run_until(done)) {
        throw error(errc::invalid_state,
                    "the test waits for something that will never happen: nothing is left to run");
    }
}

void test_runtime::run_in(const database& of, std::function<void(dormouse::db&)> work) {
    outcome<void> result;
    auto call = std::make_shared<test_invocation>(detail::call_destination(endpoint(), of),
                                                  detail::call_origin::current(executor()),
                                                  std::move(work), result.handler());
    call->destination.key = of.instance() == instance_kind::global
                                ? std::string(global_instance_key)
                                : machine_->options.tenant;
    endpoint().start_call(std::move(call));
    take(result);
}

void test_runtime::register_class(std::string class_name, std::type_index type, factory make) {
    machine_->add_class(std::move(class_name), type, make);
}

}  // namespace dormouse
