#include "frames/track.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "pictures.hpp"
#include "variants.hpp"

namespace octane::frames {
namespace {

using tests::as;
using tests::kKinds;
using tests::picture;

// A render that is always one frame ahead of its track: whenever a frame has been made, the next one is offered at once, on the
// worker that made it. Nobody else offers, so the worker stands for the hub's strand.
class NeverCaughtUp {
  public:
    static constexpr std::uint64_t kFrames = 200;

    explicit NeverCaughtUp(Format format) : track_(std::make_shared<Track>(workers_, as(format), PictureMaker{stats_, budget_})) {
        first_->act = [this] {
            ++made_;
            on_made();
        };
        second_->act = [this] {
            if (seq_ < kFrames) ++second_got_;
        };
    }
    ~NeverCaughtUp() { run(); }
    NeverCaughtUp(const NeverCaughtUp&) = delete;
    NeverCaughtUp& operator=(const NeverCaughtUp&) = delete;

    // Until all frames have been made.
    void run() {
        if (std::exchange(has_run_, true)) return;
        track_->add_sink(first_, nullptr);
        offer();
        workers_.join();
    }
    [[nodiscard]] std::uint64_t made() const { return made_; }
    [[nodiscard]] std::uint64_t most_alive() const { return most_alive_; }
    [[nodiscard]] std::uint64_t second_got() const { return second_got_; }  // before the offers ended

  private:
    struct ActingSink : Sink {
        void take(const std::shared_ptr<const EncodedFrame>&) override { act(); }
        std::function<void()> act;
    };
    void on_made() {
        if (seq_ == kFrames) return;
        offer();
        if (seq_ == kFrames / 2) track_->add_sink(second_, newest_);
        std::erase_if(frames_, [](const auto& frame) { return frame.expired(); });
        most_alive_ = std::max<std::uint64_t>(most_alive_, frames_.size());
    }
    void offer() {
        auto frame = std::make_shared<Frame>();
        frame->seq = ++seq_;
        frame->epoch = 1;
        frame->images.push_back(picture(kKinds[0], 8, 8));
        newest_ = frame;
        frames_.push_back(newest_);
        track_->offer(newest_);
    }

    FrameStats stats_;
    PictureBudget budget_;
    boost::asio::thread_pool workers_{1};
    std::shared_ptr<Track> track_;
    std::shared_ptr<ActingSink> first_ = std::make_shared<ActingSink>();
    std::shared_ptr<ActingSink> second_ = std::make_shared<ActingSink>();
    std::shared_ptr<const Frame> newest_;
    std::deque<std::weak_ptr<const Frame>> frames_;
    std::uint64_t seq_ = 0;
    std::uint64_t made_ = 0;
    std::uint64_t most_alive_ = 0;
    std::uint64_t second_got_ = 0;
    bool has_run_ = false;
};

TEST_CASE("frames that have been made are let go of, although the next one is always there already") {
    for (const Format format : {Format::jpeg, Format::raw}) {
        CAPTURE(static_cast<int>(format));
        NeverCaughtUp render(format);
        render.run();
        CHECK(render.made() == NeverCaughtUp::kFrames);
        // The one just made, the one before it in its maker's hands, the next, and one in a handler that has run.
        CHECK(render.most_alive() <= 4);
    }
}

TEST_CASE("who joins while the next frame is always there already gets frames before the render pauses") {
    for (const Format format : {Format::jpeg, Format::raw}) {
        CAPTURE(static_cast<int>(format));
        NeverCaughtUp render(format);
        render.run();
        CHECK(render.second_got() > NeverCaughtUp::kFrames / 4);
    }
}

}  // namespace
}  // namespace octane::frames
