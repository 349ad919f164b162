// Tests of tools/bench: what the load generator reports is only as good as what it recognises.
#include "bench/event_scanner.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "bench/histogram.hpp"
#include "bench/net.hpp"

using octane::bench::EventScanner;
using octane::bench::Histogram;
using octane::bench::NumberTrack;
using octane::bench::SeenEvent;
using octane::bench::Stamp;

namespace {

const std::string kHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(const std::string& payload) {
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", payload.size());
    return size + payload + "\r\n";
}

std::string frame_event(const std::string& members_before, std::size_t pixels, const std::string& members_after) {
    return "id: 7\ndata: {\"type\":\"newImage\"" + members_before + ",\"imageData\":\"" + std::string(pixels, 'A') + "\"" +
           members_after + "}\n\n";
}

std::vector<SeenEvent> scan(const std::string& stream, std::size_t step) {
    EventScanner scanner;
    std::vector<SeenEvent> events;
    for (std::size_t at = 0; at < stream.size();) {
        std::size_t count = std::min(step, stream.size() - at);
        if (const std::size_t skippable = scanner.skippable(); skippable > 0 && step > 100) {
            count = std::min(skippable, stream.size() - at);
            scanner.skip(count);
        } else {
            REQUIRE(scanner.feed(std::string_view(stream).substr(at, count),
                                 [&](const SeenEvent& event) { events.push_back(event); }));
        }
        at += count;
    }
    return events;
}

}  // namespace

TEST_CASE("events are found whatever pieces the stream arrives in") {
    const std::string first = frame_event(",\"user_data\":\"12345678901234567890\",\"dropped\":3", 100'000, "");
    const std::string last = frame_event("", 50'000, ",\"user_data\":42");
    const std::string stream = kHead + chunk("retry: 2000\n\ndata: {\"type\":\"connected\"}\n\n") + chunk(first) + chunk(last);
    for (const std::size_t step : {1UL, 7UL, 1000UL, 65536UL, stream.size()}) {
        CAPTURE(step);
        const auto events = scan(stream, step);
        REQUIRE(events.size() == 4);
        CHECK_FALSE(events[1].is_frame);
        CHECK(events[2].is_frame);
        CHECK(events[2].has_stamp);
        CHECK(events[2].stamp == 12345678901234567890ULL);
        CHECK(events[2].dropped == 3);
        CHECK(events[2].bytes == first.size());
        CHECK(events[3].stamp == 42);
        CHECK(events[3].bytes == last.size());
    }
}

TEST_CASE("an event may be spread over several chunks") {
    const std::string event = frame_event(",\"user_data\":5", 9000, "");
    std::string stream = kHead;
    for (std::size_t at = 0; at < event.size(); at += 3000) stream += chunk(event.substr(at, 3000));
    const auto events = scan(stream, stream.size());
    REQUIRE(events.size() == 1);
    CHECK(events[0].stamp == 5);
    CHECK(events[0].bytes == event.size());
}

TEST_CASE("a frame without user_data is reported as such") {
    const auto events = scan(kHead + chunk(frame_event("", 10, "")), 65536);
    REQUIRE(events.size() == 1);
    CHECK(events[0].is_frame);
    CHECK_FALSE(events[0].has_stamp);
}

TEST_CASE("an answer that is no event stream is refused with its status line") {
    EventScanner scanner;
    CHECK_FALSE(scanner.feed("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", [](const SeenEvent&) {}));
    CHECK(scanner.failure() == "the server answered HTTP/1.1 503 Service Unavailable");
    EventScanner broken;
    CHECK_FALSE(broken.feed(kHead + "zz\r\n", [](const SeenEvent&) {}));
}

TEST_CASE("the closing chunk ends the stream") {
    EventScanner scanner;
    CHECK(scanner.feed(kHead + chunk("data: {}\n\n") + "0\r\n\r\n", [](const SeenEvent&) {}));
    CHECK(scanner.has_ended());
}

TEST_CASE("quantiles are within one per cent of the sorted samples") {
    Histogram histogram;
    for (std::uint64_t value = 1; value <= 1'000'000; ++value) histogram.add(value);
    CHECK(histogram.quantile(0.5) == doctest::Approx(500'000).epsilon(0.01));
    CHECK(histogram.quantile(0.99) == doctest::Approx(990'000).epsilon(0.01));
    CHECK(histogram.quantile(1) == doctest::Approx(1'000'000).epsilon(0.01));
    Histogram largest;
    largest.add(~0ULL);
    CHECK(largest.quantile(0.5) == doctest::Approx(18446744073709551615.0).epsilon(0.01));
    CHECK(Histogram().quantile(0.5) == 0);
}

TEST_CASE("missing, repeated and late frame numbers are told apart, also where the number wraps") {
    NumberTrack track;
    for (const std::uint32_t number : {0xFFFFDU, 0xFFFFEU, 1U, 1U, 0U}) track.see(Stamp::make(number), true);
    CHECK(track.missed() == 2);
    CHECK(track.repeated() == 1);
    CHECK(track.backward() == 1);
}

TEST_CASE("frames seen before the measurement are remembered but not counted") {
    NumberTrack track;
    track.see(Stamp::make(1), false);
    track.see(Stamp::make(5), false);
    CHECK(track.missed() == 0);
    track.see(Stamp::make(7), true);
    CHECK(track.missed() == 1);
}
