// Calls as HTTP requests, over a small pool of connections that are kept open between them.
#pragma once

#include "transport/remote_call.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <set>

namespace dormouse {

/// **Thread safety:** actor-confined to `strand`.
class http_client : public std::enable_shared_from_this<http_client> {
public:
    http_client(boost::asio::any_io_executor strand, remote_address address,
                const remote_options& options);

    void send(std::shared_ptr<remote_call> call);
    void stop();

private:
    class connection;

    static boost::asio::awaitable<void> work(std::shared_ptr<http_client> self,
                                             std::shared_ptr<connection> on);
    /// The next call still wanted; null when none waits.
    [[nodiscard]] std::shared_ptr<remote_call> take_next();
    void open_connection();

    boost::asio::any_io_executor strand_;
    remote_address address_;
    remote_options options_;
    std::deque<std::shared_ptr<remote_call>> waiting_;
    std::set<std::shared_ptr<connection>> connections_;
    std::set<std::shared_ptr<connection>> idle_;
    bool stopped_ = false;
};

}  // namespace dormouse
