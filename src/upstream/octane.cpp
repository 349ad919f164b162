#include "upstream/octane.hpp"

#include <algorithm>
#include <utility>

namespace octane::upstream {
namespace asio = boost::asio;
namespace {

std::string make_address(const ChannelOptions& options) {
    const bool is_ipv6 = options.host.find(':') != std::string::npos && !options.host.starts_with("[");
    return (is_ipv6 ? "[" + options.host + "]" : options.host) + ":" + std::to_string(options.port);
}

ConnectionOptions with_address(ConnectionOptions options, const std::string& address) {
    options.address = address;
    return options;
}

Reply to_reply(const base::Error& error) {
    Reply reply;
    reply.was_sent = false;
    reply.status = error.grpc;
    reply.message = error.message;
    return reply;
}

}  // namespace

Octane::Octane(const OctaneOptions& options, asio::any_io_executor executor)
    : address_(make_address(options.channel)),
      max_message_(options.channel.max_message),
      calls_(options.channel),
      frames_(options.channel),
      queue_(options.concurrency),
      connection_(calls_, std::move(executor), with_address(options.connection, address_)) {}

std::string Octane::unreachable_message(const std::string& cause) const {
    return "Octane cannot be reached at " + address_ + " (" + (cause.empty() ? "no connection" : cause) +
           "); start Octane and enable its gRPC server (Help > LiveLink, or File > Preferences > GRPC API, then restart it), or "
           "say with "
           "--octane-host and --octane-port where it is";
}

asio::awaitable<Reply> Octane::call(std::string path, std::string request, CallOptions options) {
    Reply reply = co_await call_on(calls_, std::move(path), std::move(request), options);
    co_return reply;
}

asio::awaitable<Reply> Octane::call_for_frame(std::string path, std::string request, CallOptions options) {
    Reply reply = co_await call_on(frames_, std::move(path), std::move(request), options);
    co_return reply;
}

asio::awaitable<Reply> Octane::call_on(Channel& channel, std::string path, std::string request, CallOptions options) {
    const auto state = connection_.state();
    if (!state->is_connected && state->has_verdict) {
        Reply reply;
        reply.was_sent = false;
        reply.status = base::GrpcStatus::unavailable;
        reply.message = state->error;
        co_return reply;
    }
    const auto begin = std::chrono::steady_clock::now();
    auto place = co_await queue_.enter(options.lane, options.timeout, options.slot);
    if (!place) {
        Reply reply = to_reply(place.error());
        co_return reply;
    }
    UnaryCall unary;
    unary.path = std::move(path);
    unary.request = std::move(request);
    unary.slot = options.slot;
    if (options.timeout.count() > 0) {
        const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
        unary.timeout = std::max(options.timeout - waited, std::chrono::milliseconds(1));
    }
    Reply reply = co_await channel.unary(std::move(unary));
    co_return reply;
}

void Octane::shutdown() {
    calls_.shutdown();
    frames_.shutdown();
}

}  // namespace octane::upstream
