// octane-proxy: puts OctaneRender's gRPC API and its frames on the web.
#include <exception>
#include <iostream>

#include "app/app.hpp"
#include "app/options.hpp"
#include "app/process_setup.hpp"

int main(int argc, char** argv) {
    using namespace octane;
    try {
        const app::ParsedOptions parsed = app::parse_options(argc, argv);
        if (!parsed.options) {
            (parsed.exit_status == 0 ? std::cout : std::cerr) << parsed.message << '\n';
            return parsed.exit_status;
        }
        app::quiet_grpc();
        app::App program(*parsed.options, [argc, argv] { return app::parse_options(argc, argv); });
        program.run();
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "octane-proxy: " << error.what() << '\n';
        return 2;
    }
}
