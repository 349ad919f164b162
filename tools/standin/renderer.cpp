// Stand-in renderer: the render thread.
#include "standin/renderer.hpp"

#include <algorithm>
#include <utility>

namespace octane::standin {
namespace {

constexpr std::uint32_t kPreviewPixels = 40000;  // of the first, coarse picture: about 5 ms
constexpr std::uint32_t kCoarsest = 16;
constexpr std::chrono::milliseconds kBetweenViews{25};  // leaves time to whoever shows them
constexpr std::chrono::duration<double> kFirstInterval{0.1};
constexpr std::chrono::duration<double> kLongestInterval{0.5};
constexpr double kIntervalGrowth = 1.08;

std::uint32_t first_stride(const View& view) {
    std::uint32_t stride = static_cast<std::uint32_t>(view.settings.sub_sampling) * 2;
    while (stride < kCoarsest && view.width / stride * (view.height / stride) > kPreviewPixels) stride *= 2;
    return stride;
}

}  // namespace

Renderer::Renderer(Publisher& publisher, std::uint32_t threads, bool has_pending_updates)
    : publisher_(publisher), has_pending_updates_(has_pending_updates), pool_(threads), thread_([this] { run(); }) {}

Renderer::~Renderer() {
    {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
        ++wanted_;
    }
    changed_.notify_all();
    thread_.join();
}

void Renderer::show(View view, std::uint64_t change_level) {
    const std::lock_guard lock(mutex_);
    level_ = change_level;
    target_ = view.max_samples;
    view_ = std::move(view);
    ++wanted_;
    changed_.notify_all();
}

void Renderer::stop() {
    const std::lock_guard lock(mutex_);
    view_.reset();
    level_ = 0;
    is_paused_ = false;
    status_ = {};
    ++wanted_;
    changed_.notify_all();
}

void Renderer::pause() {
    const std::lock_guard lock(mutex_);
    if (view_) is_paused_ = true;
}

void Renderer::proceed() {
    const std::lock_guard lock(mutex_);
    is_paused_ = false;
    if (view_ && status_.samples >= target_) target_ += view_->max_samples;
    changed_.notify_all();
}

void Renderer::restart() {
    const std::lock_guard lock(mutex_);
    is_paused_ = false;
    if (view_) target_ = view_->max_samples;
    ++wanted_;
    changed_.notify_all();
}

RenderStatus Renderer::status() const {
    const std::lock_guard lock(mutex_);
    RenderStatus out = status_;
    out.max_samples = target_;
    if (!view_) {
        out.state = RenderState::stopped;
    } else if (is_paused_) {
        out.state = RenderState::paused;
    } else if (wanted_ == work_.number && out.samples >= target_) {
        out.state = RenderState::finished;
    } else {
        out.state = RenderState::rendering;
    }
    return out;
}

std::optional<Hit> Renderer::pick(std::uint32_t x, std::uint32_t y) const {
    std::optional<View> view;
    {
        const std::lock_guard lock(mutex_);
        view = view_;
    }
    if (!view || x >= view->width || y >= view->height) return std::nullopt;
    return Tracer::Shot(tracer_, *view).pick(static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F);
}

bool Renderer::has_work() const {
    if (is_stopped_) return true;
    if (!view_) return false;
    if (wanted_ != work_.number) return true;
    // A pause lets the first full sample through, so that an edit made meanwhile can be seen.
    return status_.samples < (is_paused_ ? 1U : target_);
}

void Renderer::run() {
    lower_priority();
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return has_work(); });
        if (is_stopped_) return;
        if (wanted_ != work_.number) {
            changed_.wait_until(lock, begun_ + kBetweenViews, [this] { return is_stopped_; });
            if (is_stopped_ || !view_) continue;
            begin(lock);
        }
        lock.unlock();
        step();
        lock.lock();
    }
}

