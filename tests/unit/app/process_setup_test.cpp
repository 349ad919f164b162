#include "app/process_setup.hpp"

#include <doctest/doctest.h>

namespace octane::app {
namespace {

TEST_CASE("connections leave room under the limit of open files, for Octane and the log") {
    CHECK(fit_connections(4096, 0).most == 4096);
    CHECK(fit_connections(4096, 1048576).most == 4096);
    CHECK(fit_connections(4096, 1048576).refused == 64);
    for (const std::size_t limit : {32U, 64U, 100U, 256U, 1024U, 4096U}) {
        CAPTURE(limit);
        const auto connections = fit_connections(4096, limit);
        CHECK(connections.most >= 1);
        CHECK(connections.most + connections.refused + (limit < 128 ? limit / 2 : 64) <= limit);
    }
    CHECK(fit_connections(10, 1024).most == 10);
    CHECK(fit_connections(4096, 1).most == 1);
}

}  // namespace
}  // namespace octane::app
