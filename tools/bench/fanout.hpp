// Tool: bench. The limit for frames: a bare epoll loop that writes a ready buffer to every viewer at a set rate.
//
// It keeps the proxy's rule for viewers (one frame being written, one waiting, the newest wins) and its framing, and does nothing
// else: no renderer, no encoding, no checks. Each thread is such a loop of its own with every n-th viewer. Any other request than
// the stream's gets one ready answer, which makes it the limit for HTTP as well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace octane::bench {

struct FanoutOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    std::size_t event_bytes = 2'797'000;  // size of one event
    double fps = 30;
    unsigned threads = 1;
    double lifetime_seconds = 3600;  // ends by itself after that
};

// Serves until SIGTERM, SIGINT or the end of its lifetime. Prints "listening on http://HOST:PORT" when it is ready.
void run_fanout(FanoutOptions options);

}  // namespace octane::bench
