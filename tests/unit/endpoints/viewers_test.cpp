#include "endpoints/viewers.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "endpoints/compat_socket.hpp"
#include "endpoints/viewer_adapter.hpp"
#include "frames/viewer.hpp"
#include "http/web_socket.hpp"
#include "idle_proxy.hpp"

namespace octane::endpoints {
namespace {

using frames::Container;
using frames::Format;
using tests::header;
using tests::IdleProxy;
using tests::json_of;

http::Response open_with(IdleProxy& proxy, IdleProxy::Endpoint endpoint, const std::string& query) {
    http::Request request;
    request.verb = "GET";
    request.query = http::Query(query);
    return proxy.ask(endpoint, request);
}

TEST_CASE("a multipart stream says which line parts its pictures, and nobody on the way may hold it back") {
    IdleProxy proxy;
    const auto response = open_with(proxy, open_mjpeg, "");
    CHECK(response.status == 200);
    CHECK(response.content_type == "multipart/x-mixed-replace; boundary=octane-frame");
    CHECK(header(response, "Cache-Control") == "no-store");
    CHECK(header(response, "X-Accel-Buffering") == "no");
    CHECK(response.on_stream);
}

TEST_CASE("a socket is opened as one") {
    IdleProxy proxy;
    const auto response = open_with(proxy, open_web_socket, "format=raw");
    CHECK(response.on_web_socket);
    CHECK_FALSE(response.on_stream);
}

TEST_CASE("each container has a default that it can carry") {
    IdleProxy proxy;
    for (const auto& [container, format] : {std::pair(Container::sse, Format::both), std::pair(Container::mjpeg, Format::jpeg),
                                            std::pair(Container::ws, Format::jpeg)}) {
        const auto options = read_viewer_options(proxy.context(), http::Query(), "", container);
        REQUIRE(options);
        CHECK(options->variant.container == container);
        CHECK(options->variant.format == format);
        CHECK(options->id.size() == 36);
    }
}

TEST_CASE("a format that the container cannot carry is 400 and the answer names those that it can") {
    IdleProxy proxy;
    for (const char* query : {"format=raw", "format=both", "format=exr", "format=gif", "quality=0"}) {
        CAPTURE(query);
        const auto response = open_with(proxy, open_mjpeg, query);
        CHECK(response.status == 400);
        CHECK_FALSE(response.on_stream);
    }
    CHECK(json_of(open_with(proxy, open_mjpeg, "format=raw"))["error"].get<std::string>().find("jpeg, png or webp") !=
          std::string::npos);
    CHECK(open_with(proxy, open_stream, "format=exr").status == 400);
    const auto both = open_with(proxy, open_web_socket, "format=both");
    CHECK(both.status == 400);
    CHECK_FALSE(both.on_web_socket);
    CHECK(json_of(both)["error"].get<std::string>().find("jpeg, png, webp, raw") != std::string::npos);
}

TEST_CASE("what is offered instead of a word that is no format can be had there") {
    IdleProxy proxy;
    for (const auto& [endpoint, formats] :
         {std::pair(&open_stream, "it takes both, raw, jpeg, png or webp"), std::pair(&open_mjpeg, "it takes jpeg, png or webp"),
          std::pair(&open_web_socket, "it takes jpeg, png, webp, raw or exr")}) {
        CHECK(json_of(open_with(proxy, endpoint, "format=gif"))["error"] == std::string("?format= is 'gif'; ") + formats);
    }
}

TEST_CASE("the parts of a multipart stream have one format, that of the last picture, too") {
    IdleProxy proxy;
    for (const char* query : {"final=png", "final=webp,90", "format=webp&final=jpeg"}) {
        CAPTURE(query);
        const auto refused = open_with(proxy, open_mjpeg, query);
        CHECK(refused.status == 400);
        CHECK_FALSE(refused.on_stream);
        CHECK(json_of(refused)["error"].get<std::string>().find("?final=") != std::string::npos);
    }
    CHECK(open_with(proxy, open_mjpeg, "final=jpeg,95").status == 200);
    CHECK(open_with(proxy, open_mjpeg, "format=webp&final=webp").status == 200);
    CHECK(open_with(proxy, open_stream, "format=jpeg&final=png").status == 200);
}

TEST_CASE("viewers of raw frames share them, whatever else they wish that means nothing to raw") {
    IdleProxy proxy;
    const auto plain = read_viewer_options(proxy.context(), http::Query("format=raw&pass=3&fps=5"), "", Container::ws);
    const auto wishing = read_viewer_options(
        proxy.context(),
        http::Query("format=raw&pass=3&fps=5&quality=3&width=5&height=6&exposure=1&curve=aces&motion=640,60&final=png"), "",
        Container::ws);
    REQUIRE(plain);
    REQUIRE(wishing);
    CHECK(plain->variant == wishing->variant);
    CHECK(plain->variant.render_pass == 3);
    CHECK(plain->frame_interval == wishing->frame_interval);
}

// A client that takes a message when the test says so, and whose last one was long ago.
class FakeSocket final : public http::WebSocket {
  public:
    void listen(std::weak_ptr<http::WebSocketListener> listener) override { listener_ = std::move(listener); }
    void accept_up_to(std::size_t, std::string) override {}
    void hold(bool) override {}
    void write(http::MessageKind, std::span<const std::string_view> parts) override {
        REQUIRE_FALSE(is_writing_);
        auto& message = messages.emplace_back();
        for (const auto part : parts) message += part;
        is_writing_ = true;
    }
    void finish(http::CloseCode, std::string_view) override {}
    void abort() override {}
    [[nodiscard]] std::chrono::steady_clock::time_point last_progress() const override { return {}; }
    [[nodiscard]] bool is_writing() const override { return is_writing_; }

