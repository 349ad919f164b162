// Tool: bench. octane-bench, the load generator: `unary` for calls, `viewers` for frames.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "bench/load.hpp"

namespace {

void describe_unary(CLI::App& command, octane::bench::UnaryLoad& load) {
    command.add_option("--url", load.url, "http://HOST:PORT of the server")->required();
    command.add_option("--path", load.path)->capture_default_str();
    command.add_option("--body", load.body)->capture_default_str();
    command.add_flag("--get", load.gets, "GET the path instead of posting the body to it");
    command.add_option("--pause", load.pause_ms, "milliseconds before each further request")
        ->check(CLI::Range(0.0, 10000.0))
        ->capture_default_str();
    command.add_option("--connections", load.connections, "each with one call under way")
        ->check(CLI::Range(1, 4096))
        ->capture_default_str();
    command.add_option("--seconds", load.seconds)->check(CLI::Range(0.1, 600.0))->capture_default_str();
    command.add_option("--warm-up", load.warm_up_seconds, "seconds before the measurement")
        ->check(CLI::Range(0.0, 60.0))
        ->capture_default_str();
}

void describe_viewers(CLI::App& command, octane::bench::ViewerLoad& load) {
    command.add_option("--url", load.url, "http://HOST:PORT of the server")->required();
    command.add_option("--query", load.query, "what follows /render/stream?")->capture_default_str();
    command.add_option("--count", load.viewers)->check(CLI::Range(1, 20000))->capture_default_str();
    command.add_option("--stall", load.stalled, "how many of them stop reading")->capture_default_str();
    command.add_option("--threads", load.threads)->check(CLI::Range(1, 64))->capture_default_str();
    command.add_option("--seconds", load.seconds)->check(CLI::Range(0.1, 600.0))->capture_default_str();
    command.add_option("--warm-up", load.warm_up_seconds, "seconds before the measurement")
        ->check(CLI::Range(0.0, 60.0))
        ->capture_default_str();
    command.add_flag("--discard", load.discards_pixels, "drop pixels inside the kernel instead of copying them out");
    command.add_option("--pid", load.pid, "process whose CPU time and memory are reported");
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Load generator for octane-proxy", "octane-bench");
    app.require_subcommand(1);
    octane::bench::UnaryLoad unary;
    octane::bench::ViewerLoad viewers;
    CLI::App& unary_command = *app.add_subcommand("unary", "calls per second over keep-alive connections");
    CLI::App& viewers_command = *app.add_subcommand("viewers", "frames, delay and cost of N viewers");
    describe_unary(unary_command, unary);
    describe_viewers(viewers_command, viewers);
    CLI11_PARSE(app, argc, argv);
    try {
        return unary_command.parsed() ? run_unary(unary) : run_viewers(viewers);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "octane-bench: %s\n", error.what());
        return 1;
    }
}
