#include "endpoints/frame_query.hpp"
#include "livelink/builtin_schemas.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace octane::endpoints {
namespace {

base::Result<FrameQuery> read(std::string_view query, std::string path = "/render/frame.jpg") {
    http::Request request;
    request.path = std::move(path);
    request.query = http::Query(query);
    return read_frame_query(request, *livelink::builtin_schemas().back());
}

std::string tag(std::uint64_t seq, std::string_view query = {}, std::string path = "/render/frame.jpg") {
    frames::Frame frame;
    frame.seq = seq;
    frame.epoch = 2;
    const auto wanted = read(query, std::move(path));
    REQUIRE(wanted);
    return make_frame_etag("run", frame, *wanted);
}

TEST_CASE("the view of a single frame is read like any other, and its format from the path") {
    const auto query = read("quality=70&width=100&pass=3&format=webp", "/render/frame.png");
    REQUIRE(query);
    CHECK(query->variant.format == frames::Format::png);
    CHECK(query->variant.quality == 70);
    CHECK(query->variant.max_width == 100);
    CHECK(query->variant.render_pass == 3);
    CHECK(query->variant.container == frames::Container::frame);
    CHECK_FALSE(query->after);
    CHECK_FALSE(query->wait);
}

TEST_CASE("after and wait are whole numbers within their bounds") {
    const auto query = read("after=18446744073709551615&wait=60000");
    REQUIRE(query);
    REQUIRE(query->after);
    CHECK(query->after->seq == UINT64_MAX);
    CHECK_FALSE(query->after->epoch);
    const auto marked = read("after=18446744073709551615.7&fresh=1");
    REQUIRE(marked);
    CHECK(marked->after->epoch == UINT64_MAX);
    CHECK(marked->after->seq == 7);
    CHECK(marked->wants_fresh);
    CHECK_FALSE(read("fresh=0")->wants_fresh);
    CHECK(query->wait == std::chrono::milliseconds(60000));
    CHECK(read("wait=0")->wait == std::chrono::milliseconds(0));
    for (const char* wrong : {"wait=60001", "wait=-1", "wait=", "wait=1s", "after=x", "after=-1", "after=1.", "after=.5",
                              "after=1.2.3", "fresh=2", "fresh=", "quality=0"}) {
        CAPTURE(wrong);
        const auto refused = read(wrong);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == base::ErrorCode::bad_query);
    }
}

TEST_CASE("a tag names the life of the proxy, the epoch, the frame and everything its bytes depend on") {
    CHECK(tag(7, {}, "/render/frame.raw") == "\"run-2-7-raw\"");
    const std::set<std::string> tags = {tag(1),
                                        tag(2),
                                        tag(1, "quality=50"),
                                        tag(1, "width=50"),
                                        tag(1, "height=50"),
                                        tag(1, "pass=3"),
                                        tag(1, "exposure=1"),
                                        tag(1, "curve=aces"),
                                        tag(1, "alpha=opaque"),
                                        tag(1, {}, "/render/frame.png"),
                                        tag(1, {}, "/render/frame.webp"),
                                        tag(1, {}, "/render/frame.exr"),
                                        tag(1, {}, "/render/frame.raw"),
                                        tag(1, "pass=3", "/render/frame.raw"),
                                        tag(1, {}, "/render/frame.json")};
    CHECK(tags.size() == 15);
    CHECK(tag(1, "after=5&wait=10") == tag(1));
    CHECK(tag(1, "width=50", "/render/frame.exr") == tag(1, {}, "/render/frame.exr"));
}

TEST_CASE("If-None-Match may list several tags, weak ones, or any") {
    CHECK(names_etag("\"a-1\"", "\"a-1\""));
    CHECK(names_etag("\"b\", W/\"a-1\"", "\"a-1\""));
    CHECK(names_etag("*", "\"a-1\""));
    CHECK_FALSE(names_etag("\"a-11\"", "\"a-1\""));
    CHECK_FALSE(names_etag("a-1", "\"a-1\""));
    CHECK_FALSE(names_etag("", "\"a-1\""));
}

}  // namespace
}  // namespace octane::endpoints
