// A stand-in that plays on a port of its own for the length of a test, with a client, and what such tests have in common.
#pragma once

#include <chrono>
#include <thread>
#include <utility>

#include "standin_client.hpp"

namespace octane::standin {

inline Options small(Release release) {
    Options options;
    options.release = release;
    options.port = 0;
    options.width = 32;
    options.height = 16;
    options.samples = 2;
    options.threads = 1;
    return options;
}

inline Options on_request(Release release) {
    Options options = small(release);
    options.pattern.is_on = true;
    options.pattern.fps = 0;
    return options;
}

inline void put_object(Message& request, Handle handle, int type, const char* name = "objectPtr") {
    put(sub(request, name), "handle", handle);
    put(sub(request, name), "type", type);
}

// Waits for what other threads are about to do, but not for ever.
template <class Condition>
void wait_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
        REQUIRE(std::chrono::steady_clock::now() < deadline);
        std::this_thread::yield();
    }
}

struct Playing {
    explicit Playing(Options options) : world(std::move(options)), port(world.start()), client(world, port) {}
    ~Playing() { world.stop(); }

    World world;
    int port;
    Client client;
};

}  // namespace octane::standin
