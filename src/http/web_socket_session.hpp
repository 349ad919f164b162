// Room: http. The WebSocket behind open_web_socket(): one class in two files, what it writes in open_web_socket.cpp and what it
// reads in web_socket_reading.cpp.
//
// On the connection's loop.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "http/client_connection.hpp"
#include "http/incoming_message.hpp"
#include "http/web_socket.hpp"
#include "http/web_socket_frames.hpp"
#include "http/web_socket_layer.hpp"

namespace octane::http {

class OpenWebSocket final : public WebSocket, private WebSocketCarrier, public std::enable_shared_from_this<OpenWebSocket> {
  public:
    using Opened = std::function<void(std::shared_ptr<WebSocket>)>;

    explicit OpenWebSocket(std::shared_ptr<ClientConnection> connection)
        : connection_(std::move(connection)),
          reader_(static_cast<WebSocketCarrier&>(*this)),
          incoming_(connection_->shard().context().bodies),
          ping_timer_(connection_->shard().loop()),
          last_progress_(std::chrono::steady_clock::now()) {}

    void accept(std::string_view key, Opened opened);
    void listen(std::weak_ptr<WebSocketListener> listener) override { listener_ = std::move(listener); }
    void accept_up_to(std::size_t bytes, std::string too_large) override;
    void hold(bool is_held) override;
    void write(MessageKind kind, std::span<const std::string_view> parts) override;
    void finish(CloseCode code, std::string_view reason) override;
    void abort() override {
        if (!is_torn_) connection_->socket().discard_at_close();
        tear_down();
    }
    void let_go();
    [[nodiscard]] std::chrono::steady_clock::time_point last_progress() const override { return last_progress_; }
    [[nodiscard]] bool is_writing() const override { return is_writing_; }

  private:
    struct Control {
        Gather bytes;
        std::size_t size;
        Done done;
    };

    Socket& socket() override { return connection_->socket(); }
    void carry(const Gather& bytes, Done done) override;

    void hand_over(const Opened& opened);
    void read_more();
    void read_part();
    void on_read(boost::system::error_code failed, std::size_t size);
    void note_portion(std::size_t bytes);
    [[nodiscard]] bool is_message_late(std::chrono::steady_clock::time_point now) const;
    void refuse(CloseCode code, std::string_view reason);
    void discard_message();
    void tell_ending();
    void drain();
    void send_next();
    void send_more(Gather& bytes);
    void on_sent(Gather& bytes, boost::system::error_code failed, std::size_t size);
    void end_control(boost::system::error_code failed);
    void begin_close();
    void say_farewell();
    void arm_ping();
    void check_life();
    void tear_down();
    void close_when_idle();
    template <typename Call>
    void tell(Call call);

    std::shared_ptr<ClientConnection> connection_;  // null once everything has ended
    boost::beast::websocket::stream<WebSocketLayer, false> reader_;
    std::weak_ptr<WebSocketListener> listener_;
    IncomingMessage incoming_;
    std::string too_large_ = "a message may have at most " + std::to_string(kMaxIncoming) + " bytes";
    std::size_t portion_ = 0;  // bytes of the message that have come since portion_began_; only of one that is counted
    std::chrono::steady_clock::time_point portion_began_;
    std::string discarded_;
    std::size_t drained_ = 0;

    boost::asio::steady_timer ping_timer_;
    std::optional<std::chrono::steady_clock::time_point> pinged_at_;  // when a ping that has no answer yet left
    bool is_ping_waiting_ = false;
    bool was_heard_ = false;  // since the last look

    std::chrono::steady_clock::time_point last_progress_;
    FrameHead frame_head_{};
    Gather data_;
    std::optional<Control> control_;
    std::string close_frame_;  // not empty: to be sent, or sent, by this class
    Gather close_;
    bool is_held_ = false;
    bool is_reading_ = false;
    bool is_sending_ = false;  // anything
    bool is_writing_ = false;  // a message, from write() until it is out
    bool is_finishing_ = false;
    bool is_refusing_ = false;  // a message that there is no memory for, or a late one: no more is heard or written
    bool is_ending_told_ = false;
    bool is_close_sent_ = false;
    bool is_torn_ = false;  // the socket is closed; operations under way still come home
};

template <typename Call>
void OpenWebSocket::tell(Call call) {
    const auto listener = listener_.lock();
    if (!listener) {
        let_go();
        return;
    }
    try {
        call(*listener);
    } catch (const std::exception& error) {
        connection_->shard().context().report_exception(error.what());
        tear_down();
    }
}

}  // namespace octane::http
