#include "app/upstream_terms.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace octane::app {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

TEST_CASE("what a section says of its connection counts, and what it leaves open is as for the program") {
    Options options;
    options.keepalive = 7s;
    options.keepalive_timeout = 3s;
    options.max_message = 100;
    UpstreamSpec open = parse_upstream("sim=h:1");
    UpstreamSpec own = parse_upstream("own=h:2");
    const auto set = [&own](std::string_view name, const std::string& value) {
        for (const auto& option : upstream_option_table()) {
            if (option.name == name) return option.apply(own, value);
        }
        FAIL(name);
    };
    set("keepalive", "90s");
    set("keepalive-timeout", "1500ms");
    set("max-message", "200");
    set("metadata", "x-key: a");

    const auto as_program = channel_of(options, open);
    CHECK(as_program.port == 1);
    CHECK(as_program.keepalive == 7s);
    CHECK(as_program.keepalive_timeout == 3s);
    CHECK(as_program.max_message == 100);
    CHECK(as_program.max_message_option == "--max-message");
    const auto as_section = channel_of(options, own);
    CHECK(as_section.port == 2);
    CHECK(as_section.keepalive == 90s);
    CHECK(as_section.keepalive_timeout == 1500ms);
    CHECK(as_section.max_message == 200);
    CHECK(as_section.max_message_option == "max-message of [upstream.own]");
    CHECK(as_section.metadata == upstream::Metadata{{"x-key", "a"}});
    set("keepalive", "0");  // none, whatever the program has
    CHECK(channel_of(options, own).keepalive == 0s);
}

TEST_CASE("what the program refuses and lets through counts for every upstream, besides the section's own") {
    Options options;
    options.deny = {"A/b"};
    options.allow = {"C/d"};
    options.allow_get = {"G/all"};
    options.forward_headers = {"x-all"};
    LoadedUpstream one;
    one.spec = parse_upstream("sim=h:1");
    one.spec.deny = {"A/own"};
    one.spec.allow = {"C/own"};
    one.spec.allow_get = {"G/own"};
    one.spec.forward_headers = {"x-own"};
    one.spec.method_timeouts = {{"T/t", 5s}};
    one.spec.method_max_messages = {{"M/m", 9}};

    const auto rules = rules_of(options, one.spec);
    CHECK(rules.deny == Names{"A/b", "A/own"});
    CHECK(rules.allow == Names{"C/d", "C/own"});
    CHECK(rules.limits.timeouts.at(0).value == 5s);
    const auto octane = octane_of(options, one);
    CHECK(octane.deny == Names{"A/b", "A/own"});
    CHECK(octane.allow == Names{"C/d", "C/own"});
    CHECK(octane.limits.max_messages.at(0).pattern == "M/m");
    CHECK(allow_get_of(options, one.spec) == Names{"G/all", "G/own"});
    CHECK(forward_headers_of(options, one.spec) == Names{"x-all", "x-own"});

    one.spec = own_octane(options);  // not twice
    CHECK(octane_of(options, one).deny == Names{"A/b"});
}

}  // namespace
}  // namespace octane::app
