#include "upstream/schema_source.hpp"

namespace octane::upstream {
namespace asio = boost::asio;
using base::GrpcStatus;

asio::awaitable<bool> SchemaSource::is_answered(Channel& channel, std::string path, std::chrono::milliseconds limit) {
    UnaryCall call;
    call.path = std::move(path);
    call.timeout = limit;
    const Reply reply = co_await channel.unary(std::move(call));
    const bool is_silent = reply.status == GrpcStatus::unavailable || reply.status == GrpcStatus::deadline_exceeded ||
                           reply.status == GrpcStatus::cancelled;
    co_return !is_silent;
}

// Servers that do not know the health service say so, which is an answer too.
asio::awaitable<bool> SchemaSource::probe(Channel& channel, std::chrono::milliseconds limit) {
    return is_answered(channel, "/grpc.health.v1.Health/Check", limit);
}

}  // namespace octane::upstream
