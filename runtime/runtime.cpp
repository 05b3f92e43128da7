#include "runtime/host.hpp"
#include "runtime/thread_environment.hpp"

#include <dormouse/error.hpp>
#include <dormouse/runtime.hpp>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <string>
#include <string_view>
#include <thread>

namespace dormouse {
namespace {

std::size_t threads_for(const runtime_options& options) {
    if (options.threads_per_loop != 0) {
        return options.threads_per_loop;
    }
    const auto cores = std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
    return std::max<std::size_t>(cores / std::max<std::size_t>(options.loops, 1), 1);
}

}  // namespace

runtime_mode mode_from_environment() {
    const char* mode =
        std::getenv("DORMOUSE_MODE");  // NOLINT(concurrency-mt-unsafe): read, never set
    const std::string_view chosen = mode == nullptr ? "" : mode;
    if (chosen == "development") {
        return runtime_mode::development;
    }
    if (chosen.empty() || chosen == "production") {
        return runtime_mode::production;
    }
    throw error(errc::invalid_arguments, "DORMOUSE_MODE is '" + std::string(chosen) +
                                             "'; it is to be development or production");
}

std::filesystem::path cache_from_environment() {
    const char* cache =
        std::getenv("DORMOUSE_CACHE");  // NOLINT(concurrency-mt-unsafe): read, never set
    return cache != nullptr && *cache != '\0' ? cache : ".dormouse";
}

class runtime::threads : public thread_environment {
public:
    using thread_environment::thread_environment;
};

runtime::runtime(runtime_options options)
    : options_(std::move(options)),
      threads_(std::make_unique<threads>(options_.loops, threads_for(options_), options_.log)),
      host_(std::make_unique<host>(*threads_, options_)) {
    if (options_.is_default) {
        detail::set_default_endpoint(*host_);
    }
}

runtime::~runtime() {
    stop();
    host_->abandon();
    // Frames still suspended after the grace period are destroyed with the loops, before the
    // storage they use.
    threads_.reset();
}

void runtime::stop() {
    if (threads_ == nullptr || threads_->stopped()) {
        return;
    }
    // Shared, because the objects may come to rest only after the grace period.
    auto rested = std::make_shared<std::promise<void>>();
    auto waiting = rested->get_future();
    host_->stop([rested] { rested->set_value(); });
    waiting.wait_for(options_.shutdown_grace);
    threads_->stop();
}

boost::asio::any_io_executor runtime::executor() {
    return host_->completion_executor();
}
runtime::operator call_endpoint&() noexcept {
    return *host_;
}

void runtime::set_tenant_id_resolver(tenant_resolver resolver) {
    host_->set_tenant_id_resolver(std::move(resolver));
}

void runtime::register_class(std::string class_name, std::type_index type, factory make) {
    host_->add_class(std::move(class_name), type, make);
}

object_admin runtime::admin(const database& of, std::string key) {
    return {*host_, host_->find_class(of.class_name()), std::move(key)};
}

object_admin runtime::admin(const database& of) {
    return admin(of, detail::choose_key(of, detail::call_route(host_.get())));
}

object_admin runtime::admin(const std::string& class_name, std::string key) {
    return {*host_, host_->find_class(class_name), std::move(key)};
}

void runtime::visit_objects(const object_filter& filter,
                            const std::function<void(const object_info&)>& found) const {
    host_->visit_objects(filter, found);
}

const database& runtime::find_database(std::string_view name) const {
    return host_->find_database(name);
}

const action_base& runtime::find_action(std::string_view database, std::string_view action) const {
    return host_->find_action(database, action);
}

runtime_mode runtime::mode() const noexcept {
    return options_.mode;
}
std::size_t runtime::awake_objects() const {
    return host_->awake_count();
}

}  // namespace dormouse
