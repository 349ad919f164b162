// Tool: bench. The limits for the renderer's side: gRPC used directly, by one thread on a completion queue of its own.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

namespace octane::bench {

struct GrpcLoad {
    std::string target;  // HOST:PORT
    std::string method = "/octaneapi.ApiInfoService/octaneVersion";
    unsigned depth = 1;  // calls under way at once
    double seconds = 5;
    double warm_up_seconds = 1;
    bool uses_minimal_stack = false;  // GRPC_ARG_MINIMAL_STACK: no retries, no deadlines, no load balancing
};

// Plain-text channel, connected; large messages allowed. Throws std::runtime_error after 5 s without a connection.
std::shared_ptr<grpc::Channel> open_channel(const GrpcLoad& load);

// Unary calls with an empty request, `depth` of them always under way. Exit status 1 if any failed.
int run_direct_calls(const GrpcLoad& load);

// Reads the callback stream with pixels (alpha5's fashion) and looks only at user_data. Exit status 1 without frames.
int run_ingest(const GrpcLoad& load);

}  // namespace octane::bench
