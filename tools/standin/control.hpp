// Stand-in renderer: HTTP control for tests, so that they need no second gRPC client. Loopback only, one request a connection.
//
//   GET  /counters        what happened so far            GET  /camera          the render target's camera
//   GET  /frame           newest frame, pixels in base64  GET  /frame.raw       its first picture's pixels
//   GET  /scene           handles of the usual objects    GET  /methods         names of the methods that are played
//   POST /frame           pattern mode: one frame now     POST /event           {"event":"renderFailure"|"projectManagerChanged"}
//   POST /stall           {"method":"ApiItem/name","ms":1000}
//   POST /fail            {"method":"ApiItem/name","status":"NOT_FOUND","text":"…"}
//   POST /crash           at once, or {"method":"ApiItem/name"} at that call
//   POST /clear           no more stalls, failures and crashes
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>

#include "standin/world.hpp"

namespace octane::standin {

struct ControlReply {
    int status = 200;
    std::string type = "application/json";
    std::string body;
};

// What the control port answers; without the network, so that it can be tested.
ControlReply control_reply(World& world, const std::string& verb, const std::string& path, const std::string& body);

class ControlServer {
  public:
    // Listens on 127.0.0.1; boost::system::system_error if the port cannot be had.
    ControlServer(boost::asio::io_context& io, World& world, std::uint16_t port);
    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  private:
    void accept();

    World& world_;
    boost::asio::ip::tcp::acceptor acceptor_;
};

}  // namespace octane::standin
