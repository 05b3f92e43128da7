// One HTTP connection: requests are read, answered and written one after the other, until one side
// has enough or a request turns it into a WebSocket.
#pragma once

#include "transport/server_state.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>

namespace dormouse {

/// Serves `socket` on its executor, a strand, until it ends.
void serve_http(const std::shared_ptr<server_state>& server, boost::asio::ip::tcp::socket socket);

}  // namespace dormouse
