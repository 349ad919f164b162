#include "endpoints/view_query.hpp"
#include "livelink/builtin_schemas.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace octane::endpoints {
namespace {

using frames::Format;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

base::Result<frames::ViewerOptions> read(std::string_view query, std::size_t release = 1) {
    return read_view_query(http::Query(query), *livelink::builtin_schemas()[release]);
}

frames::ViewerOptions good(std::string_view query, std::size_t release = 1) {
    CAPTURE(query);
    auto options = read(query, release);
    REQUIRE(options);
    return *options;
}

void check_refused(std::string_view query, std::string_view parameter) {
    CAPTURE(query);
    const auto options = read(query);
    REQUIRE_FALSE(options);
    CHECK(options.error().code == base::ErrorCode::bad_query);
    CHECK(options.error().message.find("?" + std::string(parameter) + "=") != std::string::npos);
    CHECK(options.error().message.find("it takes ") != std::string::npos);
}

TEST_CASE("an empty query is the contract's defaults") {
    const auto options = good("");
    CHECK(options.variant == frames::Variant{});
    CHECK(options.variant.format == Format::both);
    CHECK_FALSE(options.variant.render_pass);
    CHECK(options.frame_interval == nanoseconds(0));
}

TEST_CASE("each format has its word") {
    CHECK(good("format=both").variant.format == Format::both);
    CHECK(good("format=raw").variant.format == Format::raw);
    CHECK(good("format=jpeg").variant.format == Format::jpeg);
    CHECK(good("format=png").variant.format == Format::png);
    CHECK(good("format=webp").variant.format == Format::webp);
    CHECK(good("format=exr").variant.format == Format::exr);
    for (const char* query : {"format=", "format=gif", "format=JPEG", "format"}) check_refused(query, "format");
}

TEST_CASE("quality is a number from 1 to 100") {
    CHECK(good("quality=1").variant.quality == 1);
    CHECK(good("quality=100").variant.quality == 100);
    for (const char* query : {"quality=0", "quality=101", "quality=-5", "quality=", "quality=high", "quality=50.5",
                              "quality=50%25", "quality=99999999999"}) {
        check_refused(query, "quality");
    }
}

TEST_CASE("width and height are limits in pixels, each by itself") {
    CHECK(good("width=640").variant.max_width == 640);
    CHECK(good("width=640").variant.max_height == 0);
    CHECK(good("height=1").variant.max_height == 1);
    CHECK(good("height=65535&width=65535").variant.max_width == 65535);
    for (const char* query : {"width=0", "width=65536", "width=-1", "width=", "width=wide", "width=1.5", "width=4294967297"})
        check_refused(query, "width");
    for (const char* query : {"height=0", "height=65536", "width=5&height=x"}) check_refused(query, "height");
}

TEST_CASE("fps becomes the shortest time between two frames") {
    CHECK(good("fps=10").frame_interval == milliseconds(100));
    CHECK(good("fps=0.5").frame_interval == milliseconds(2000));
    CHECK(good("fps=1000").frame_interval == milliseconds(1));
    CHECK(good("fps=0.01").frame_interval == std::chrono::seconds(100));
    for (const char* query :
         {"fps=0", "fps=-1", "fps=0.009", "fps=1001", "fps=", "fps=fast", "fps=nan", "fps=inf", "fps=10fps", "fps=1e300"})
        check_refused(query, "fps");
}

TEST_CASE("a render pass is named by number, by name, or by the enum's full name, in any case") {
    for (std::size_t release = 0; release < livelink::builtin_schemas().size(); ++release) {
        CAPTURE(release);
        CHECK(good("pass=0", release).variant.render_pass == 0);
        CHECK(good("pass=BEAUTY", release).variant.render_pass == 0);
        CHECK(good("pass=beauty", release).variant.render_pass == 0);
        CHECK(good("pass=RENDER_PASS_DIFFUSE", release).variant.render_pass == 3);
        CHECK(good("pass=Render_Pass_Diffuse", release).variant.render_pass == 3);
        CHECK(good("pass=diffuse", release).variant.render_pass == 3);
    }
    CHECK(good("pass=123456").variant.render_pass == 123456);  // a pass that this schema does not know
    CHECK(good("pass=-1").variant.render_pass == -1);
    for (const char* query : {"pass=", "pass=nothing", "pass=RENDER_PASS_", "pass=1.5", "pass=99999999999", "pass=0x1"})
        check_refused(query, "pass");
}

TEST_CASE("a pass that is not known is answered with those it may have meant") {
    for (const auto& [query, meant] : {std::pair("pass=BEUATY", "BEAUTY"), std::pair("pass=render_pass_diffus", "DIFFUSE"),
                                       std::pair("pass=reflections", "REFLECTION")}) {
        CAPTURE(query);
        const auto options = read(query);
        REQUIRE_FALSE(options);
        CHECK(options.error().message.find("did you mean ") != std::string::npos);
        CHECK(options.error().message.find(meant) != std::string::npos);
    }
}

TEST_CASE("passes are those of the release that is there: number 129 is one in the one and another in the other") {
    const auto is_release = [](std::size_t index, std::string_view name) {
        return livelink::builtin_schemas()[index]->name() == name;
    };
    REQUIRE(is_release(0, "alpha5"));
    REQUIRE(is_release(1, "beta2"));
    CHECK(good("pass=screenspace_motion", 0).variant.render_pass == 129);
    CHECK(good("pass=environment_unoccluded", 1).variant.render_pass == 129);
    CHECK_FALSE(read("pass=environment_unoccluded", 0));
    CHECK_FALSE(read("pass=screenspace_motion", 1));
}

TEST_CASE("a viewer is told of edits if it asks for them") {
    CHECK_FALSE(good("").wants_calls);
    CHECK(good("events=calls").wants_calls);
    CHECK_FALSE(good("events=calls").wants_statistics);
    CHECK(good("events=statistics").wants_statistics);
    CHECK(good("events=statistics,calls").wants_calls);
    check_refused("events=calls,", "events");
    check_refused("events=", "events");
    check_refused("events=all", "events");
}

TEST_CASE("exposure is in stops, to a thousandth") {
    CHECK(good("exposure=0").variant.look.exposure_millistops == 0);
    CHECK(good("exposure=1").variant.look.exposure_millistops == 1000);
    CHECK(good("exposure=-2.5").variant.look.exposure_millistops == -2500);
    CHECK(good("exposure=%2B0.0014").variant.look.exposure_millistops == 1);
    CHECK(good("exposure=+3").variant.look.exposure_millistops == 3000);
    CHECK(good("exposure=32").variant.look.exposure_millistops == 32000);
    for (const char* query : {"exposure=", "exposure=33", "exposure=-32.1", "exposure=nan", "exposure=inf", "exposure=bright",
                              "exposure=1stop", "exposure=%2B-1"})
        check_refused(query, "exposure");
}

TEST_CASE("curve and alpha go by name") {
    CHECK(good("curve=srgb").variant.look == frames::Look{});
    CHECK(good("curve=linear").variant.look.curve == frames::Curve::linear);
    CHECK(good("curve=aces").variant.look.curve == frames::Curve::aces);
    CHECK(good("alpha=keep").variant.look == frames::Look{});
    CHECK(good("alpha=opaque").variant.look.alpha == frames::Alpha::opaque);
    CHECK(good("alpha=checkerboard").variant.look.alpha == frames::Alpha::checkerboard);
    for (const char* query : {"curve=", "curve=filmic", "curve=SRGB"}) check_refused(query, "curve");
    for (const char* query : {"alpha=", "alpha=1", "alpha=black"}) check_refused(query, "alpha");
}

TEST_CASE("what the query does not name stays as it was") {
    frames::ViewerOptions before;
    before.id = "me";
    before.variant.quality = 40;
    before.variant.look.curve = frames::Curve::aces;
    const auto options = read_view_query(http::Query("width=100"), *livelink::builtin_schemas()[0], before);
    REQUIRE(options);
    CHECK(options->id == "me");
    CHECK(options->variant.quality == 40);
    CHECK(options->variant.look.curve == frames::Curve::aces);
    CHECK(options->variant.max_width == 100);
}

TEST_CASE("all parameters go together, others are left to others, and of a repeated one the last counts") {
    const auto options = good("token=secret&format=png&quality=7&fps=25&pass=diffuse&format=webp&unknown=1");
    frames::Variant expected;
    expected.format = Format::webp;
    expected.quality = 7;
    expected.render_pass = 3;
    CHECK(options.variant == expected);
    CHECK(options.frame_interval == milliseconds(40));
}

TEST_CASE("a refused value is quoted only in part when it is long") {
    const auto options = read("format=" + std::string(5000, 'x'));
    REQUIRE_FALSE(options);
    CHECK(options.error().message.size() < 200);
}

}  // namespace
}  // namespace octane::endpoints
