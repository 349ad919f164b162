#include "http/open_web_socket.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cassert>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "http/web_socket_frames.hpp"
#include "http/web_socket_layer.hpp"

namespace octane::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::size_t kIdleMessageMemory = 16UL << 10U;  // what came in with a message is given back above this
constexpr std::size_t kTalkLimit = 16UL << 20U;          // of a client that talks past its end, so that it reads the reason

class OpenWebSocket final : public WebSocket, private WebSocketCarrier, public std::enable_shared_from_this<OpenWebSocket> {
  public:
    using Opened = std::function<void(std::shared_ptr<WebSocket>)>;

    explicit OpenWebSocket(std::shared_ptr<ClientConnection> connection)
        : connection_(std::move(connection)),
          reader_(static_cast<WebSocketCarrier&>(*this)),
          ping_timer_(connection_->shard().loop()),
          last_progress_(steady_clock::now()) {}

    void accept(std::string_view key, Opened opened);
    void listen(std::weak_ptr<WebSocketListener> listener) override { listener_ = std::move(listener); }
    void hold(bool is_held) override;
    void write(MessageKind kind, std::span<const std::string_view> parts) override;
    void finish(CloseCode code, std::string_view reason) override;
    void abort() override {
        if (!is_torn_) connection_->socket().discard_at_close();
        tear_down();
    }
    void let_go();
    [[nodiscard]] steady_clock::time_point last_progress() const override { return last_progress_; }
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
    void on_read(error_code failed);
    void drain();
    void send_next();
    void send_more(Gather& bytes);
    void on_sent(Gather& bytes, error_code failed, std::size_t size);
    void end_control(error_code failed);
    void begin_close();
    void say_farewell();
    void arm_ping();
    void check_life();
    void tear_down();
    void close_when_idle();
    template <typename Call>
    void tell(Call call);

    std::shared_ptr<ClientConnection> connection_;  // null once everything has ended
    websocket::stream<WebSocketLayer, false> reader_;
    std::weak_ptr<WebSocketListener> listener_;
    beast::flat_buffer message_;
    std::string discarded_;
    std::size_t drained_ = 0;

    asio::steady_timer ping_timer_;
    std::optional<steady_clock::time_point> pinged_at_;  // when a ping that has no answer yet left
    bool is_ping_waiting_ = false;
    bool was_heard_ = false;  // since the last look

    steady_clock::time_point last_progress_;
    FrameHead frame_head_{};
    Gather data_;
    std::optional<Control> control_;
    std::string close_frame_;  // not empty: to be sent, or sent, by finish()
    Gather close_;
    bool is_held_ = false;
    bool is_reading_ = false;
    bool is_sending_ = false;  // anything
    bool is_writing_ = false;  // a message, from write() until it is out
    bool is_finishing_ = false;
    bool is_close_sent_ = false;
    bool is_torn_ = false;  // the socket is closed; operations under way still come home
};

void OpenWebSocket::accept(std::string_view key, Opened opened) {
    beast::http::request<beast::http::empty_body> upgrade(beast::http::verb::get, "/", 11);
    upgrade.set(beast::http::field::host, "localhost");
    upgrade.set(beast::http::field::connection, "upgrade");
    upgrade.set(beast::http::field::upgrade, "websocket");
    upgrade.set(beast::http::field::sec_websocket_version, "13");
    upgrade.set(beast::http::field::sec_websocket_key, beast::string_view(key.data(), key.size()));
    reader_.set_option(websocket::stream_base::decorator(
        [](websocket::response_type& response) { response.set(beast::http::field::server, "proxy"); }));
    reader_.set_option(websocket::stream_base::timeout{websocket::stream_base::none(), websocket::stream_base::none(), false});
    reader_.read_message_max(kMaxIncoming);
    reader_.control_callback([this](websocket::frame_type, beast::string_view) { was_heard_ = true; });
    is_reading_ = true;
    reader_.async_accept(upgrade, [self = shared_from_this(), opened = std::move(opened)](error_code failed) {
        self->is_reading_ = false;
        if (failed) {
            self->tear_down();
            self->close_when_idle();
        } else {
            self->hand_over(opened);
        }
    });
}

struct SocketHolder {
    std::shared_ptr<OpenWebSocket> socket;
    void operator()(WebSocket*) { std::exchange(socket, nullptr)->let_go(); }
};

