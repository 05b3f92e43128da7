#include "transport/endpoint_clock.hpp"
#include "transport/http_client.hpp"
#include "transport/remote_call.hpp"
#include "transport/ws_channel.hpp"

#include <dormouse/action_base.hpp>
#include <dormouse/database.hpp>
#include <dormouse/error.hpp>
#include <dormouse/remote.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/url/parse.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace dormouse {
namespace asio = boost::asio;

remote_address parse_remote_url(const std::string& url) {
    const auto parsed = boost::urls::parse_uri({url.data(), url.size()});
    if (!parsed || parsed->scheme() != "http" || parsed->host().empty()) {
        throw error(errc::invalid_arguments,
                    "a remote's url must be http://host:port (was '" + url + "')");
    }
    remote_address address;
    address.host = parsed->host_address();
    address.port = parsed->has_port() ? std::string(parsed->port()) : "80";
    address.host_field = std::string(parsed->encoded_host_and_port());
    address.prefix = std::string(parsed->encoded_path());
    while (address.prefix.ends_with('/')) {
        address.prefix.pop_back();
    }
    return address;
}

std::string remote_call::database() const {
    const auto* called = call_->action();
    return called != nullptr ? std::string(called->database().name())
                             : call_->destination.class_name;
}

void remote_call::watch(std::chrono::milliseconds timeout, std::string_view transport) {
    call_->watch_deadline(*time_);
    if (call_->origin.deadline) {
        due_ = *call_->origin.deadline;
    }
    if (timeout.count() <= 0) {
        return;
    }
    const auto latest = std::chrono::steady_clock::now() + timeout;
    timer_.expires_at(latest);
    timer_.async_wait([self = shared_from_this(), timeout,
                       transport](const boost::system::error_code& cancelled) {
        if (!cancelled) {
            self->fail({errc::timed_out, "[db] " + std::string(transport) + " request '" +
                                             std::string(self->call_->name()) +
                                             "' timed out after " +
                                             std::to_string(timeout.count()) + "ms"});
        }
    });
    // A moment later than the timer, so that the reason is the timeout and not a closed connection.
    due_ = std::min(due_, latest) + std::chrono::milliseconds(10);
}

void remote_call::succeed(std::string_view result_json) {
    timer_.cancel();
    if (finished()) {
        return;
    }
    try {
        call_->accept_result_json(result_json);
    } catch (...) {
        call_->finish(std::current_exception());
        return;
    }
    call_->finish(nullptr);
}

void remote_call::fail(const std::exception_ptr& failure) {
    timer_.cancel();
    call_->finish(failure);
}

/// Everything behind a remote's strand; outlives the remote while its coroutines unwind.
class remote::connections : public std::enable_shared_from_this<connections> {
public:
    connections(const asio::any_io_executor& executor, remote_options options)
        : clock_(std::make_shared<endpoint_clock>(executor)),
          strand_(asio::make_strand(executor)),
          options_(std::move(options)),
          address_(parse_remote_url(options_.url)),
          http_(std::make_shared<http_client>(strand_, address_, options_)) {}

    void send(std::shared_ptr<detail::invocation> call) {
        asio::post(strand_, [self = shared_from_this(), call = std::move(call)]() mutable {
            self->send_on_strand(
                std::make_shared<remote_call>(std::move(call), self->strand_, self->clock_));
        });
    }

    void stop() {
        asio::post(strand_, [self = shared_from_this()] {
            self->stopped_ = true;
            self->http_->stop();
            for (const auto& [key, channel] : self->channels_) {
                channel->stop();
            }
        });
    }

    [[nodiscard]] endpoint_clock& clock() noexcept { return *clock_; }

private:
    void send_on_strand(const std::shared_ptr<remote_call>& call) {
        const auto* called = call->invocation().action();
        if (stopped_) {
            call->fail({errc::disconnected, "[db] the client was stopped"});
            return;
        }
        try {
            if (called != nullptr && called->database().transport() == transport_kind::websocket) {
                channel_to(*call).send(call);
            } else {
                http_->send(call);
            }
        } catch (...) {
            call->fail(std::current_exception());
        }
    }

    ws_channel& channel_to(const remote_call& call) {
        remote_object object{call.database(), call.invocation().destination.key};
        auto& channel = channels_[object];
        if (!channel) {
            channel = std::make_shared<ws_channel>(strand_, address_, options_, std::move(object));
        }
        return *channel;
    }

    std::shared_ptr<endpoint_clock> clock_;
    asio::any_io_executor strand_;
    remote_options options_;
    remote_address address_;
    std::shared_ptr<http_client> http_;
    std::map<remote_object, std::shared_ptr<ws_channel>> channels_;
    bool stopped_ = false;
};

remote::remote(asio::any_io_executor executor, remote_options options)
    : executor_(std::move(executor)),
      connections_(std::make_shared<connections>(executor_, std::move(options))) {}

remote::~remote() {
    stop();
}

void remote::start_call(std::shared_ptr<detail::invocation> call) {
    connections_->send(std::move(call));
}
asio::any_io_executor remote::completion_executor() {
    return executor_;
}
clock& remote::clock() noexcept {
    return connections_->clock();
}
void remote::stop() {
    connections_->stop();
}

}  // namespace dormouse
