// Room: http. The body of a response that is written piece by piece.
//
// Lives on one loop and must be used only there. Whoever was handed it by Exchange::open or in Response::on_stream holds it: when
// the last holder lets go without having called finish(), the connection is closed. After the client has gone, writing does
// nothing. There are two ways to write and they are not mixed: write() waits for the client, begin_write() tells a listener.
#pragma once

#include <boost/asio/awaitable.hpp>
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

class ResponseWriter {
  public:
    virtual ~ResponseWriter() = default;

    // Writes one gather of all parts (one chunk in HTTP/1.1) and waits until the kernel has taken it: the back-pressure. The
    // bytes must stay alive meanwhile. False when the client has gone, or has taken nothing for the server's body_timeout.
    virtual boost::asio::awaitable<bool> write(std::span<const std::string_view> parts) = 0;

    // For begin_write; must be called before anything is written, and inside Response::on_stream if it was opened there.
    virtual void listen(std::weak_ptr<StreamListener> listener) = 0;

    // Begins the same without waiting; on_written follows, never from inside this call, or on_closed. The bytes must stay alive
    // until then. Never more than one write under way (asserted). How long the client may take is the listener's to judge.
    virtual void begin_write(std::span<const std::string_view> parts) = 0;

    // For a writer that was opened while the request's body was still read: that has been read to its end, so from now on this
    // notices the client's leaving. Once.
    virtual void watch_client() = 0;

    // Ends the response after the write under way, then closes. on_closed follows.
    virtual void finish() = 0;

    // Closes at once. on_closed follows, never from inside this call.
    virtual void abort() = 0;

    // When the client last took any byte, or since then a write was begun: what the rule about viewers that stop reading is
    // measured by.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point last_progress() const = 0;

    [[nodiscard]] virtual bool is_writing() const = 0;
};

}  // namespace octane::http
