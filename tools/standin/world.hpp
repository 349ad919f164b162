// Stand-in renderer: all of it, put together. Members are in the order in which they need one another.
#pragma once

#include <mutex>

#include "standin/counters.hpp"
#include "standin/engine.hpp"
#include "standin/faults.hpp"
#include "standin/frame_messages.hpp"
#include "standin/methods.hpp"
#include "standin/options.hpp"
#include "standin/pattern.hpp"
#include "standin/projects.hpp"
#include "standin/publisher.hpp"
#include "standin/renderer.hpp"
#include "standin/scene.hpp"
#include "standin/schema.hpp"
#include "standin/server.hpp"
#include "standin/services.hpp"
#include "standin/stream_hub.hpp"

namespace octane::standin {

class World {
  public:
    explicit World(Options options);  // throws what is wrong with the options or the machine

    // Opens the gRPC port, starts frames, and returns the port.
    int start();
    void stop();

    const Options options;
    Schema schema;
    Faults faults;
    Counters counters;
    StreamHub hub;
    FrameMessages messages;
    Publisher publisher;
    Renderer renderer;
    Pattern pattern;
    std::mutex application;  // guards scene and engine
    Scene scene;
    Engine engine;
    Methods methods;
    Projects projects;
    Stage stage;
    Server server;
};

}  // namespace octane::standin
