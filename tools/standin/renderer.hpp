// Stand-in renderer: the progressive path tracer on threads of its own.
//
// A new view shows at once in coarse blocks, then full samples pile up until the target is reached. Frames are published at most
// ten times a second while sampling and more seldom later on; the first frames of a new view and the last frame always.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>

#include "standin/film.hpp"
#include "standin/publisher.hpp"
#include "standin/row_pool.hpp"

namespace octane::standin {

enum class RenderState : int { stopped = 0, waiting = 1, rendering = 2, paused = 3, finished = 4 };

struct RenderStatus {
    RenderState state = RenderState::stopped;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t samples = 0;
    std::uint32_t max_samples = 0;
    double samples_per_second = 0;
    double render_time = 0;
    std::uint64_t image_level = 0;  // change level of the newest picture
};

class Renderer {
  public:
    Renderer(Publisher& publisher, std::uint32_t threads, bool has_pending_updates);
    ~Renderer();

    void show(View view, std::uint64_t change_level);  // begins again with this view
    void stop();                                       // nothing to show
    void pause();
    void proceed();  // after a pause, or beyond the target of a finished render
    void restart();
    RenderStatus status() const;
    std::optional<Hit> pick(std::uint32_t x, std::uint32_t y) const;

  private:
    using Clock = std::chrono::steady_clock;

    // What the render thread is working on; nobody else touches it.
    struct Work {
        View view;
        std::uint64_t level = 0;
        std::uint64_t number = 0;
        std::optional<Tracer::Shot> shot;
        std::uint32_t preview = 0;  // stride of the next coarse picture; 0 when full samples are due
        std::uint32_t samples = 0;
        double time = 0;
        double samples_per_second = 0;
        std::chrono::duration<double> interval{};
    };

    void run();
    bool has_work() const;  // mutex_ is held
    void begin(std::unique_lock<std::mutex>& lock);
    void step();
    bool trace(std::uint32_t stride, bool may_be_cut_short);
    void publish(float samples);
    void note_progress();

    Publisher& publisher_;
    const bool has_pending_updates_;
    Tracer tracer_;
    RowPool pool_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<View> view_;
    std::uint64_t level_ = 0;
    std::uint32_t target_ = 0;              // samples
    std::atomic<std::uint64_t> wanted_{0};  // counts views and restarts
    bool is_paused_ = false;
    bool is_stopped_ = false;
    RenderStatus status_;

    Film film_;
    Work work_;
    Clock::time_point begun_{};  // the newest view
    Clock::time_point last_frame_{};
    std::thread thread_;
};

}  // namespace octane::standin
