// Room: frames. The sink by which a track's frames reach the viewers of one loop, wrapped in their container.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "frames/containers.hpp"
#include "frames/mailbox.hpp"
#include "frames/sink.hpp"
#include "frames/stats.hpp"

namespace octane::frames {

// Wraps each frame of one track in one container once, whichever loops take it. On the track's strand only. Owned by the outlets
// that share it.
class SharedWrapper {
  public:
    SharedWrapper(WrapFrame wrap, Container container, FrameStats& stats) : wrap_(wrap), container_(container), stats_(stats) {}

    // Null if there was no memory for it: that costs one frame, not the process.
    std::shared_ptr<const WrappedFrame> get(const std::shared_ptr<const EncodedFrame>& frame);

  private:
    const WrapFrame wrap_;
    const Container container_;
    FrameStats& stats_;
    std::shared_ptr<const EncodedFrame> frame_;  // the newest, and what it was made into
    std::shared_ptr<const WrappedFrame> wrapped_;
};

// A mailbox and how to wake the loop that empties it.
class Outlet final : public Sink {
  public:
    // Both are called on any thread and must only post; `on_added` once, when what there was on joining has been dealt with.
    Outlet(std::function<void()> wake, std::function<void()> on_added) : wake_(std::move(wake)), on_added_(std::move(on_added)) {}

    void set_wrapper(std::shared_ptr<SharedWrapper> wrapper) { wrapper_ = std::move(wrapper); }  // before it is added to a track
    void take(const std::shared_ptr<const EncodedFrame>& frame) override;
    void on_added() override { on_added_(); }
    std::shared_ptr<const WrappedFrame> newest() { return box_.take(); }  // the loop; null if nothing has come since

  private:
    Mailbox<WrappedFrame> box_;
    std::function<void()> wake_;
    std::function<void()> on_added_;
    std::shared_ptr<SharedWrapper> wrapper_;
};

}  // namespace octane::frames
