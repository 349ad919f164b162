// Tests of the frames room: a viewer on a clock that only the test moves, and what is offered to it.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "recording_transport.hpp"

namespace octane::frames::tests {

// A frame as a stream of events carries it.
inline std::shared_ptr<const WrappedFrame> frame(std::uint64_t seq) {
    auto made = std::make_shared<WrappedFrame>(EncodedFrame());
    made->seq = seq;
    made->ordinal = seq;
    made->head = HeadKind::event;
    made->received = std::chrono::system_clock::now();
    auto owner = std::make_shared<const std::string>(",\"pixels\":" + std::to_string(seq) + "}\n\n");
    const std::string_view text = *owner;
    made->bytes = base::ByteChain({text.substr(0, 4), text.substr(4)}, owner);
    return made;
}

// An event that is told from others by its name.
inline EventPointer event(const std::string& name) {
    return std::make_shared<const ControlEvent>(EditMade{.method = name, .object = {}, .call_id = {}});
}

// The last event.
inline EventPointer goodbye() {
    return std::make_shared<const ControlEvent>(Goodbye{});
}

// A viewer on a clock that only the test moves.
struct Watching {
    explicit Watching(std::chrono::nanoseconds interval = {}, bool needs_repeats = false)
        : viewer(transport, {.variant = {}, .id = "viewer-1", .frame_interval = interval, .needs_repeats = needs_repeats},
                 stats) {
        transport.progress = now;
    }

    void offer(std::uint64_t seq, Form form = Form::motion) {
        auto made = std::make_shared<WrappedFrame>(*frame(seq));
        made->form = form;
        viewer.offer(made, now);
    }
    void finish_write() {
        REQUIRE(transport.is_writing);
        transport.is_writing = false;
        transport.progress = now;
        viewer.on_written(now);
    }
    void finish_all_writes() {
        while (transport.is_writing) finish_write();
    }
    [[nodiscard]] std::uint64_t last_seq() const { return transport.last().data["seq"]; }
    [[nodiscard]] std::uint64_t last_dropped() const { return transport.last().data["dropped"]; }

    Viewer::Clock::time_point now{std::chrono::seconds(1000)};
    FrameStats stats;
    RecordingTransport transport;
    Viewer viewer;
};

}  // namespace octane::frames::tests
