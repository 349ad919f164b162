// Room: app. Everything the program consists of, in the order it starts and the order it stops.
#pragma once

#include <functional>
#include <memory>

#include "app/options.hpp"

namespace octane::app {

class App {
  public:
    // Reads the options once more, from where the first came.
    using ReadOptions = std::function<ParsedOptions()>;

    // Sets up the log and binds the HTTP port. Throws std::runtime_error or std::system_error, whose text is one clear sentence,
    // if the program cannot start.
    App(const Options& options, ReadOptions read_again);
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    // SIGHUP reads certificate, token and options anew (app/reload.hpp). Serves until SIGINT or SIGTERM, then drains for up to 5
    // s (docs/api.md §1). A second signal ends the process at once. Where gRPC does not let go of calls that Octane does not
    // take, it ends the process itself, with status 0.
    void run();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace octane::app
