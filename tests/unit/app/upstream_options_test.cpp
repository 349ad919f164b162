#include "app/upstream_options.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace octane::app {
namespace {

// Empty, or the sentence of the refusal.
template <typename Act>
std::string refusal_of(Act act) {
    try {
        act();
        return {};
    } catch (const std::invalid_argument& error) { return error.what(); }
}

std::string refusal_of(std::string_view option, const std::string& value) {
    const auto entry = std::ranges::find(upstream_option_table(), option, &UpstreamOption::name);
    REQUIRE(entry != upstream_option_table().end());
    UpstreamSpec spec;
    return refusal_of([&] { entry->apply(spec, value); });
}

void set(UpstreamSpec& spec, std::string_view option, const std::string& value) {
    const auto entry = std::ranges::find(upstream_option_table(), option, &UpstreamOption::name);
    REQUIRE(entry != upstream_option_table().end());
    entry->apply(spec, value);
}

TEST_CASE("an upstream is named with its address") {
    const auto spec = parse_upstream("nu-rec2=[::1]:46435");
    CHECK(spec.name == "nu-rec2");
    CHECK(spec.host == "::1");
    CHECK(spec.port == 46435);
    CHECK(spec.kind == UpstreamKind::grpc);
}

TEST_CASE("a name or an address that cannot be one is refused with what would be right") {
    for (const auto& [text, sentence] :
         {std::pair("nurec", "NAME=HOST:PORT"), std::pair("nurec=host", "HOST:PORT"), std::pair("nurec=host:", "HOST:PORT"),
          std::pair("nurec=host:0", "from 1 to 65535"), std::pair("nurec=host:70000", "from 1 to 65535"),
          std::pair("=host:1", "no name of an upstream"), std::pair("NuRec=host:1", "lower-case"),
          std::pair("-a=host:1", "no name of an upstream"), std::pair("a.b=host:1", "no name of an upstream"),
          std::pair("render=host:1", "paths of its own"), std::pair("api=host:1", "paths of its own"),
          std::pair("nurec=:1", "is not a host")}) {
        CAPTURE(text);
        CHECK(refusal_of([&, given = text] { (void)parse_upstream(given); }).find(sentence) != std::string::npos);
    }
}

TEST_CASE("what a section says is understood, and a slip is refused with what would be right") {
    UpstreamSpec spec;
    set(spec, "kind", "octane");
    CHECK(spec.kind == UpstreamKind::octane);
    set(spec, "timeout", "0");
    CHECK(spec.timeout == std::chrono::milliseconds(0));
    set(spec, "metadata", "x-key:  a, b");
    CHECK(spec.metadata == upstream::Metadata{{"x-key", "a, b"}});
    set(spec, "method-timeout", "A/render_*=180s");
    CHECK(spec.method_timeouts.at(0).pattern == "A/render_*");
    CHECK(spec.method_timeouts.at(0).value == std::chrono::seconds(180));
    set(spec, "method-max-message", "A/put=4MiB");
    CHECK(spec.method_max_messages.at(0).value == 4U << 20U);
    set(spec, "method-concurrency", "A/*=2");
    CHECK(spec.method_concurrencies.at(0).value == 2);
    CHECK_FALSE(spec.refuses_unknown.has_value());
    set(spec, "unknown-members", "refuse");
    CHECK(spec.refuses_unknown == true);
    set(spec, "unknown-members", "ignore");
    CHECK(spec.refuses_unknown == false);
    set(spec, "tls-name", "sim.example");
    CHECK(spec.tls.value().server_name == "sim.example");
    for (const auto& [option, value, sentence] :
         {std::tuple("kind", "http", "none of grpc, octane"), std::tuple("metadata", "X-Key: a", "lower-case"),
          std::tuple("metadata", "x-key", "name: value"), std::tuple("metadata", "grpc-x: a", "cannot be set"),
          std::tuple("metadata", "x-bin: a", "cannot be set"), std::tuple("method-timeout", "A/b", "Service/method=DURATION"),
          std::tuple("method-timeout", "A=1s", "Service/method"), std::tuple("method-max-message", "A/b", "Service/method=SIZE"),
          std::tuple("method-concurrency", "A/b", "Service/method=N"),
          std::tuple("method-concurrency", "A/b=0", "not a whole number from 1 to 100000"),
          std::tuple("method-concurrency", "A/b=100001", "not a whole number from 1 to 100000"),
          std::tuple("unknown-members", "refused", "neither refuse nor ignore"),
          std::tuple("tls", "maybe", "neither true nor false"), std::tuple("tls-ca", "/etc/hostname", "no PEM file"),
          std::tuple("address", "here", "HOST:PORT"), std::tuple("probe-timeout", "0", "1ms or more")}) {
        CAPTURE(option);
        CAPTURE(value);
        CHECK(refusal_of(option, value).find(sentence) != std::string::npos);
    }
}

TEST_CASE("what does not go together is refused with the upstream's name") {
    UpstreamSpec spec = parse_upstream("sim=h:1");
    CHECK(refusal_of([&] { check_upstream(spec); }).empty());
    const auto check_refused = [](UpstreamSpec wrong, const char* sentence) {
        const auto said = refusal_of([&] { check_upstream(wrong); });
        CAPTURE(said);
        CHECK(said.starts_with("upstream \"sim\" "));
        CHECK(said.find(sentence) != std::string::npos);
    };
    auto wrong = spec;
    wrong.port = 0;
    check_refused(wrong, "--upstream sim=HOST:PORT");
    wrong = spec;
    wrong.proto_paths = {"a"};
    wrong.descriptor_sets = {"b"};
    check_refused(wrong, "exclude each other");
    wrong = spec;
    wrong.import_paths = {"a"};
    check_refused(wrong, "without proto-path");
    wrong = spec;
    wrong.api = Api::beta2;
    check_refused(wrong, "kind = octane");
    wrong = spec;
    set(wrong, "tls", "true");
    wrong.tls->key = "k";
    check_refused(wrong, "belong together");
    wrong = spec;
    set(wrong, "method-concurrency", "A/b=1");
    CHECK(refusal_of([&] { check_upstream(wrong); }).empty());
    set(wrong, "kind", "octane");
    check_refused(wrong, "has method-concurrency, which is for kind = grpc only");
}

TEST_CASE("limits of single methods are for an Octane, too") {
    UpstreamSpec spec = parse_upstream("sim=h:1");
    set(spec, "kind", "octane");
    set(spec, "method-timeout", "A/b=1s");
    set(spec, "method-max-message", "A/b=1MiB");
    CHECK(refusal_of([&] { check_upstream(spec); }).empty());
}

TEST_CASE("TLS and its refusal beside one another are refused, whichever stands first") {
    for (const bool is_first : {true, false}) {
        CAPTURE(is_first);
        UpstreamSpec spec = parse_upstream("sim=h:1");
        if (is_first) set(spec, "tls", "false");
        set(spec, "tls-name", "sim.example");
        if (!is_first) set(spec, "tls", "false");
        CHECK(refusal_of([&] { check_upstream(spec); }) ==
              "upstream \"sim\" has tls = false and tls-name, which means TLS: leave out the one that is wrong");
    }
    UpstreamSpec plain = parse_upstream("sim=h:1");
    set(plain, "tls", "false");
    CHECK(refusal_of([&] { check_upstream(plain); }).empty());
    CHECK_FALSE(plain.tls.has_value());
    UpstreamSpec named = parse_upstream("sim=h:1");
    named.refuses_tls = true;
    for (const auto& [option, member] :
         {std::pair("tls-ca", &upstream::ChannelTls::roots), std::pair("tls-cert", &upstream::ChannelTls::certificate),
          std::pair("tls-key", &upstream::ChannelTls::key)}) {
        named.tls.emplace().*member = "a";
        CHECK(refusal_of([&] { check_upstream(named); }).find(std::string("and ") + option + ", which") != std::string::npos);
    }
}

TEST_CASE("a method's largest message cannot be larger than the upstream's") {
    UpstreamSpec spec = parse_upstream("sim=h:1");
    set(spec, "method-max-message", "A/put_*=4MiB");
    set(spec, "method-max-message", "A/get=8MiB");
    CHECK(refusal_of([&] { check_upstream(spec); }).empty());  // the program's own limit may be any
    set(spec, "max-message", "8MiB");
    CHECK(refusal_of([&] { check_upstream(spec); }).empty());
    set(spec, "max-message", "8388607");
    CHECK(refusal_of([&] { check_upstream(spec); }) ==
          "upstream \"sim\" allows A/get messages of 8388608 bytes (method-max-message), but max-message is 8388607");
}

}  // namespace
}  // namespace octane::app
