// Tool: bench. See publish.hpp.
#include "bench/publish.hpp"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/net.hpp"
#include "frames/hub.hpp"

namespace octane::bench {
namespace {

namespace asio = boost::asio;

struct Loop {
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    std::jthread thread{[this] { context.run(); }};
    ~Loop() { context.stop(); }
};

// Counts what it is told to write, and has written it by the loop's next turn.
class Counter final : public frames::Transport, public std::enable_shared_from_this<Counter> {
  public:
    Counter(asio::io_context& loop, frames::FrameStats& stats, frames::ViewerOptions options, std::atomic<unsigned>& told)
        : loop_(loop), told_(told), viewer_(*this, std::move(options), stats) {}

    void write_frame(std::span<const std::string_view>) override {
        finish_write();
        told_.fetch_add(1);
        told_.notify_one();
    }
    void write_event(const frames::ControlEvent&) override { finish_write(); }
    bool accepts(const frames::ControlEvent&) override { return true; }
    void close() override {}
    void finish() override {}
    [[nodiscard]] std::chrono::steady_clock::time_point last_progress() const override {
        return std::chrono::steady_clock::now();
    }
    std::shared_ptr<frames::Viewer> viewer() { return {shared_from_this(), &viewer_}; }

  private:
    void finish_write() {
        asio::post(loop_, [self = shared_from_this()] { self->viewer_.on_written(frames::Viewer::Clock::now()); });
    }

    asio::io_context& loop_;
    std::atomic<unsigned>& told_;
    frames::Viewer viewer_;
};

std::shared_ptr<const frames::Frame> make_tiny_frame(std::uint64_t seq) {
    auto frame = std::make_shared<frames::Frame>();
    frame->seq = seq;
    frames::RenderImage image;
    image.width = image.height = image.pitch = 4;
    image.pixels = base::ByteChain::own(std::string(64, '\x7f'));
    frame->images.push_back(std::move(image));
    return frame;
}

void await(const std::atomic<unsigned>& count, unsigned wanted) {
    for (unsigned seen = count.load(); seen < wanted; seen = count.load()) count.wait(seen);
}

}  // namespace

Histogram time_publishing(unsigned viewers, unsigned rounds) {
    frames::FrameStats stats;
    std::atomic<unsigned> told{0};
    std::vector<std::shared_ptr<Counter>> joined;
    asio::thread_pool workers(1);
    Histogram durations;
    {
        Loop strand;
        Loop loops[2];
        frames::Hub hub(strand.context.get_executor(), {loops[0].context.get_executor(), loops[1].context.get_executor()},
                        workers, stats);
        frames::ViewerOptions options;
        options.variant.format = frames::Format::raw;
        for (unsigned i = 0; i < viewers; ++i) {
            joined.push_back(std::make_shared<Counter>(loops[i % 2].context, stats, options, told));
            asio::post(loops[i % 2].context, [&hub, i, viewer = joined.back()] { hub.at(i % 2).join(viewer->viewer()); });
        }
        while (stats.viewers.load() < viewers) std::this_thread::yield();
        for (unsigned round = 1; round <= rounds + 3; ++round) {
            told.store(0);
            const std::int64_t begin = steady_ns();
            asio::post(strand.context, [&hub, round] { hub.publish(make_tiny_frame(round)); });
            await(told, viewers);
            if (round > 3) durations.add(static_cast<std::uint64_t>(steady_ns() - begin));
        }
        hub.stop();
        workers.join();
        for (Loop* loop : {&strand, &loops[0], &loops[1]}) {
            loop->context.stop();
            loop->thread.join();
        }
    }
    return durations;
}

}  // namespace octane::bench