void OpenWebSocket::hand_over(const Opened& opened) {
    connection_->enter(Phase::streaming);
    connection_->socket().limit_unsent();
    connection_->set_farewell([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->say_farewell();
    });
    const bool is_late = connection_->shard().is_draining();
    read_more();
    arm_ping();
    try {
        opened(std::shared_ptr<WebSocket>(this, SocketHolder{shared_from_this()}));
    } catch (const std::exception& error) {
        connection_->shard().context().report_exception(error.what());
        tear_down();
    }
    if (is_late) finish(CloseCode::going_away, "the proxy stops");
}

void OpenWebSocket::write(MessageKind kind, std::span<const std::string_view> parts) {
    assert(!is_writing_ && !is_finishing_ && "one write at a time, and none after finish");
    if (is_torn_ || !reader_.is_open()) return;
    last_progress_ = steady_clock::now();  // a quiet time before this write is not the client's
    std::size_t total = 0;
    for (const auto part : parts) total += part.size();
    data_.clear();
    data_.add(write_frame_head(frame_head_, kind, total));
    for (const auto part : parts) data_.add(part);
    is_writing_ = true;
    send_next();
}

void OpenWebSocket::carry(const Gather& bytes, Done done) {
    assert(!control_ && "Beast writes one thing at a time");
    std::size_t size = 0;
    for (const auto& buffer : bytes.view()) size += buffer.size();
    if (is_close_sent_) {  // nothing may follow it
        asio::post(connection_->shard().loop(), [done = std::move(done), size] { done({}, size); });
        return;
    }
    control_.emplace(Control{bytes, size, std::move(done)});
    send_next();
}

// Control frames go first: they are small, and a close frame must be the last that leaves.
void OpenWebSocket::send_next() {
    if (is_sending_) return;
    if (control_) {
        send_more(control_->bytes);
    } else if (!close_.is_empty() && reader_.is_open()) {
        is_close_sent_ = true;
        send_more(close_);
    } else if (is_writing_ && reader_.is_open()) {
        send_more(data_);
    }
}

void OpenWebSocket::send_more(Gather& bytes) {
    is_sending_ = true;
    connection_->socket().async_write_some(
        bytes.view(),
        [self = shared_from_this(), &bytes](error_code failed, std::size_t size) { self->on_sent(bytes, failed, size); });
}

void OpenWebSocket::on_sent(Gather& bytes, error_code failed, std::size_t size) {
    if (size > 0) last_progress_ = steady_clock::now();
    bytes.consume(size);
    if (!failed && !is_torn_ && !bytes.is_empty()) {
        send_more(bytes);
        return;
    }
    is_sending_ = false;
    const bool was_data = &bytes == &data_;
    if (was_data) is_writing_ = false;
    if (failed || is_torn_) {
        is_writing_ = false;
        tear_down();
        if (control_) end_control(asio::error::operation_aborted);
        close_when_idle();
    } else if (was_data) {
        if (is_finishing_) {
            begin_close();
        } else {
            tell([](WebSocketListener& listener) { listener.on_written(); });
        }
        send_next();
    } else {
        if (control_ && &bytes == &control_->bytes) end_control({});
        send_next();
    }
}

void OpenWebSocket::end_control(error_code failed) {
    const auto ended = std::exchange(control_, std::nullopt);
    ended->done(failed, failed ? 0 : ended->size);
}

void OpenWebSocket::read_more() {
    is_reading_ = true;
    reader_.async_read(message_, [self = shared_from_this()](error_code failed, std::size_t) { self->on_read(failed); });
}

void OpenWebSocket::on_read(error_code failed) {
    is_reading_ = false;
    if (is_torn_) {
        close_when_idle();
        return;
    }
    if (failed) {
        ping_timer_.cancel();
        connection_->enter(Phase::closing);
        connection_->socket().shutdown_send();
        discarded_.resize(kIdleMessageMemory);
        drain();
        return;
    }
    was_heard_ = true;
    const auto kind = reader_.got_text() ? MessageKind::text : MessageKind::binary;
    const std::string_view bytes(static_cast<const char*>(message_.data().data()), message_.size());
    tell([kind, bytes](WebSocketListener& listener) { listener.on_message(kind, bytes); });
    message_.consume(message_.size());
    if (message_.capacity() > kIdleMessageMemory) message_.shrink_to_fit();
    if (is_torn_) {
        close_when_idle();
    } else if (!is_held_) {
        read_more();
    }
}

void OpenWebSocket::hold(bool is_held) {
    is_held_ = is_held;
    if (!is_held && !is_reading_ && !is_torn_ && connection_) read_more();
}

