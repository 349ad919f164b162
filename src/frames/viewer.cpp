#include "frames/viewer.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace octane::frames {

Viewer::Viewer(Transport& transport, ViewerOptions options, FrameStats& stats)
    : transport_(transport), options_(std::move(options)), stats_(stats) {}

Viewer::~Viewer() {
    set_waiting(nullptr);
}

void Viewer::set_waiting(std::shared_ptr<const WrappedFrame> frame) {
    const bool had_one = waiting_ != nullptr;
    waiting_ = std::move(frame);
    if (had_one && !waiting_) stats_.waiting.fetch_sub(1, std::memory_order_relaxed);
    if (!had_one && waiting_) stats_.waiting.fetch_add(1, std::memory_order_relaxed);
}

void Viewer::offer(const std::shared_ptr<const WrappedFrame>& frame, Clock::time_point now) {
    if (is_closed_ || is_leaving_ || frame->epoch < epoch_) return;
    if (frame->epoch > epoch_) begin_epoch(frame->epoch);
    if (!frame->is_newer_than(newest_offered_, newest_form_)) return;
    const bool is_again = frame->seq == newest_offered_;  // in a better form
    if (last_ordinal_ && now < next_frame_ && !is_again) {
        // What comes before its time and is followed by another before then, the cap takes away, not the viewer's slowness. Of a
        // frame that waits to be sent once more in a better form it takes only that.
        const bool takes_waiting = waiting_ && waiting_->ordinal > *last_ordinal_;
        held_back_ += frame->ordinal - (takes_waiting ? waiting_->ordinal : newest_ordinal_ + 1);
    }
    newest_offered_ = frame->seq;
    newest_form_ = frame->form;
    newest_ordinal_ = frame->ordinal;
    set_waiting(frame);
    advance(now);
}

// Numbers of another epoch's frames say nothing about these: they may come from another process.
void Viewer::begin_epoch(std::uint64_t epoch) {
    epoch_ = epoch;
    newest_offered_ = 0;
    newest_form_ = Form::motion;
    last_ordinal_.reset();
    held_back_ = 0;
}

void Viewer::set_view(const Variant& variant, std::chrono::nanoseconds frame_interval) {
    options_.variant = variant;
    options_.frame_interval = frame_interval;
    set_waiting(nullptr);
    newest_offered_ = 0;
    newest_form_ = Form::motion;
    last_ordinal_.reset();
    sent_last_.reset();
    held_back_ = 0;
    next_frame_ = Clock::time_point::min();
    watching_since_ = std::chrono::system_clock::now();
}

void Viewer::send(const EventPointer& event) {
    if (is_closed_ || is_leaving_ || !transport_.accepts(*event)) return;
    if (control_.size() >= kMaxControl) {
        close();
        return;
    }
    control_.push_back(event);
    if (!is_writing_) write_control();
}

void Viewer::say_goodbye(const EventPointer& event) {
    if (is_closed_ || is_leaving_) return;
    set_waiting(nullptr);
    sent_last_.reset();
    send(event);
    is_leaving_ = true;
    if (!is_writing_ && !is_closed_) transport_.finish();
}

void Viewer::on_written(Clock::time_point now) {
    assert(is_writing_);
    is_writing_ = false;
    if (frame_in_write_) count_sent(*frame_in_write_);
    if (frame_in_write_) next_repeat_ = now + (is_writing_again_ ? kNextRepeat : kFirstRepeat);
    is_writing_again_ = false;
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
    } else if (may_repeat() && now >= next_repeat_) {
        write_again();
    }
}

// A frame that waits for its time is the next part by itself, unless that time is far.
bool Viewer::may_repeat() const {
    return sent_last_ != nullptr && (waiting_ == nullptr || options_.frame_interval > kNextRepeat);
}

void Viewer::write_control() {
    control_in_write_ = std::move(control_.front());
    control_.pop_front();
    is_writing_ = true;
    transport_.write_event(*control_in_write_);
}

void Viewer::write_frame(Clock::time_point now) {
    // Between this frame and the last lie those that the cap held back and those that the viewer missed.
    const bool is_next = last_ordinal_ && waiting_->ordinal > *last_ordinal_;
    const std::uint64_t dropped = is_next ? waiting_->ordinal - *last_ordinal_ - 1 - held_back_ : 0;
    frame_in_write_ = waiting_;
    set_waiting(nullptr);
    last_ordinal_ = frame_in_write_->ordinal;
    held_back_ = 0;
    next_frame_ = now + options_.frame_interval;
    if (options_.needs_repeats) sent_last_ = frame_in_write_;
    stats_.sent.fetch_add(1, std::memory_order_relaxed);
    stats_.dropped.fetch_add(dropped, std::memory_order_relaxed);
    write(dropped);
}

// It is not counted as a frame that was sent, but its bytes are.
void Viewer::write_again() {
    frame_in_write_ = sent_last_;
    is_writing_again_ = true;
    write(0);
}

void Viewer::write(std::uint64_t dropped) {
    head_ = make_frame_head(*frame_in_write_, dropped, is_stale(stats_, frame_in_write_->seq));
    parts_.clear();
    if (!head_.empty()) parts_.emplace_back(head_);
    const auto& segments = frame_in_write_->bytes.segments();
    parts_.insert(parts_.end(), segments.begin(), segments.end());
    is_writing_ = true;
    transport_.write_frame(parts_);
}

void Viewer::count_sent(const WrappedFrame& frame) const {
    const std::size_t size = head_.size() + frame.bytes.size();
    if (is_writing_again_) {
        stats_.delivery.count_repeated(size);
        return;
    }
    // A frame that was there before its viewer has kept nobody waiting.
    const auto age = std::chrono::system_clock::now() - std::max(frame.received, watching_since_);
    stats_.delivery.count_sent(options_.variant.container, options_.variant.format, age, size);
}

Viewer::Clock::time_point Viewer::due(Clock::time_point now) const {
    auto when = Clock::time_point::max();
    if (is_closed_) return when;
    if (waiting_ && next_frame_ > now) when = next_frame_;
    // The silence after a write begins when it ends, which may be at any time.
    if (may_repeat()) when = std::min(when, is_writing_ ? now + kFirstRepeat : std::max(next_repeat_, now));
    return when;
}

bool Viewer::check_progress(Clock::time_point now) {
    if (is_closed_) return false;
    if (is_writing_ && now - transport_.last_progress() > kLongestStall) close();
    return !is_closed_;
}

void Viewer::close() {
    if (std::exchange(is_closed_, true)) return;
    set_waiting(nullptr);
    sent_last_.reset();
    control_.clear();
    transport_.close();
}

}  // namespace octane::frames
