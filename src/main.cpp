// octane-proxy: puts OctaneRender's gRPC API and its frames on the web.
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>

#include "app/app.hpp"
#include "app/options.hpp"
#include "telemetry/log.hpp"

int main(int argc, char** argv) {
    using namespace octane;
    try {
        const app::ParsedOptions parsed = app::parse_options(argc, argv);
        if (!parsed.options) {
            (parsed.exit_status == 0 ? std::cout : std::cerr) << parsed.message << '\n';
            return parsed.exit_status;
        }
        auto program = std::make_unique<app::App>(*parsed.options);
        if (program->run()) return 0;
        // What is stuck outlives everything: no destructor may run under it.
        program.release();
        telemetry::finish_logging();
        std::_Exit(0);
    } catch (const std::exception& error) {
        std::cerr << "octane-proxy: " << error.what() << '\n';
        return 2;
    }
}
