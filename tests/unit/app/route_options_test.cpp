#include "app/route_options.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace octane::app {
namespace {

void set_option(RouteSpec& spec, std::string_view option, const std::string& value) {
    const auto entry = std::ranges::find(route_option_table(), option, &RouteOption::name);
    REQUIRE(entry != route_option_table().end());
    entry->apply(spec, value);
}

// Empty, or the sentence of the refusal.
template <typename Act>
std::string why_refused(Act act) {
    try {
        act();
        return {};
    } catch (const std::invalid_argument& error) { return error.what(); }
}

RouteSpec usual() {
    RouteSpec spec;
    spec.name = "camera";
    set_option(spec, "path", "/api/render/{camera}");
    set_option(spec, "method", "nurec/SensorsimService/render_rgb");
    return spec;
}

TEST_CASE("a route names a path and a method, with its upstream or without") {
    auto route = make_route(usual());
    CHECK(route.verb == "GET");
    CHECK(route.path.text() == "/api/render/{camera}");
    CHECK(route.upstream == "nurec");
    CHECK(route.service == "SensorsimService");
    CHECK(route.method == "render_rgb");
    auto spec = usual();
    set_option(spec, "method", "a.b.Service/Do");
    spec.is_form = true;
    route = make_route(spec);
    CHECK(route.upstream.empty());
    CHECK(route.service == "a.b.Service");
    CHECK(route.verb == "POST");
    CHECK(route.terms.is_form);
}

TEST_CASE("what a route sets, renames and passes over") {
    auto spec = usual();
    set_option(spec, "set", "image_format=JPEG");
    set_option(spec, "set", "text=a=b");
    set_option(spec, "name", "t=frame_start_us");
    set_option(spec, "name", "t=frame_end_us");
    set_option(spec, "ignore", "submit");
    set_option(spec, "raw", "image_bytes");
    set_option(spec, "error-shape", "drake");
    const auto terms = make_route(spec).terms;
    CHECK(terms.constants.back().second == "a=b");
    CHECK(terms.names.size() == 2);
    CHECK(terms.ignored.front() == "submit");
    CHECK(terms.options.front().first == "raw");
    CHECK(terms.errors == endpoints::ErrorShape::short_);
}

TEST_CASE("what makes no sense is said with the section's name, or with what would be right") {
    RouteSpec spec = usual();
    CHECK(why_refused([&] { set_option(spec, "verb", "FETCH"); }) == R"("FETCH" is none of GET, POST, PUT, PATCH, DELETE)");
    CHECK(why_refused([&] { set_option(spec, "set", "x"); }) == R"("x" is not of the form field=value)");
    CHECK(why_refused([&] { set_option(spec, "error-shape", "round"); }) == R"("round" is neither plain nor drake)");
    set_option(spec, "method", "render");
    CHECK(why_refused([&] { make_route(spec); }) ==
          R"(route "camera" has the method "render"; it takes Service/method or upstream/Service/method)");
    spec = usual();
    spec.path.clear();
    CHECK(why_refused([&] { make_route(spec); }) == R"(route "camera" has no path)");
    spec.path = "/a/{b";
    CHECK(why_refused([&] { make_route(spec); }).starts_with(R"(route "camera" has the path "/a/{b": )"));
    spec = usual();
    spec.is_form = true;
    spec.terms.body = "*";
    CHECK(why_refused([&] { make_route(spec); }).find("which a form does not") != std::string::npos);
}

TEST_CASE("two sections that fit the same requests are refused, and both are named") {
    auto other = usual();
    other.name = "other";
    CHECK(
        why_refused([&] {
            make_own_routes(std::vector{usual(), other});
        }) ==
        R"(route "camera" and route "other" fit the same requests, GET "/api/render/{camera}"; one of them needs another path or verb)");
    other.path = "/api/render/{name=*}";
    CHECK(why_refused([&] {
              make_own_routes(std::vector{usual(), other});
          }) ==
          R"(route "camera" and route "other" fit the same requests, GET "/api/render/{camera}" and "/api/render/{name=*}"; )"
          "one of them needs another path or verb");
    other.is_form = true;  // so that it is POST
    CHECK(make_own_routes(std::vector{usual(), other}).size() == 2);
    other.is_form = false;
    other.path = "/api/render/front";
    CHECK(make_own_routes(std::vector{usual(), other}).size() == 2);
}

}  // namespace
}  // namespace octane::app
