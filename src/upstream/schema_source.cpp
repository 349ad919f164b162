#include "upstream/schema_source.hpp"

#include <utility>

namespace octane::upstream {
namespace asio = boost::asio;
using base::GrpcStatus;

namespace {

// Servers that do not know the health service say so, which is an answer too.
UnaryCall health_check(std::chrono::milliseconds limit) {
    UnaryCall call;
    call.path = "/grpc.health.v1.Health/Check";
    call.timeout = limit;
    return call;
}

}  // namespace

bool SchemaSource::is_reached(const Reply& reply) {
    if (reply.is_from_server) return reply.status != GrpcStatus::unavailable;
    return reply.status == GrpcStatus::deadline_exceeded || reply.status == GrpcStatus::cancelled ||
           reply.status == GrpcStatus::resource_exhausted;
}

asio::awaitable<SignOfLife> SchemaSource::look_for_answer(Channel& channel, UnaryCall call) {
    const Reply reply = co_await channel.unary(std::move(call));
    if (!is_reached(reply) || reply.status == GrpcStatus::cancelled) co_return SignOfLife::broken;
    co_return reply.status == GrpcStatus::deadline_exceeded ? SignOfLife::none : SignOfLife::answered;
}

asio::awaitable<bool> SchemaSource::probe(Channel& channel, std::chrono::milliseconds limit) {
    UnaryCall call = health_check(limit);
    const SignOfLife sign = co_await look_for_answer(channel, std::move(call));
    co_return sign == SignOfLife::answered;
}

asio::awaitable<SignOfLife> SchemaSource::ask_whether_there(Channel& channel, std::chrono::milliseconds limit,
                                                            bool is_over_spare) {
    UnaryCall call = health_check(limit);
    call.is_over_spare = is_over_spare;
    const SignOfLife sign = co_await look_for_answer(channel, std::move(call));
    co_return sign;
}

}  // namespace octane::upstream
