#include "frames/hub.hpp"

#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <vector>

#include "hub_stage.hpp"
#include "pictures.hpp"

namespace octane::frames {
namespace {

namespace asio = boost::asio;
using tests::as;
using tests::HubStage;
using tests::kKinds;
using tests::kLoops;
using tests::picture;
using tests::TestViewer;

TEST_CASE("with nobody watching a frame is kept but no variant of it is made") {
    HubStage stage;
    stage.publish(1);
    stage.publish(2);
    stage.await_workers();
    CHECK(stage.stats().published == 2);
    CHECK(stage.stats().encoded == 0);
    REQUIRE(stage.hub().newest());
    CHECK(stage.hub().newest()->seq == 2);
}

TEST_CASE("who joins late gets the newest frame at once, and only that") {
    HubStage stage;
    for (std::uint64_t seq = 1; seq <= 3; ++seq) stage.publish(seq);
    const auto viewer = stage.join(0, as(Format::raw));
    REQUIRE(stage.until([&] { return viewer->has_seq(3); }));
    stage.await_workers();
    CHECK(viewer->seqs() == std::vector<std::uint64_t>{3});
    CHECK(viewer->events.front().data["dropped"] == 0);
    CHECK(stage.stats().encoded == 1);
}

TEST_CASE("a variant that is made already is not made again for those who join later, on this loop or another") {
    HubStage stage;
    const auto first = stage.join(0, as(Format::raw));
    stage.publish_to(1, {first});
    const auto same_loop = stage.join(0, as(Format::raw));
    const auto other_loop = stage.join(1, as(Format::raw));
    REQUIRE(stage.until([&] { return same_loop->has_seq(1) && other_loop->has_seq(1); }));
    stage.await_workers();
    CHECK(stage.stats().encoded == 1);
    CHECK(first->seqs() == std::vector<std::uint64_t>{1});
}

TEST_CASE("two variants are made once each for any number of viewers, who share the very same bytes") {
    HubStage stage;
    std::vector<std::shared_ptr<TestViewer>> viewers;
    for (int i = 0; i < 3; ++i) {
        for (std::size_t loop = 0; loop < kLoops; ++loop) {
            viewers.push_back(stage.join(loop, as(Format::raw)));
            viewers.push_back(stage.join(loop, as(Format::png)));
        }
    }
    for (std::uint64_t seq = 1; seq <= 4; ++seq) {
        stage.publish_to(seq, viewers);
        CHECK(stage.stats().encoded == 2 * seq);
    }
    const char* raw = viewers[0]->first_bytes.back();
    const char* png = viewers[1]->first_bytes.back();
    CHECK(raw != png);
    for (std::size_t i = 0; i < viewers.size(); ++i) CHECK(viewers[i]->first_bytes.back() == (i % 2 == 0 ? raw : png));
    for (const auto& viewer : viewers) CHECK(viewer->seqs() == std::vector<std::uint64_t>{1, 2, 3, 4});
}

TEST_CASE("frames without a viewer's pass are none that it missed") {
    HubStage stage;
    const auto viewer = stage.join(0, as(Format::raw, 5));
    stage.publish(1, 5);
    REQUIRE(stage.until([&] { return viewer->has_seq(1); }));
    for (std::uint64_t seq = 2; seq <= 6; ++seq) stage.publish(seq, 0);
    stage.await_workers();
    stage.publish(7, 5);
    REQUIRE(stage.until([&] { return viewer->has_seq(7); }));
    CHECK(viewer->events.back().data["dropped"] == 0);
    CHECK(stage.stats().coalesced == 0);
}

TEST_CASE("who leaves and comes again gets the newest frame again") {
    HubStage stage;
    const auto first = stage.join(0, as(Format::raw));
    stage.publish_to(1, {first});
    stage.leave(0, first);
    stage.publish(2);
    const auto again = stage.join(0, as(Format::raw));
    REQUIRE(stage.until([&] { return again->has_seq(2); }));
    stage.publish_to(3, {again});
    CHECK(again->seqs() == std::vector<std::uint64_t>{2, 3});
}

TEST_CASE("viewers are counted, the listener is told, and leaving twice counts once") {
    HubStage stage;
    struct Counter : Source {
        void on_demand(std::size_t) override { ++told; }
        void on_variant(const Variant&, bool) override {}
        int told = -1;  // the first time is when it is set
    } source;
    const int& told = source.told;
    stage.hub().set_source(&source);
    const auto one = stage.join(0, as(Format::raw));
    const auto two = stage.join(1, as(Format::raw));
    CHECK(stage.hub().viewers() == 2);
    CHECK(told == 2);
    CHECK(stage.stats().viewers == 2);
    stage.leave(0, one);
    stage.leave(0, one);
    CHECK(stage.hub().viewers() == 1);
    CHECK(told == 3);
    stage.leave(1, two);
    CHECK(stage.hub().viewers() == 0);
    CHECK(stage.stats().viewers == 0);
    CHECK(stage.stats().viewers_ever == 2);
    stage.hub().set_source(nullptr);
}

TEST_CASE("a busy encoder skips frames instead of queueing them, and makes the newest") {
    HubStage stage;
    const auto viewer = stage.join(0, as(Format::raw));
    stage.publish_to(1, {viewer});
    std::promise<void> go_on;
    asio::post(stage.workers(), [wait = go_on.get_future().share()] { wait.wait(); });
    for (std::uint64_t seq = 2; seq <= 20; ++seq) stage.publish(seq);
    go_on.set_value();
    REQUIRE(stage.until([&] { return viewer->has_seq(20); }));
    stage.await_workers();
    CHECK(viewer->seqs() == std::vector<std::uint64_t>{1, 20});
    CHECK(viewer->events.back().data["dropped"] == 18);
    CHECK(stage.stats().encoded == 2);
    CHECK(stage.stats().coalesced == 18);
}

TEST_CASE("a viewer that does not read holds up nobody, and finds the newest frame when it reads again") {
    HubStage stage;
    const auto fast = stage.join(0, as(Format::raw));
    const auto slow = stage.join(0, as(Format::raw));
    slow->is_reading = false;
    for (std::uint64_t seq = 1; seq <= 10; ++seq) stage.publish_to(seq, {fast});
    CHECK(slow->seqs() == std::vector<std::uint64_t>{1});
    slow->is_reading = true;
    slow->finish_write();
    REQUIRE(stage.until([&] { return slow->has_seq(10); }));
    CHECK(slow->events.back().data["dropped"] == 8);
    CHECK(fast->seqs().size() == 10);
    CHECK(stage.stats().encoded == 10);
}

TEST_CASE("frames without a viewer's pass do not reach it, and frames with it do") {
    HubStage stage;
    const auto viewer = stage.join(0, as(Format::raw, 5));
    stage.publish(1, 0);
    stage.await_workers();
    CHECK(viewer->events.empty());
    stage.publish(2, 5);
    REQUIRE(stage.until([&] { return viewer->has_seq(2); }));
    CHECK(stage.stats().encoded == 1);
}

TEST_CASE("a viewer with a frame rate cap gets its frame when the time has come, without another being published") {
    HubStage stage;
    const auto viewer = stage.join(0, as(Format::raw), std::chrono::milliseconds(30));
    stage.publish_to(1, {viewer});
    stage.publish(2);
    stage.publish(3);
    stage.await_workers();
    REQUIRE(stage.until([&] { return viewer->has_seq(3); }));  // only the hub's own timer can send it
    CHECK(viewer->seqs().front() == 1);
}

TEST_CASE("a frame that cannot be shown in one variant does not keep the next from being shown") {
    HubStage stage;
    const auto viewer = stage.join(0, as(Format::jpeg));
    auto broken = std::make_shared<Frame>();
    broken->seq = 1;
    broken->images.push_back(picture(kKinds[0], 8, 8));
    broken->images.front().pixels = base::ByteChain::own("short");
    stage.hub().publish(std::move(broken));
    stage.await_workers();
    CHECK(viewer->events.empty());
    stage.publish_to(2, {viewer});
}

}  // namespace
}  // namespace octane::frames
