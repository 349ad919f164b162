// Tool: bench. Follows a chunked event stream while looking at as few of its bytes as possible.
//
// Only the first and last 2 KiB of every HTTP chunk are read; what lies between is counted. It therefore relies on the server not
// ending an event in the middle of a large chunk (both servers measured here write an event as one chunk), and finds the members
// it needs only near an event's start or end. Only "\n\n" ends an event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace octane::bench {

struct SeenEvent {
    bool is_frame = false;      // its type is newImage
    bool has_stamp = false;     // user_data was found
    std::uint64_t stamp = 0;    // user_data
    std::uint64_t dropped = 0;  // 0 if absent
    std::uint64_t bytes = 0;    // of the event itself, without chunk framing
};

class EventScanner {
  public:
    static constexpr std::size_t kWindow = 2048;

    // How many of the bytes that come next may be thrown away unread; report them with skip().
    [[nodiscard]] std::size_t skippable() const;
    void skip(std::size_t count);

    // Takes what was read, calls on_event(const SeenEvent&) for each event completed. False: the answer is not a 200 with chunks,
    // or its framing is broken; failure() says so.
    template <class OnEvent>
    bool feed(std::string_view bytes, OnEvent&& on_event) {
        while (!bytes.empty() && failure_.empty()) {
            bytes.remove_prefix(take(bytes));
            if (event_complete_) {
                event_complete_ = false;
                on_event(read_event());
                visible_.clear();
                event_bytes_ = 0;
            }
        }
        return failure_.empty();
    }

    [[nodiscard]] bool has_ended() const { return state_ == State::ended; }
    [[nodiscard]] const std::string& failure() const { return failure_; }

  private:
    enum class State : std::uint8_t { head, size_line, payload, payload_end, ended };

    std::size_t take(std::string_view bytes);  // how many it consumed, at least one
    std::size_t take_head(std::string_view bytes);
    std::size_t take_size_line(std::string_view bytes);
    std::size_t take_payload(std::string_view bytes);
    void keep(std::string_view text);
    [[nodiscard]] SeenEvent read_event() const;

    State state_ = State::head;
    std::string line_;            // head or size line so far
    std::uint64_t chunk_at_ = 0;  // position in the chunk
    std::uint64_t chunk_left_ = 0;
    std::string visible_;  // the event's bytes that were looked at, at most 2 windows at each end
    std::uint64_t event_bytes_ = 0;
    bool after_newline_ = false;
    bool event_complete_ = false;
    std::string failure_;
};

}  // namespace octane::bench
