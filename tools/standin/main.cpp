// Stand-in renderer: start, lines for those who start it, graceful end at SIGINT or SIGTERM, at once at a second one.
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "standin/control.hpp"
#include "standin/world.hpp"

namespace {

using namespace octane::standin;

void print_start(World& world, int port) {
    {
        const std::lock_guard lock(world.application);
        std::cout << "scene: teapot " << world.scene.teapot() << ", render target " << world.scene.render_target() << ", root "
                  << world.scene.root() << '\n';
    }
    std::cout << "listening on " << world.options.host << ':' << port << std::endl;
}

int run(Options options) {
    World world(std::move(options));
    boost::asio::io_context io;
    std::optional<ControlServer> control;
    if (world.options.control_port) {
        control.emplace(io, world, *world.options.control_port);
        std::cout << "control on http://127.0.0.1:" << control->port() << std::endl;
    }

    std::thread starter;
    std::thread stopper;
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](boost::system::error_code error, int) {
        if (error) return;
        signals.async_wait([](boost::system::error_code again, int signal) {
            if (!again) std::_Exit(128 + signal);
        });
        stopper = std::thread([&] {
            world.faults.stop();
            starter.join();
            world.stop();
            io.stop();
        });
    });
    // The start may take its time (--slow-start) while the control port already answers.
    starter = std::thread([&] {
        try {
            print_start(world, world.start());
        } catch (const std::exception& failure) {
            std::cerr << "octane-standin: " << failure.what() << '\n';
            std::_Exit(1);
        }
    });
    io.run();
    if (stopper.joinable()) stopper.join();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    // gRPC's own log would stand beside our one line about a port in use. GRPC_VERBOSITY still turns it on.
    setenv("GRPC_VERBOSITY", "NONE", 0);
    try {
        return run(parse_options(argc, argv));
    } catch (const std::exception& failure) {
        std::cerr << "octane-standin: " << failure.what() << '\n';
        return 1;
    }
}