// All is said; waits for the client's end, so that no reset overtakes the close frame.
void OpenWebSocket::drain() {
    is_reading_ = true;
    connection_->socket().async_read_raw(asio::buffer(discarded_),
                                         [self = shared_from_this()](error_code failed, std::size_t size) {
                                             self->is_reading_ = false;
                                             self->drained_ += size;
                                             if (!failed && !self->is_torn_ && self->drained_ < kTalkLimit) {
                                                 self->drain();
                                             } else {
                                                 self->tear_down();
                                                 self->close_when_idle();
                                             }
                                         });
}

void OpenWebSocket::finish(CloseCode code, std::string_view reason) {
    if (is_torn_ || is_finishing_) return;
    is_finishing_ = true;
    close_frame_ = make_close_frame(code, reason);
    if (!is_writing_) begin_close();
}

// Not by Beast's async_close: it and a read that takes the client's own close frame can wait for each other for ever.
void OpenWebSocket::begin_close() {
    connection_->enter(Phase::closing);
    ping_timer_.cancel();
    close_.add(close_frame_);
    send_next();
}

// The server cuts what has not ended by itself: a client that is not in the middle of a message is still told why.
void OpenWebSocket::say_farewell() {
    if (is_sending_ || is_close_sent_ || is_torn_ || !reader_.is_open() || connection_->socket().is_tls()) return;
    const auto frame = make_close_frame(CloseCode::going_away, {});
    Gather bytes;
    bytes.add(frame);
    error_code ignored;
    connection_->socket().write_now(bytes.view(), ignored);
}

void OpenWebSocket::arm_ping() {
    ping_timer_.expires_after(connection_->shard().context().options.ping_interval);
    ping_timer_.async_wait([weak = weak_from_this()](error_code failed) {
        const auto self = weak.lock();
        if (!failed && self && !self->is_torn_) self->check_life();
    });
}

void OpenWebSocket::check_life() {
    const auto now = steady_clock::now();
    const auto interval = connection_->shard().context().options.ping_interval;
    if (is_held_ && connection_->socket().peer_state() != PeerState::open) {
        tear_down();
        return;
    }
    if (is_held_) was_heard_ = true;  // an answer to a ping would not be read
    if (was_heard_) pinged_at_.reset();
    const bool is_mute = pinged_at_ && now - *pinged_at_ >= interval / 2;  // the ping may have waited for a message
    const bool is_stuck = is_sending_ && now - last_progress_ >= 2 * interval;
    if (is_mute || is_stuck) {
        tear_down();
        return;
    }
    if (!was_heard_ && !pinged_at_ && !is_ping_waiting_ && reader_.is_open()) {
        is_ping_waiting_ = true;
        reader_.async_ping({}, [self = shared_from_this()](error_code) {
            self->is_ping_waiting_ = false;
            self->pinged_at_ = steady_clock::now();
        });
    }
    was_heard_ = false;
    arm_ping();
}

void OpenWebSocket::let_go() {
    if (!is_finishing_) tear_down();
}

void OpenWebSocket::tear_down() {
    if (is_torn_) return;
    is_torn_ = true;
    ping_timer_.cancel();
    connection_->close();
    if (!is_reading_ && !is_sending_)
        asio::post(connection_->shard().loop(), [self = shared_from_this()] { self->close_when_idle(); });
}

// Ends the socket once no operation is under way any more, so that the bytes of a write are safe until on_closed.
void OpenWebSocket::close_when_idle() {
    if (is_reading_ || is_sending_ || !connection_) return;
    connection_->set_farewell({});
    const auto connection = std::exchange(connection_, nullptr);
    const auto listener = std::exchange(listener_, {}).lock();
    if (!listener) return;
    try {
        listener->on_closed();
    } catch (const std::exception& error) { connection->shard().context().report_exception(error.what()); }
}

template <typename Call>
void OpenWebSocket::tell(Call call) {
    const auto listener = listener_.lock();
    if (!listener) {
        tear_down();
        return;
    }
    try {
        call(*listener);
    } catch (const std::exception& error) {
        connection_->shard().context().report_exception(error.what());
        tear_down();
    }
}

}  // namespace

void open_web_socket(std::shared_ptr<ClientConnection> connection, const Request& request,
                     std::function<void(std::shared_ptr<WebSocket>)> opened) {
    std::make_shared<OpenWebSocket>(std::move(connection))->accept(request.header("Sec-WebSocket-Key"), std::move(opened));
}

}  // namespace octane::http
