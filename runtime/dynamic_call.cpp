#include "runtime/host.hpp"

#include <dormouse/action_base.hpp>
#include <dormouse/detail/action_call.hpp>
#include <dormouse/detail/dynamic_call.hpp>

#include <boost/asio/post.hpp>

#include <memory>

namespace dormouse::detail {
namespace {

class json_invocation final : public action_invocation {
public:
    json_invocation(const action_base& called, call_destination to, call_origin from,
                    std::unique_ptr<erased_call> call, dynamic_handler handler)
        : action_invocation(called, std::move(to), std::move(from)),
          call_(std::move(call)),
          handler_(std::move(handler)) {}

protected:
    const void* arguments() const noexcept override { return call_->arguments(); }
    void* result() noexcept override { return call_->result(); }

    void deliver(std::exception_ptr failure) override {
        std::string json;
        if (!failure) {
            try {
                json = action()->operations().result_to_json(call_->result());
            } catch (...) {
                failure = std::current_exception();
            }
        }
        auto handler = std::move(handler_);
        std::move(handler)(std::move(failure), std::move(json));
    }

private:
    std::unique_ptr<erased_call> call_;
    dynamic_handler handler_;
};

}  // namespace

void submit_dynamic_call(call_endpoint& endpoint, const host& known, dynamic_call call,
                         dynamic_completion completion) {
    try {
        const auto& action = known.find_action(call.database, call.action);
        auto decoded = action.operations().call_from_json(call.arguments);
        auto made =
            std::make_shared<json_invocation>(action, call_destination(endpoint, action.database()),
                                              call_origin::current(completion.executor),
                                              std::move(decoded), std::move(completion.handler));
        call_route route(&endpoint, std::move(call.instance));
        route.deadline = call.deadline;
        submit(std::move(made), route);
    } catch (...) {
        auto failed = [handler = std::move(completion.handler),
                       failure = std::current_exception()]() mutable {
            std::move(handler)(std::move(failure), std::string());
        };
        boost::asio::post(completion.executor, std::move(failed));
    }
}

}  // namespace dormouse::detail
