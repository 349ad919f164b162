#include "frames/frame_wait.hpp"

#include <boost/asio/post.hpp>

#include "frames/picture.hpp"

namespace octane::frames {
namespace {

void end(const std::shared_ptr<FrameWait>& wait, const std::shared_ptr<const Frame>& frame) {
    boost::asio::post(wait->timer.get_executor(), [wait, frame] {
        wait->frame = frame;
        wait->timer.cancel();
    });
}

}  // namespace

bool FrameWaits::is_wanted(const FrameWish& wish, const Frame& frame) const {
    return frame.seq > wish.after && is_fresh_enough(wish, frame) && shown_image(frame, wish.render_pass) != nullptr;
}

template <typename Wants>
void FrameWaits::serve(const std::shared_ptr<const Frame>& frame, Wants wants) {
    std::erase_if(waits_, [&](const std::shared_ptr<FrameWait>& wait) {
        if (!wants(wait->wish)) return false;
        end(wait, frame);
        return true;
    });
}

void FrameWaits::add(const std::shared_ptr<FrameWait>& wait, const std::shared_ptr<const Frame>& newest) {
    if (has_ended_ || (newest && is_wanted(wait->wish, *newest))) {
        end(wait, has_ended_ ? nullptr : newest);
    } else {
        waits_.push_back(wait);
    }
}

void FrameWaits::remove(const std::shared_ptr<FrameWait>& wait) {
    std::erase(waits_, wait);
}

void FrameWaits::publish(const std::shared_ptr<const Frame>& frame) {
    serve(frame, [&](const FrameWish& wish) { return is_wanted(wish, *frame); });
}

void FrameWaits::repeat(const std::shared_ptr<const Frame>& frame) {
    serve(frame, [&](const FrameWish& wish) {
        return wish.takes_repeat && is_fresh_enough(wish, *frame) && shown_image(*frame, wish.render_pass) != nullptr;
    });
}

void FrameWaits::end_all() {
    has_ended_ = true;
    serve(nullptr, [](const FrameWish&) { return true; });
}

}  // namespace octane::frames
