// Tests of the frames room: a hub with its strand and two loops that the test turns by hand; only the encoding workers are real.
#pragma once

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "control_text.hpp"
#include "event_text.hpp"
#include "frames/hub.hpp"
#include "pictures.hpp"
#include "variants.hpp"

namespace octane::frames::tests {

inline constexpr std::size_t kLoops = 2;

// What a frame or an event says of itself, whatever carries it; events are written as on a stream.
inline SseEvent read_container(Container container, std::string_view text) {
    if (container == Container::sse || text.starts_with("data: ")) return read_event(text);
    SseEvent event;
    REQUIRE(text.size() > 4);
    std::size_t size = 0;
    for (std::size_t i = 4; i-- > 0;) size = size << 8U | static_cast<unsigned char>(text[i]);
    event.data = nlohmann::json::parse(text.substr(4, size), nullptr, false);
    REQUIRE(event.data.is_object());
    return event;
}

inline RendererState connected(std::uint64_t epoch) {
    RendererState state;
    state.kind = RendererState::Kind::connected;
    state.epoch = epoch;
    return state;
}
inline RendererState lost() {
    return {};
}

// A viewer on one of the loops whose client reads at once, or not at all.
class TestViewer final : public Transport, public std::enable_shared_from_this<TestViewer> {
  public:
    TestViewer(boost::asio::io_context& loop, ViewerOptions options, FrameStats& stats)
        : loop_(loop), viewer_(*this, std::move(options), stats) {}

    void write_event(const ControlEvent& event) override {
        const std::string text = control_text(event);
        const std::string_view parts[] = {text};
        write_frame(parts);
    }
    bool accepts(const ControlEvent&) override { return true; }
    void write_frame(std::span<const std::string_view> parts) override {
        std::string text;
        for (const auto part : parts) text += part;
        events.push_back(read_container(viewer_.variant().container, text));
        first_bytes.push_back(parts.size() > 1 ? parts[1].data() : nullptr);
        has_write_under_way = true;
        if (is_reading) finish_write();
    }
    void close() override { is_closed = true; }
    void finish() override { has_finished = true; }
    [[nodiscard]] std::chrono::steady_clock::time_point last_progress() const override {
        return std::chrono::steady_clock::now();
    }

    void finish_write() {
        boost::asio::post(loop_, [self = shared_from_this()] {
            self->has_write_under_way = false;
            self->viewer_.on_written(Viewer::Clock::now());
        });
    }
    std::shared_ptr<Viewer> viewer() { return {shared_from_this(), &viewer_}; }
    [[nodiscard]] std::vector<std::uint64_t> seqs() const {
        std::vector<std::uint64_t> numbers;
        for (const auto& event : events) {
            if (event.data["type"] == "newImage") numbers.push_back(event.data["seq"]);
        }
        return numbers;
    }
    [[nodiscard]] std::vector<std::string> types() const {
        std::vector<std::string> names;
        for (const auto& event : events) names.push_back(event.data["type"]);
        return names;
    }
    [[nodiscard]] bool has_seq(std::uint64_t seq) const { return !seqs().empty() && seqs().back() == seq; }

    std::vector<SseEvent> events;
    std::vector<const char*> first_bytes;  // where the shared part of each event lies
    bool is_reading = true;
    bool has_write_under_way = false;
    bool is_closed = false;
    bool has_finished = false;

  private:
    boost::asio::io_context& loop_;
    Viewer viewer_;
};

// The hub with its strand and two loops, all turned by the test's own thread; only the workers are real.
class HubStage {
  public:
    HubStage() : loops_(kLoops), hub_(strand_.get_executor(), executors(), workers_, stats_) {}
    ~HubStage() {
        workers_.join();
        settle();
    }

    std::shared_ptr<TestViewer> join(std::size_t loop, Variant variant, std::chrono::nanoseconds interval = {}) {
        auto viewer = std::make_shared<TestViewer>(
            loops_[loop], ViewerOptions{variant, "viewer-" + std::to_string(++viewers_made_), interval}, stats_);
        hub_.at(loop).join(viewer->viewer());
        settle();
        return viewer;
    }
    void leave(std::size_t loop, const std::shared_ptr<TestViewer>& viewer) {
        hub_.at(loop).leave(viewer->viewer());
        settle();
    }
    void publish(std::uint64_t seq, std::int32_t pass = 0, std::uint64_t epoch = 1) {
        auto frame = std::make_shared<Frame>();
        frame->seq = seq;
        frame->epoch = epoch;
        frame->images.push_back(picture(kKinds[0], 8, 8));
        frame->images.front().render_pass_id = pass;
        hub_.publish(std::move(frame));
    }
    // Everything that can run now, on this thread.
    void settle() {
        for (bool has_run = true; has_run;) {
            has_run = turn(strand_);
            for (auto& loop : loops_) has_run = turn(loop) || has_run;
        }
    }
    // Turns the loops until the workers have made it true.
    bool until(const std::function<bool()>& is_true) {
        const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        for (;;) {
            settle();
            if (is_true()) return true;
            if (std::chrono::steady_clock::now() > patience) return false;
            std::this_thread::yield();
        }
    }
    // Publishes and waits until everyone has it.
    void publish_to(std::uint64_t seq, const std::vector<std::shared_ptr<TestViewer>>& viewers) {
        publish(seq);
        for (const auto& viewer : viewers) REQUIRE(until([&] { return viewer->has_seq(seq); }));
    }
    // Until the workers have nothing left to do and what they did has arrived.
    void await_workers() {
        for (int round = 0; round < 2; ++round) {
            settle();
            std::promise<void> reached;
            boost::asio::post(workers_, [&] { reached.set_value(); });
            reached.get_future().wait();
        }
        settle();
    }

    Hub& hub() { return hub_; }
    boost::asio::io_context& loop(std::size_t index) { return loops_[index]; }
    FrameStats& stats() { return stats_; }
    boost::asio::thread_pool& workers() { return workers_; }

  private:
    static bool turn(boost::asio::io_context& context) {
        context.restart();
        return context.poll() > 0;
    }
    std::vector<boost::asio::any_io_executor> executors() {
        std::vector<boost::asio::any_io_executor> all;
        for (auto& loop : loops_) all.push_back(loop.get_executor());
        return all;
    }

    FrameStats stats_;
    boost::asio::io_context strand_{1};
    struct OneThread : boost::asio::io_context {
        OneThread() : boost::asio::io_context(1) {}
    };
    std::vector<OneThread> loops_;
    boost::asio::thread_pool workers_{1};
    Hub hub_;
    int viewers_made_ = 0;
};

}  // namespace octane::frames::tests