void Renderer::begin(std::unique_lock<std::mutex>& lock) {
    begun_ = Clock::now();
    work_.view = *view_;
    work_.level = level_;
    work_.number = wanted_;
    work_.samples = 0;
    work_.time = 0;
    work_.samples_per_second = 0;
    work_.interval = kFirstInterval;
    status_.width = work_.view.width;
    status_.height = work_.view.height;
    status_.samples = 0;
    status_.render_time = 0;
    lock.unlock();
    work_.shot.emplace(tracer_, work_.view);
    work_.preview = first_stride(work_.view);
    film_.begin(work_.view);
    lock.lock();
}

bool Renderer::trace(std::uint32_t stride, bool may_be_cut_short) {
    const View& view = work_.view;
    const auto began = Clock::now();
    std::atomic<bool> is_cut{false};
    const int bounces = stride > static_cast<std::uint32_t>(view.settings.sub_sampling) ? 0 : view.diffuse_depth;
    pool_.run((view.height + stride - 1) / stride, [&](std::uint32_t row) {
        if (may_be_cut_short && wanted_ != work_.number) is_cut = true;
        if (is_cut) return;
        const std::uint32_t y = row * stride;
        for (std::uint32_t x = 0; x < view.width; x += stride) {
            if (!film_.holds(x, y)) continue;
            film_.add(x, y,
                      work_.shot->sample(std::min(x + stride / 2, view.width - 1), std::min(y + stride / 2, view.height - 1),
                                         work_.samples, bounces));
        }
    });
    const std::chrono::duration<double> took = Clock::now() - began;
    work_.time += took.count();
    work_.samples_per_second = static_cast<double>(view.width) * view.height / (stride * stride) / std::max(took.count(), 1e-6);
    return !is_cut;
}

void Renderer::step() {
    const auto full = static_cast<std::uint32_t>(work_.view.settings.sub_sampling);
    if (work_.preview > full) {
        const bool is_first = work_.preview == first_stride(work_.view);
        film_.clear();
        film_.set_stride(work_.preview);
        if (!trace(work_.preview, !is_first)) return;
        publish(1.0F / static_cast<float>(work_.preview * work_.preview));
        work_.preview = work_.preview > 2 * full ? work_.preview / 2 : 0;
        return;
    }
    if (work_.samples == 0) {
        film_.clear();
        film_.set_stride(full);
    }
    if (!trace(full, true)) return;
    ++work_.samples;
    bool is_last = false;
    {
        const std::lock_guard lock(mutex_);
        if (wanted_ != work_.number) return;
        is_last = work_.samples >= target_ || is_paused_;
    }
    if (work_.samples == 1 || is_last || Clock::now() - last_frame_ >= work_.interval) {
        publish(static_cast<float>(work_.samples));
        work_.interval = std::min(work_.interval * kIntervalGrowth, kLongestInterval);
    }
    note_progress();
}

void Renderer::note_progress() {
    const std::lock_guard lock(mutex_);
    if (wanted_ != work_.number) return;
    status_.samples = work_.samples;
    status_.render_time = work_.time;
    status_.samples_per_second = work_.samples_per_second;
}

void Renderer::publish(float samples) {
    Frame frame;
    frame.facts.samples = samples;
    frame.facts.region_samples = work_.view.settings.region.is_active ? samples : 0;
    frame.facts.samples_per_second = static_cast<float>(work_.samples_per_second);
    frame.facts.render_time = static_cast<float>(work_.time);
    frame.facts.change_level = work_.level;
    frame.facts.sub_sampling = work_.view.settings.sub_sampling;
    frame.facts.has_pending_updates = has_pending_updates_ && samples < 1;
    for (const int pass : work_.view.settings.passes) frame.pictures.push_back(film_.develop(pass));

    const std::lock_guard lock(mutex_);
    if (!view_) return;  // stopped meanwhile: the picture must not come after the stop
    frame.facts.max_samples = static_cast<float>(target_);
    status_.image_level = work_.level;
    publisher_.publish(std::move(frame));
    last_frame_ = Clock::now();
}

}  // namespace octane::standin
