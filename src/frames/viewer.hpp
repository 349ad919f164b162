// Room: frames. What one viewer gets, and when: one frame being written, one waiting, control events in order.
//
// Lives on one loop and is used only there. It knows nothing of sockets: a Transport writes for it and calls on_written().
// How control events are spelled is the transport's business. docs/api.md §3 "Rules".
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "frames/containers.hpp"
#include "frames/control_event.hpp"
#include "frames/picture_places.hpp"
#include "frames/stats.hpp"
#include "frames/variant.hpp"

namespace octane::frames {

class Transport {
  public:
    virtual ~Transport() = default;
    // Each begins one write; the bytes stay alive until the viewer's on_written(). Never called while a write is under way.
    virtual void write_frame(std::span<const std::string_view> parts) = 0;
    virtual void write_event(const ControlEvent& event) = 0;
    // Whether write_event() is to be called with it. False where there is no place for it, and where the transport has done
    // something else instead.
    virtual bool accepts(const ControlEvent& event) = 0;
    virtual void close() = 0;   // at once; the viewer is told nothing more
    virtual void finish() = 0;  // after the write under way
    [[nodiscard]] virtual std::chrono::steady_clock::time_point last_progress() const = 0;
};

struct ViewerOptions {
    Variant variant;
    std::string id;                              // the client_id of its connected event
    std::chrono::nanoseconds frame_interval{0};  // at least this between two frames; 0: every frame
    bool wants_calls = false;                    // is told of every edit that passes the proxy
    bool wants_statistics = false;               // is told the render's figures
    bool needs_repeats = false;                  // shows a picture only when the next one begins, or goes after long silence
    PicturePlace place{};                        // for the variant's pictures
};

class Viewer {
  public:
    using Clock = std::chrono::steady_clock;
    // Control events waiting beyond this mean that the viewer reads nothing: it is disconnected.
    static constexpr std::size_t kMaxControl = 256;
    // docs/api.md §3: a viewer that takes nothing for this long is disconnected.
    static constexpr std::chrono::seconds kLongestStall{30};
    // For viewers that need repeats: when the newest frame is sent again, once and from then on.
    static constexpr std::chrono::milliseconds kFirstRepeat{100};
    static constexpr std::chrono::seconds kNextRepeat{15};

    // The transport must outlive the viewer, or close() must be called before it ends.
    Viewer(Transport& transport, ViewerOptions options, FrameStats& stats);
    ~Viewer();
    Viewer(const Viewer&) = delete;
    Viewer& operator=(const Viewer&) = delete;

    [[nodiscard]] const std::string& id() const { return options_.id; }
    [[nodiscard]] const Variant& variant() const { return options_.variant; }
    [[nodiscard]] bool wants_calls() const { return options_.wants_calls; }
    [[nodiscard]] bool wants_statistics() const { return options_.wants_statistics; }

    // A frame no newer than one already offered is ignored; a newer one replaces the one waiting.
    void offer(const std::shared_ptr<const WrappedFrame>& frame, Clock::time_point now);
    // Never dropped. Closes the transport if too many wait.
    void send(const EventPointer& event);
    void on_written(Clock::time_point now);

    // To be called about once a second: false if the viewer has stalled and must go (it has then been closed).
    bool check_progress(Clock::time_point now);
    // When advance() is to be called: when the frame that waits for its interval may go, or the newest again; else
    // time_point::max().
    [[nodiscard]] Clock::time_point due(Clock::time_point now) const;
    [[nodiscard]] bool needs_timer() const { return options_.frame_interval.count() > 0 || options_.needs_repeats; }
    // Begins what may be begun: for the loop's timer at due().
    void advance(Clock::time_point now);

    // From now on frames in that form and at that pace; what waits in the old one is forgotten. Its hub's part:
    // LoopHub::change_view().
    void set_view(const Variant& variant, std::chrono::nanoseconds frame_interval);

    // The frame that waits is of a renderer that is gone.
    void forget_waiting() { set_waiting(nullptr); }
    void say_goodbye(const EventPointer& event);  // sends the event, then ends the response
    [[nodiscard]] bool is_closed() const { return is_closed_; }

  private:
    void write_control();
    void write_frame(Clock::time_point now);
    void write_again();
    void begin_epoch(std::uint64_t epoch);
    [[nodiscard]] bool may_repeat() const;
    void write(std::uint64_t dropped);
    void set_waiting(std::shared_ptr<const WrappedFrame> frame);
    void count_sent(const WrappedFrame& frame) const;
    void close();

    Transport& transport_;
    ViewerOptions options_;
    FrameStats& stats_;
    std::deque<EventPointer> control_;  // bounded by kMaxControl
    std::shared_ptr<const WrappedFrame> waiting_;
    std::shared_ptr<const WrappedFrame> frame_in_write_;
    EventPointer control_in_write_;
    std::string head_;
    std::vector<std::string_view> parts_;
    std::uint64_t epoch_ = 0;                      // of the frames offered now
    std::uint64_t newest_offered_ = 0;             // seq
    Form newest_form_ = Form::motion;              // of the same frame
    std::uint64_t newest_ordinal_ = 0;             // of the same frame
    std::optional<std::uint64_t> last_ordinal_{};  // of the frame sent last in this form
    std::uint64_t held_back_ = 0;                  // frames since then that the cap kept from being sent
    Clock::time_point next_frame_ = Clock::time_point::min();
    std::chrono::system_clock::time_point watching_since_ = std::chrono::system_clock::now();  // in this form
    std::shared_ptr<const WrappedFrame> sent_last_;                                            // null unless it is repeated
    Clock::time_point next_repeat_ = Clock::time_point::max();
    bool is_writing_again_ = false;
    bool is_writing_ = false;
    bool is_closed_ = false;
    bool is_leaving_ = false;
};

}  // namespace octane::frames
