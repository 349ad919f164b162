#include "frames/sink.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hub_stage.hpp"

namespace octane::frames {
namespace {

using tests::as;
using tests::HubStage;

// Keeps what it is given, as a relay's publisher would send it on.
struct KeepingSink : Sink {
    void take(const std::shared_ptr<const EncodedFrame>& frame) override { frames.push_back(frame); }
    void on_added() override { ++added; }
    std::vector<std::shared_ptr<const EncodedFrame>> frames;
    int added = 0;
};

// As a relay's subscriber: told which variants are wanted, it has frames that are encoded already.
struct Subscriber : Source {
    void on_demand(std::size_t viewers) override { demand = viewers; }
    void on_variant(const Variant& variant, bool is_wanted) override { wanted.emplace_back(variant, is_wanted); }
    std::size_t demand = 0;
    std::vector<std::pair<Variant, bool>> wanted;
};

std::shared_ptr<const EncodedFrame> encoded(std::uint64_t seq, const std::string& bytes) {
    auto frame = std::make_shared<EncodedFrame>();
    frame->source = "elsewhere";
    frame->epoch = 1;
    frame->seq = frame->ordinal = seq;
    frame->format = Format::png;
    frame->mime = "image/png";
    frame->facts.size = {8, 8};
    frame->bytes = base::ByteChain::own(bytes);
    return frame;
}

TEST_CASE("a sink gets the newest frame and all that follow, encoded and in no container") {
    HubStage stage;
    stage.publish(1);
    const auto sink = std::make_shared<KeepingSink>();
    stage.hub().add_sink(as(Format::png), sink);
    stage.await_workers();
    REQUIRE(sink->frames.size() == 1);
    CHECK(sink->added == 1);
    stage.publish(2);
    stage.await_workers();
    REQUIRE(sink->frames.size() == 2);
    const EncodedFrame& frame = *sink->frames.back();
    CHECK(frame.seq == 2);
    CHECK(frame.epoch == 1);
    CHECK(frame.mime == "image/png");
    CHECK(frame.facts.size.width == 8);
    CHECK(frame.bytes.flatten().substr(1, 3) == "PNG");
    CHECK(stage.stats().encoded == 0);  // nothing has been wrapped
    stage.hub().remove_sink(as(Format::png), sink);
    stage.settle();
    stage.publish(3);
    stage.await_workers();
    CHECK(sink->frames.size() == 2);
}

TEST_CASE("what one hub encodes another can publish, and its viewers see the very same") {
    HubStage near;
    HubStage far;
    Subscriber source;
    far.hub().set_source(&source);
    const auto sink = std::make_shared<KeepingSink>();
    near.hub().add_sink(as(Format::raw), sink);
    const auto there = near.join(0, as(Format::raw));
    const auto here = far.join(0, as(Format::raw));
    for (std::uint64_t seq = 1; seq <= 3; ++seq) {
        near.publish_to(seq, {there});
        REQUIRE(sink->frames.back()->seq == seq);
        far.hub().publish(as(Format::raw), sink->frames.back());
        REQUIRE(far.until([&] { return here->has_seq(seq); }));
    }
    REQUIRE(here->events.size() == there->events.size());
    for (std::size_t i = 0; i < here->events.size(); ++i) CHECK(here->events[i].data == there->events[i].data);
    far.hub().set_source(nullptr);
}

TEST_CASE("a source hears which variants are wanted, whatever carries them, and how many watch") {
    HubStage stage;
    Subscriber source;
    stage.hub().set_source(&source);
    Variant on_socket = as(Format::png);
    on_socket.container = Container::ws;
    const auto one = stage.join(0, as(Format::png));
    const auto two = stage.join(1, on_socket);
    CHECK(source.demand == 2);
    REQUIRE(source.wanted.size() == 1);
    CHECK(source.wanted.front() == std::pair(as(Format::png), true));
    stage.leave(0, one);
    CHECK(source.wanted.size() == 1);
    stage.leave(1, two);
    CHECK(source.demand == 0);
    REQUIRE(source.wanted.size() == 2);
    CHECK(source.wanted.back() == std::pair(as(Format::png), false));
    stage.hub().set_source(nullptr);
}

TEST_CASE("encoded frames reach viewers in every container, late ones too, and none that is older than what was shown") {
    HubStage stage;
    Variant on_socket = as(Format::png);
    on_socket.container = Container::ws;
    const auto stream = stage.join(0, as(Format::png));
    const auto socket = stage.join(1, on_socket);
    stage.hub().publish(as(Format::png), encoded(5, "five"));
    stage.hub().publish(as(Format::jpeg), encoded(6, "nobody takes it"));
    REQUIRE(stage.until([&] { return stream->has_seq(5) && socket->has_seq(5); }));
    CHECK(stream->events.back().data["imageData"] == "Zml2ZQ==");
    stage.hub().publish(as(Format::png), encoded(4, "four"));
    stage.await_workers();
    const auto late = stage.join(0, on_socket);
    REQUIRE(stage.until([&] { return late->has_seq(5); }));
    CHECK(stream->seqs() == std::vector<std::uint64_t>{5});
    CHECK(stage.stats().pictures == 0);
}

}  // namespace
}  // namespace octane::frames
