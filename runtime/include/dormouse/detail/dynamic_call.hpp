// A call whose database, action and arguments are text.
#pragma once

#include <dormouse/call_endpoint.hpp>
#include <dormouse/clock.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>

#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace dormouse {

class host;

/// Names what to call, for `runtime::call_action`.
struct dynamic_call {
    dynamic_call(std::string database_name, std::string action_name, std::string instance_key,
                 std::string json_arguments,
                 std::optional<steady_time> call_deadline = std::nullopt)
        : database(std::move(database_name)),
          action(std::move(action_name)),
          instance(std::move(instance_key)),
          arguments(std::move(json_arguments)),
          deadline(call_deadline) {}

    std::string database;
    std::string action;
    std::string instance;
    std::string arguments;
    std::optional<steady_time> deadline;
};

namespace detail {

using dynamic_handler = boost::asio::any_completion_handler<void(std::exception_ptr, std::string)>;

/// A handler and where it runs.
struct dynamic_completion {
    boost::asio::any_io_executor executor;
    dynamic_handler handler;
};

/// Finds the action, decodes the arguments and submits the call.
void submit_dynamic_call(call_endpoint& endpoint, const host& known, dynamic_call call,
                         dynamic_completion completion);

struct start_dynamic_call {
    template <class Handler>
    void operator()(Handler&& handler, call_endpoint* endpoint, const host* known,
                    dynamic_call call) const {
        auto executor =
            boost::asio::get_associated_executor(handler, endpoint->completion_executor());
        submit_dynamic_call(*endpoint, *known, std::move(call),
                            {std::move(executor), dynamic_handler(std::forward<Handler>(handler))});
    }
};

}  // namespace detail
}  // namespace dormouse