    std::shared_ptr<http::WebSocketListener> listener() { return listener_.lock(); }
    void say(std::string_view message) { listener()->on_message(http::MessageKind::text, message); }
    void finish_writes() {
        REQUIRE(is_writing_);
        while (std::exchange(is_writing_, false)) listener()->on_written();
    }

    std::vector<std::string> messages;

  private:
    std::weak_ptr<http::WebSocketListener> listener_;
    bool is_writing_ = false;
};

std::shared_ptr<FakeSocket> open_socket(IdleProxy& proxy, IdleProxy::Endpoint endpoint, const std::string& query = "") {
    const auto response = open_with(proxy, endpoint, query);
    REQUIRE(response.on_web_socket);
    auto socket = std::make_shared<FakeSocket>();
    response.on_web_socket(socket);
    proxy.settle();
    REQUIRE(socket->listener());
    return socket;
}

TEST_CASE("a socket that has changed its view holds room for the new one only, and for none once it has gone") {
    IdleProxy proxy;
    const auto socket = open_socket(proxy, open_web_socket, "width=10");
    socket->finish_writes();
    socket->say(R"({"type":"view","width":20})");
    auto& places = proxy.context().hub.places();
    std::vector<frames::PicturePlace> others;
    frames::Variant variant;
    variant.format = Format::jpeg;
    for (variant.max_width = 100; others.size() + 1 < frames::PicturePlaces::kMost; ++variant.max_width)
        others.push_back(places.take(variant, "").value());
    CHECK_FALSE(places.take(variant, ""));
    socket->listener()->on_closed();
    CHECK(places.take(variant, ""));
}

TEST_CASE("a view has the members of a query and no others, and none that is long") {
    IdleProxy proxy;
    const auto socket = open_socket(proxy, open_web_socket);
    socket->finish_writes();  // the events that everyone gets
    const std::string zeros(200, '0');
    for (const auto& [message, word] :
         {std::pair(std::string(R"({"type":"view","nonsense":1})"), "\"nonsense\""),
          std::pair(std::string(R"({"type":"view","token":null})"), "it has format, quality, width"),
          std::pair(R"({"type":"view","width":")" + zeros + R"(5"})", "at most 100 characters"),
          std::pair(std::string(R"({"type":"view","events":"calls"})"), "/render/ws?events=calls"),
          std::pair(std::string(R"({"type":"view","events":null})"), "/render/ws?events=calls"),
          std::pair(std::string(R"({"type":"view","quality":0})"), "quality")}) {
        CAPTURE(message);
        const auto before = socket->messages.size();
        socket->say(message);
        REQUIRE(socket->messages.size() == before + 1);
        const auto answer = nlohmann::json::parse(socket->messages.back());
        CHECK(answer["type"] == "error");
        CHECK(answer["error"].get<std::string>().find(word) != std::string::npos);
        socket->finish_writes();
    }
    const auto before = socket->messages.size();
    socket->say(R"({"type":"view","format":"webp","quality":50,"width":640,"height":480,"fps":5,"pass":0,"exposure":1,
                    "curve":"aces","alpha":"opaque","motion":"64,50","final":"png"})");
    CHECK(socket->messages.size() == before);
}

TEST_CASE("a list of what a view has names nothing that a view refuses") {
    IdleProxy proxy;
    const auto socket = open_socket(proxy, open_web_socket);
    socket->finish_writes();
    socket->say(R"({"type":"view","nonsense":1})");
    const auto error = nlohmann::json::parse(socket->messages.back())["error"].get<std::string>();
    CHECK(error.find("format") != std::string::npos);
    CHECK(error.find("events") == std::string::npos);
}

TEST_CASE("who asked for edits at the opening is told of them still after a change of view") {
    IdleProxy proxy;
    const auto response = open_with(proxy, open_web_socket, "events=calls");
    REQUIRE(response.on_web_socket);
    const auto socket = std::make_shared<FakeSocket>();
    response.on_web_socket(socket);
    proxy.settle();
    socket->finish_writes();
    CHECK(proxy.context().hub.has_call_watchers());
    socket->say(R"({"type":"view","width":64})");
    proxy.settle();
    proxy.context().hub.announce_edit({.method = "ApiItem/setName", .object = {}, .call_id = "c", .epoch = 1}, {});
    proxy.settle();
    CHECK(socket->messages.back() == R"({"type":"call","method":"ApiItem/setName","callId":"c","timestamp":0.000000,"epoch":1})");
    socket->finish_writes();
    socket->listener()->on_closed();
    CHECK_FALSE(proxy.context().hub.has_call_watchers());
}

TEST_CASE("octaneWebR's socket is a viewer from the moment when it subscribes") {
    IdleProxy proxy;
    auto frame = std::make_shared<frames::Frame>();
    frame->seq = 1;
    auto& image = frame->images.emplace_back();
    image.width = image.height = image.pitch = 1;
    image.pixels = base::ByteChain::own("rgba");
    proxy.context().hub.publish(std::move(frame));
    const auto socket = open_socket(proxy, open_callbacks);
    proxy.context().hub.announce(frames::ProjectChanged{});
    proxy.settle();
    CHECK(proxy.context().hub.viewers() == 0);
    CHECK(proxy.stats().viewers_ever == 0);
    CHECK(socket->messages.empty());
    socket->say(R"({"type":"ping"})");
    REQUIRE(socket->messages.size() == 1);
    socket->finish_writes();
    socket->say(R"({"type":"subscribe","binary":true})");
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (socket->messages.size() < 2 && std::chrono::steady_clock::now() < patience) {
        proxy.settle();
        std::this_thread::yield();
    }
    REQUIRE(socket->messages.size() == 2);
    CHECK(socket->messages.back().ends_with("rgba"));
    CHECK(proxy.context().hub.viewers() == 1);
}

// The client's last message was long ago; it must not be taken for one that has stopped reading.
TEST_CASE("events that octaneWebR's page does not know are not written to it, and do not make it slow") {
    IdleProxy proxy;
    const auto socket = open_socket(proxy, open_callbacks);
    const auto adapter = std::dynamic_pointer_cast<ViewerAdapter>(socket->listener());
    REQUIRE(adapter);
    socket->say(R"({"type":"subscribe"})");
    for (std::size_t i = 0; i < 2 * frames::Viewer::kMaxControl; ++i) {
        proxy.context().hub.announce(frames::Ping{});
        proxy.settle();
    }
    CHECK(socket->messages.empty());
    CHECK(adapter->viewer()->check_progress(frames::Viewer::Clock::now()));
    socket->say(R"({"type":"ping"})");
    REQUIRE(socket->messages.size() == 1);
    CHECK(adapter->last_progress() == socket->last_progress());
    CHECK_FALSE(adapter->viewer()->check_progress(frames::Viewer::Clock::now()));
}

}  // namespace
}  // namespace octane::endpoints
