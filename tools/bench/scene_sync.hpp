// Tool: bench. Reading a whole scene by sequential calls, as the web clients do after connecting, but directly over gRPC.
#pragma once

#include "bench/grpc_direct.hpp"

namespace octane::bench {

// The calls of tests/web/walk.js in the same order. Reports calls, nodes and seconds. Throws std::runtime_error when a call
// fails.
int run_sync(const GrpcLoad& load);

}  // namespace octane::bench
