#include "endpoints/frame.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "idle_proxy.hpp"

namespace octane::endpoints {
namespace {

using tests::header;
using tests::IdleProxy;
using tests::json_of;

struct Asked {
    std::string path = "/render/frame.raw";
    std::string query{};
    std::string if_none_match{};
    std::string verb = "GET";
};

http::Response ask(IdleProxy& proxy, const Asked& asked = {}) {
    http::Request request;
    request.verb = asked.verb;
    request.path = asked.path;
    request.query = http::Query(asked.query);
    if (!asked.if_none_match.empty()) request.headers.emplace_back("If-None-Match", asked.if_none_match);
    return proxy.ask(newest_frame, request);
}

// Two passes of 2 by 1 pixels.
void publish(IdleProxy& proxy, std::uint64_t seq) {
    auto frame = std::make_shared<frames::Frame>();
    frame->seq = seq;
    frame->epoch = 3;
    for (const std::int32_t pass : {0, 7}) {
        frames::RenderImage image;
        image.width = 2;
        image.height = 1;
        image.pitch = 2;
        image.render_pass_id = pass;
        image.tonemapped_samples = 16;
        image.pixels = base::ByteChain::own("rgbaRGB" + std::to_string(pass));
        frame->images.push_back(std::move(image));
    }
    proxy.context().hub.publish(std::move(frame));
}

TEST_CASE("without a frame the answer is 503, says why, and when to ask again") {
    IdleProxy proxy;
    const auto response = ask(proxy);
    CHECK(response.status == 503);
    CHECK(json_of(response)["success"] == false);
    CHECK(json_of(response)["status"] == "UNAVAILABLE");
    CHECK(json_of(response)["error"].get<std::string>().find("octane.invalid:51022") != std::string::npos);
    CHECK(header(response, "Retry-After"));
    CHECK(ask(proxy, {.query = "after=0"}).status == 503);
}

TEST_CASE("raw is Octane's buffer, and the headers say what it is, also to pages of other origins") {
    IdleProxy proxy;
    publish(proxy, 1);
    const auto response = ask(proxy);
    CHECK(response.status == 200);
    CHECK(response.content_type == "application/octet-stream");
    CHECK(response.chain.flatten() == "rgbaRGB0");
    CHECK(header(response, "X-Seq") == "1");
    CHECK(header(response, "X-Epoch") == "3");
    CHECK(header(response, "X-Samples") == "16");
    CHECK(header(response, "X-Width") == "2");
    CHECK(header(response, "X-Height") == "1");
    CHECK(header(response, "X-Pitch") == "2");
    CHECK(header(response, "X-Image-Type") == "0");
    CHECK(header(response, "Cache-Control") == "no-cache");
    const auto exposed = header(response, "Access-Control-Expose-Headers");
    REQUIRE(exposed);
    for (const char* name : {"ETag", "X-Seq", "X-Epoch", "X-Samples", "X-Width", "X-Height", "X-Pitch", "X-Image-Type"})
        CHECK((", " + *exposed + ",").find(std::string(", ") + name + ",") != std::string::npos);
}

TEST_CASE("who has the newest frame is told so, and who has another form of it or an older one is not") {
    IdleProxy proxy;
    publish(proxy, 1);
    const std::string etag = header(ask(proxy), "ETag").value_or("");
    REQUIRE(etag.starts_with('"'));
    const auto same = ask(proxy, {.if_none_match = etag});
    CHECK(same.status == 304);
    CHECK(same.chain.empty());
    CHECK(header(same, "ETag") == etag);
    CHECK(ask(proxy, {.query = "pass=7", .if_none_match = etag}).status == 200);
    CHECK(ask(proxy, {.path = "/render/frame.json", .if_none_match = etag}).status == 200);
    publish(proxy, 2);
    CHECK(ask(proxy, {.if_none_match = etag}).status == 200);
}

TEST_CASE("who asks for what comes after the newest gets nothing, and after an older one the newest") {
    IdleProxy proxy;
    publish(proxy, 1);
    publish(proxy, 2);
    const auto nothing = ask(proxy, {.query = "after=2"});
    CHECK(nothing.status == 204);
    CHECK(header(nothing, "X-Seq") == "2");
    CHECK(ask(proxy, {.query = "after=2&wait=1"}).status == 204);
    CHECK(header(ask(proxy, {.query = "after=1&wait=1"}), "X-Seq") == "2");
    CHECK(header(ask(proxy, {.query = "after=0"}), "X-Seq") == "2");
}

TEST_CASE("waiting for a change by tag ends with 304 when none comes") {
    IdleProxy proxy;
    publish(proxy, 1);
    const std::string etag = header(ask(proxy), "ETag").value_or("");
    CHECK(ask(proxy, {.query = "wait=1", .if_none_match = etag}).status == 304);
}

TEST_CASE("a number beyond all frames is of a proxy that ran before, and means none") {
    IdleProxy proxy;
    publish(proxy, 1);
    CHECK(header(ask(proxy, {.query = "after=500"}), "X-Seq") == "1");
}

TEST_CASE("with its epoch a number is known for another count's, whatever it is") {
    IdleProxy proxy;
    publish(proxy, 1);
    publish(proxy, 2);
    publish(proxy, 3);  // all of epoch 3
    CHECK(header(ask(proxy, {.query = "after=2.2"}), "X-Seq") == "3");
    CHECK(header(ask(proxy, {.query = "after=2.3"}), "X-Seq") == "3");
    CHECK(ask(proxy, {.query = "after=3.3"}).status == 204);
    CHECK(header(ask(proxy, {.query = "after=3.2"}), "X-Seq") == "3");
    CHECK(header(ask(proxy, {.query = "after=3.500"}), "X-Seq") == "3");
}

TEST_CASE("a frame that does not show the last edit says so in a header, in its description, and in the description's tag") {
    IdleProxy proxy;
    publish(proxy, 1);
    const auto fresh = ask(proxy, {.path = "/render/frame.json"});
    CHECK_FALSE(header(fresh, "X-Stale"));
    CHECK_FALSE(json_of(fresh).contains("stale"));
    proxy.stats().stale_up_to = 1;
    CHECK(header(ask(proxy), "X-Stale") == "true");
    const auto stale = ask(proxy, {.path = "/render/frame.json", .if_none_match = header(fresh, "ETag").value_or("")});
    CHECK(stale.status == 200);
    CHECK(json_of(stale)["stale"] == true);
    const auto exposed = header(stale, "Access-Control-Expose-Headers").value_or("");
    CHECK(exposed.find("X-Stale") != std::string::npos);
    CHECK(exposed.find("X-Octane-State") != std::string::npos);
}

TEST_CASE("while Octane is away each answer says so, and who wants a fresh frame is refused after the wait with the reason") {
    IdleProxy proxy;
    CHECK(header(ask(proxy), "X-Octane-State") == "lost");
    publish(proxy, 1);
    CHECK(ask(proxy).status == 200);
    CHECK(header(ask(proxy), "X-Octane-State") == "lost");
    CHECK(header(ask(proxy, {.query = "after=1"}), "X-Octane-State") == "lost");
    const auto refused = ask(proxy, {.query = "fresh=1&wait=1"});
    CHECK(refused.status == 503);
    CHECK(header(refused, "Retry-After"));
    CHECK(header(refused, "X-Octane-State") == "lost");
    CHECK(json_of(refused)["error"].get<std::string>().find("octane.invalid:51022") != std::string::npos);
}

TEST_CASE("where there is no frame, pages of other origins can read whether Octane is there") {
    IdleProxy proxy;
    const auto none = ask(proxy);
    REQUIRE(none.status == 503);
    CHECK(header(none, "Access-Control-Expose-Headers") == "X-Octane-State");
    publish(proxy, 1);
    const auto none_fresh = ask(proxy, {.query = "fresh=1&wait=1"});
    REQUIRE(none_fresh.status == 503);
    CHECK(header(none_fresh, "Access-Control-Expose-Headers") == "X-Octane-State");
}

TEST_CASE("a pass is had alone; one that is not there is 404 and those that are there are named") {
    IdleProxy proxy;
    publish(proxy, 1);
    CHECK(ask(proxy, {.query = "pass=7"}).chain.flatten() == "rgbaRGB7");
    const auto missing = ask(proxy, {.query = "pass=3"});
    CHECK(missing.status == 404);
    CHECK(json_of(missing)["error"].get<std::string>().find("0, 7") != std::string::npos);
}

TEST_CASE("a pass that is not there is 404 also for who asks for what comes next, with or without a wait") {
    IdleProxy proxy;
    publish(proxy, 1);
    for (const auto& asked : {Asked{.query = "pass=3&after=1"}, Asked{.query = "pass=3&after=0&wait=1"},
                              Asked{.query = "pass=3&wait=1", .if_none_match = "*"}}) {
        CAPTURE(asked.query);
        const auto missing = ask(proxy, asked);
        CHECK(missing.status == 404);
        CHECK(json_of(missing)["error"].get<std::string>().find("0, 7") != std::string::npos);
    }
    CHECK(ask(proxy, {.query = "pass=7&after=1"}).status == 204);
}

TEST_CASE("the description has all passes and no pixels") {
    IdleProxy proxy;
    publish(proxy, 1);
    const auto response = ask(proxy, {.path = "/render/frame.json"});
    CHECK(response.content_type == "application/json");
    const auto json = json_of(response);
    CHECK(json["seq"] == 1);
    REQUIRE(json["render_images"]["data"].size() == 2);
    CHECK(json["render_images"]["data"][1]["renderPassId"] == 7);
    CHECK(json["render_images"]["data"][0]["buffer"] == nlohmann::json({{"size", 8}}));
}

TEST_CASE("a frame is counted as sent where its bytes are asked for, and not for HEAD") {
    IdleProxy proxy;
    publish(proxy, 1);
    const auto& delivery = proxy.stats().delivery;
    const auto& ages =
        delivery.age[static_cast<std::size_t>(frames::Container::frame)][static_cast<std::size_t>(frames::Format::raw)];
    CHECK(ask(proxy, {.verb = "HEAD"}).status == 200);
    CHECK(ages.read().count() == 0);
    CHECK(delivery.bytes == 0);
    CHECK(ask(proxy).status == 200);
    CHECK(ages.read().count() == 1);
    CHECK(delivery.bytes == 8);
}

TEST_CASE("a query that makes no sense is 400") {
    IdleProxy proxy;
    publish(proxy, 1);
    for (const char* query : {"wait=99999", "after=x", "width=0", "pass=NOPE"})
        CHECK(ask(proxy, {.path = "/render/frame", .query = query}).status == 400);
    CHECK(ask(proxy, {.path = "/render/frame", .query = "format=gif"}).status == 400);
}

}  // namespace
}  // namespace octane::endpoints
