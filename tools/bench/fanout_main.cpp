// Tool: bench. octane-bench-fanout, the limit program for frames and for HTTP.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "bench/fanout.hpp"

int main(int argc, char** argv) {
    CLI::App app("Writes a ready event to every viewer at a set rate", "octane-bench-fanout");
    octane::bench::FanoutOptions options;
    app.add_option("--host", options.host)->capture_default_str();
    app.add_option("--port", options.port, "0 takes a free one")->capture_default_str();
    app.add_option("--size", options.event_bytes, "bytes of one event")->check(CLI::Range(512, 1 << 30))->capture_default_str();
    app.add_option("--fps", options.fps)->check(CLI::Range(0.1, 10000.0))->capture_default_str();
    app.add_option("--threads", options.threads, "that write")->check(CLI::Range(1, 64))->capture_default_str();
    app.add_option("--lifetime", options.lifetime_seconds, "seconds after which it ends by itself")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        octane::bench::run_fanout(options);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "octane-bench-fanout: %s\n", error.what());
        return 1;
    }
}
