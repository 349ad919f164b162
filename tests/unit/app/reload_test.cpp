#include "app/reload.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>

namespace octane::app {
namespace {

Options with(std::map<std::string, std::string> given) {
    Options options;
    options.given = std::move(given);
    return options;
}

TEST_CASE("what has changed is told apart: what counts at once and what needs a restart") {
    const auto before = with({{"port", "1\n"}, {"log-level", "info\n"}, {"deny", "A/b\n"}});
    const auto now = with({{"port", "2\n"}, {"log-level", "debug\n"}, {"allow-origin", "a\n"}, {"timeout", "1s\n"}});
    const auto changes = compare_options(before, now);
    CHECK(changes.live == "allow-origin, log-level");
    CHECK(changes.needs_start == "port, timeout, deny");
    CHECK(compare_options(now, now).live.empty());
    CHECK(compare_options(now, now).needs_start.empty());
}

TEST_CASE("a token is another one if its file holds another word") {
    auto before = with({{"token", "file\n"}});
    auto now = before;
    now.token = "new";
    CHECK(compare_options(before, now).live == "token");
}

TEST_CASE("only live options are taken, and what waits for a restart is told again the next time") {
    auto before = with({{"port", "1\n"}, {"allow-origin", "a\n"}});
    before.port = 1;
    before.allow_origins = {"a"};
    auto now = with({{"port", "2\n"}});
    now.port = 2;
    now.token = "new";
    const auto taken = take_live_options(before, now);
    CHECK(taken.port == 1);
    CHECK(taken.token == "new");
    CHECK(taken.allow_origins.empty());
    CHECK(compare_options(taken, now).live.empty());
    CHECK(compare_options(taken, now).needs_start == "port");
}

TEST_CASE("from HTTP to HTTPS there is no way without a restart") {
    const auto before = with({});
    auto now = with({{"tls-cert", "c\n"}, {"tls-key", "k\n"}});
    now.tls_cert = "c";
    now.tls_key = "k";
    CHECK(compare_options(before, now).needs_start == "tls-cert, tls-key");
    CHECK(take_live_options(before, now).tls_cert.empty());
    CHECK(compare_options(take_live_options(before, now), now).needs_start == "tls-cert, tls-key");
    CHECK(compare_options(take_live_options(before, now), before).live.empty());
    auto renewed = now;
    renewed.tls_cert = "d";
    renewed.given["tls-cert"] = "d\n";
    CHECK(compare_options(now, renewed).live == "tls-cert");
    CHECK(take_live_options(now, renewed).tls_cert == "d");
}

}  // namespace
}  // namespace octane::app
