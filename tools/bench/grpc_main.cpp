// Tool: bench. octane-bench-grpc, the limit program for the renderer's side: `unary`, `ingest` and `sync`.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "bench/grpc_direct.hpp"
#include "bench/scene_sync.hpp"

int main(int argc, char** argv) {
    CLI::App app("gRPC used directly, without a proxy", "octane-bench-grpc");
    app.require_subcommand(1);
    octane::bench::GrpcLoad load;
    CLI::App& unary = *app.add_subcommand("unary", "calls per second with a set number under way");
    CLI::App& ingest = *app.add_subcommand("ingest", "frames read off the callback stream (alpha5's fashion)");
    CLI::App& sync = *app.add_subcommand("sync", "the whole scene by sequential calls");
    for (CLI::App* command : {&unary, &ingest, &sync})
        command->add_option("--target", load.target, "HOST:PORT of the renderer")->required();
    for (CLI::App* command : {&unary, &ingest}) {
        command->add_option("--seconds", load.seconds)->check(CLI::Range(0.1, 600.0))->capture_default_str();
        command->add_option("--warm-up", load.warm_up_seconds, "seconds before the measurement")
            ->check(CLI::Range(0.0, 60.0))
            ->capture_default_str();
        command->add_flag("--minimal-stack", load.uses_minimal_stack, "set GRPC_ARG_MINIMAL_STACK");
    }
    unary.add_option("--depth", load.depth, "calls under way at once")->check(CLI::Range(1, 4096))->capture_default_str();
    unary.add_option("--method", load.method)->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        if (sync.parsed()) return run_sync(load);
        return unary.parsed() ? run_direct_calls(load) : run_ingest(load);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "octane-bench-grpc: %s\n", error.what());
        return 1;
    }
}
