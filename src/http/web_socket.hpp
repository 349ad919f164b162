// Room: http. An open WebSocket as its users see it.
//
// Lives on one loop and must be used only there. Whoever was handed it in Response::on_web_socket holds it: when the last holder
// lets go without having called finish(), the connection is closed. After the client has gone, write() does nothing and on_closed
// is on its way.
//
// What needs no listener happens by itself: pings are answered, a client that is silent is pinged and dropped if it does not
// answer (ServerOptions::ping_interval), protocol errors, text that is not UTF-8 (1007) and messages over kMaxIncoming, or what
// accept_up_to() says instead (1009), end the connection, and so does the server's own end (1001). Nothing is compressed:
// pictures are already.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "http/response_writer.hpp"

namespace octane::http {

enum class MessageKind : std::uint8_t { text, binary };

// Why a connection ends, as RFC 6455 §7.4.1 numbers it.
enum class CloseCode : std::uint16_t {
    normal = 1000,
    going_away = 1001,  // the proxy stops
    policy = 1008,      // the client broke a rule of this endpoint
    too_large = 1009,
    internal = 1011,
    try_again = 1013,
};

// on_written: the message is out; the next may begin. on_closed: as for a stream.
class WebSocketListener : public StreamListener {
  public:
    // One whole message; the bytes live as long as the call. Called for every message until on_closed, also after finish().
    virtual void on_message(MessageKind kind, std::string_view bytes) = 0;

    // The socket ends by itself, or the client has said that it does, without finish(): nothing that is written from now on goes
    // out, and no message comes. At most once; on_closed follows within seconds. The bytes of a write under way must still live
    // until on_written or on_closed. Who lets go of the socket now does not cut off what tells the client why.
    virtual void on_ending() {}
};

class WebSocket {
  public:
    // Bytes of a message from the client, unless accept_up_to() is called.
    static constexpr std::size_t kMaxIncoming = 1UL << 20U;

    virtual ~WebSocket() = default;

    // Must be called inside Response::on_web_socket, before anything is written.
    virtual void listen(std::weak_ptr<WebSocketListener> listener) = 0;

    // Messages of the client may have so many bytes; `too_large` tells one whose message has more. The memory of one above
    // kMaxIncoming counts in ServerOptions::body_memory while it comes, and until the next begins, which hold() delays; where
    // there is none left, the connection ends with 1013, and where it comes more slowly than a request's body may
    // (ServerOptions::least_body_rate), with 1008. Must be called inside Response::on_web_socket.
    virtual void accept_up_to(std::size_t bytes, std::string too_large) = 0;

    // While it is held nothing more is read: what the client sends stays with it, and its leaving is seen only where something is
    // written. Messages that came before may still follow.
    virtual void hold(bool is_held) = 0;

    // Begins one gather write of all parts as one message. The bytes must stay alive until on_written or on_closed; text must be
    // UTF-8. Never more than one write under way (asserted). on_written is never called from inside write().
    virtual void write(MessageKind kind, std::span<const std::string_view> parts) = 0;

    // Sends a close frame after the write under way and waits for the client's own (up to 5 s). on_closed follows. `reason` is
    // for people; it is copied and cut at 123 bytes.
    virtual void finish(CloseCode code, std::string_view reason) = 0;

    // Closes at once. on_closed follows, never from inside this call.
    virtual void abort() = 0;

    // As ResponseWriter::last_progress: what the rule about viewers that stop reading is measured by.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point last_progress() const = 0;

    [[nodiscard]] virtual bool is_writing() const = 0;
};

}  // namespace octane::http
