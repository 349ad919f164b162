// Room: http. An open response that is written piece by piece, as Server-Sent Events need it.
//
// Lives on one loop and must be used only there. Whoever was handed it in Response::on_stream holds it: when the last holder lets
// go without having called finish(), the connection is closed. After the client has gone, write() does nothing and on_closed is
// on its way.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string_view>

namespace octane::http {

class StreamListener {
  public:
    virtual ~StreamListener() = default;
    virtual void on_written() = 0;  // the write under way is done; the next may begin
    virtual void on_closed() = 0;   // the client went away or the server stops; called once, nothing follows
};

class EventStream {
  public:
    virtual ~EventStream() = default;

    // Must be called inside Response::on_stream, before anything is written.
    virtual void listen(std::weak_ptr<StreamListener> listener) = 0;

    // Begins one gather write of all parts (one chunk in HTTP/1.1). The bytes must stay alive until on_written or on_closed.
    // Never more than one write under way (asserted). on_written is never called from inside write().
    virtual void write(std::span<const std::string_view> parts) = 0;

    // Ends the response after the write under way, then closes. on_closed follows.
    virtual void finish() = 0;

    // Closes at once. on_closed follows, never from inside this call.
    virtual void abort() = 0;

    // When the client last took any byte, or since then a write was begun: what the 30 s rule of CONTRACT §3 is measured by.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point last_progress() const = 0;

    [[nodiscard]] virtual bool is_writing() const = 0;
};

}  // namespace octane::http
