#include "migrations/baseline.hpp"
#include "runtime/host.hpp"

#include <dormouse/object_admin.hpp>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace dormouse {
namespace {

/// Runs on the background between two lives of the object, and completes where it is awaited.
boost::asio::awaitable<void> run_maintenance(host* on, const object_class* kind, std::string key,
                                             host::maintenance work) {
    auto start = [on, kind, key = std::move(key), work = std::move(work)](auto handler) {
        auto executor = boost::asio::get_associated_executor(handler);
        auto waiting = std::make_shared<decltype(handler)>(std::move(handler));
        const auto finish = [executor, waiting](std::exception_ptr failure) {
            boost::asio::post(executor, [waiting, failure = std::move(failure)] {
                std::move (*waiting)(failure);
            });
        };
        try {
            on->maintain(*kind, key, work, finish);
        } catch (...) {
            finish(std::current_exception());
        }
    };
    co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable),
                                         void(std::exception_ptr)>(std::move(start),
                                                                   boost::asio::use_awaitable);
}

/// The same for work that answers something.
template <class T>
boost::asio::awaitable<T> run_maintenance_for(
    host* on, const object_class* kind, std::string key,
    std::function<T(storage_node&, const object_key&)> work) {
    auto found = std::make_shared<T>();
    host::maintenance keeping = [found, work = std::move(work)](storage_node& node,
                                                                const object_key& which) {
        *found = work(node, which);
    };
    co_await run_maintenance(on, kind, std::move(key), std::move(keeping));
    co_return std::move(*found);
}

/// The same with the object's database open.
template <class T>
boost::asio::awaitable<T> run_on_database(
    host* on, const object_class* kind, std::string key,
    std::function<T(object_storage&, const storage_node&)> work) {
    return run_maintenance_for<T>(
        on, kind, std::move(key),
        [work = std::move(work)](storage_node& node, const object_key& which) {
            auto storage = node.open(which);
            auto answer = work(*storage, node);
            node.close_now(std::move(storage));
            return answer;
        });
}

void forget_attempts_of(storage_node& node, const object_key& which) {
    auto storage = node.open(which);
    forget_attempts(*storage);
    node.close_now(std::move(storage));
}

void empty_database(object_storage& storage) {
    auto turn = storage.begin_turn();
    const auto before = turn.metadata();
    turn.delete_all();
    turn.set_metadata({.name = before.name});
    static_cast<void>(turn.commit());
}

}  // namespace

boost::asio::awaitable<std::optional<object_info>> object_admin::info() const {
    return run_maintenance_for<std::optional<object_info>>(
        host_, kind_, key_,
        [](storage_node& node, const object_key& which) { return node.find(which); });
}

boost::asio::awaitable<bookmark> object_admin::current_bookmark() const {
    return run_maintenance_for<bookmark>(
        host_, kind_, key_,
        [](storage_node& node, const object_key& which) { return node.current_bookmark(which); });
}

boost::asio::awaitable<bookmark> object_admin::restore(bookmark mark) const {
    return run_maintenance_for<bookmark>(host_, kind_, key_,
                                         [mark](storage_node& node, const object_key& which) {
                                             const auto undo = node.restore(which, mark);
                                             forget_attempts_of(node, which);
                                             return undo;
                                         });
}

boost::asio::awaitable<void> object_admin::destroy() const {
    return run_maintenance(host_, kind_, key_, [](storage_node& node, const object_key& which) {
        node.destroy(which);
    });
}

boost::asio::awaitable<void> object_admin::import_file(std::filesystem::path from) const {
    return run_maintenance(host_, kind_, key_,
                           [from = std::move(from)](storage_node& node, const object_key& which) {
                               node.import_file(which, from);
                               forget_attempts_of(node, which);
                           });
}

boost::asio::awaitable<dormouse::migration_status> object_admin::migration_status() const {
    return run_on_database<dormouse::migration_status>(
        host_, kind_, key_, [kind = kind_](object_storage& storage, const storage_node& node) {
            return read_status(storage, kind->migrations, node);
        });
}

boost::asio::awaitable<dormouse::migration_attempts> object_admin::migration_attempts() const {
    return run_on_database<dormouse::migration_attempts>(
        host_, kind_, key_,
        [](object_storage& storage, const storage_node&) { return read_attempts(storage); });
}

boost::asio::awaitable<dormouse::migration_plan> object_admin::migration_plan() const {
    return run_on_database<dormouse::migration_plan>(
        host_, kind_, key_, [kind = kind_](object_storage& storage, const storage_node&) {
            return plan_migrations(storage, kind->migrations);
        });
}

boost::asio::awaitable<std::optional<bookmark>> object_admin::migration_bookmark() const {
    return run_maintenance_for<std::optional<bookmark>>(
        host_, kind_, key_, [](storage_node& node, const object_key& which) {
            return node.keeps_history() ? std::optional(node.current_bookmark(which))
                                        : std::nullopt;
        });
}

boost::asio::awaitable<void> object_admin::destroy_database() const {
    return run_maintenance(host_, kind_, key_, [](storage_node& node, const object_key& which) {
        auto storage = node.open(which);
        empty_database(*storage);
        node.close_now(std::move(storage));
    });
}

boost::asio::awaitable<void> object_admin::baseline(std::string last) const {
    return run_maintenance(
        host_, kind_, key_,
        [on = host_, kind = kind_, last = std::move(last)](storage_node& node,
                                                           const object_key& which) {
            auto storage = node.open(which);
            static_cast<void>(record_baseline(*storage, kind->migrations, last,
                                              [on] { return on->clock().now(); }));
            node.close_now(std::move(storage));
        });
}

}  // namespace dormouse
