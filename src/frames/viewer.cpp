#include "frames/viewer.hpp"

#include <cassert>
#include <utility>

#include "frames/event.hpp"

namespace octane::frames {

Viewer::Viewer(Transport& transport, ViewerOptions options, FrameStats& stats)
    : transport_(transport), options_(std::move(options)), stats_(stats) {}

Viewer::~Viewer() {
    set_waiting(nullptr);
}

void Viewer::set_waiting(std::shared_ptr<const VariantFrame> frame) {
    const bool had_one = waiting_ != nullptr;
    waiting_ = std::move(frame);
    if (had_one && !waiting_) stats_.waiting.fetch_sub(1, std::memory_order_relaxed);
    if (!had_one && waiting_) stats_.waiting.fetch_add(1, std::memory_order_relaxed);
}

void Viewer::offer(const std::shared_ptr<const VariantFrame>& frame, Clock::time_point now) {
    if (is_closed_ || is_leaving_ || frame->seq <= newest_offered_) return;
    newest_offered_ = frame->seq;
    set_waiting(frame);
    advance(now);
}

void Viewer::send(std::shared_ptr<const std::string> event) {
    if (is_closed_ || is_leaving_) return;
    if (control_.size() >= kMaxControl) {
        close();
        return;
    }
    control_.push_back(std::move(event));
    if (!is_writing_) write_control();
}

void Viewer::say_goodbye(std::shared_ptr<const std::string> event) {
    if (is_closed_ || is_leaving_) return;
    set_waiting(nullptr);
    send(std::move(event));
    is_leaving_ = true;
    if (!is_writing_ && !is_closed_) transport_.finish();
}

void Viewer::on_written(Clock::time_point now) {
    assert(is_writing_);
    is_writing_ = false;
    frame_in_write_.reset();
    control_in_write_.reset();
    advance(now);
    if (is_leaving_ && !is_writing_ && !is_closed_) transport_.finish();
}

void Viewer::advance(Clock::time_point now) {
    if (is_closed_ || is_writing_) return;
    if (!control_.empty()) {
        write_control();
    } else if (waiting_ && now >= next_frame_) {
        write_frame(now);
    }
}

void Viewer::begin_write() {
    is_writing_ = true;
    transport_.write(parts_);
}

void Viewer::write_control() {
    control_in_write_ = std::move(control_.front());
    control_.pop_front();
    parts_.assign(1, std::string_view(*control_in_write_));
    begin_write();
}

void Viewer::write_frame(Clock::time_point now) {
    frame_in_write_ = waiting_;
    set_waiting(nullptr);
    const std::uint64_t dropped = last_sent_ == 0 ? 0 : frame_in_write_->seq - last_sent_ - 1;
    last_sent_ = frame_in_write_->seq;
    head_ = make_frame_head(last_sent_, dropped);
    parts_.assign(1, std::string_view(head_));
    const auto& segments = frame_in_write_->event.segments();
    parts_.insert(parts_.end(), segments.begin(), segments.end());
    next_frame_ = now + options_.frame_interval;
    stats_.sent.fetch_add(1, std::memory_order_relaxed);
    stats_.dropped.fetch_add(dropped, std::memory_order_relaxed);
    begin_write();
}

Viewer::Clock::time_point Viewer::due(Clock::time_point now) const {
    return waiting_ && !is_closed_ && next_frame_ > now ? next_frame_ : Clock::time_point::max();
}

bool Viewer::check_progress(Clock::time_point now) {
    if (is_closed_) return false;
    if (is_writing_ && now - transport_.last_progress() > kLongestStall) close();
    return !is_closed_;
}

void Viewer::close() {
    if (std::exchange(is_closed_, true)) return;
    set_waiting(nullptr);
    control_.clear();
    transport_.close();
}

}  // namespace octane::frames
