#include "http/open_web_socket.hpp"

#include <algorithm>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <cassert>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "http/web_socket_session.hpp"

namespace octane::http {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::steady_clock;

namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

struct SocketHolder {
    std::shared_ptr<OpenWebSocket> socket;
    void operator()(WebSocket*) { std::exchange(socket, nullptr)->let_go(); }
};

}  // namespace

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
    if (is_torn_ || is_refusing_ || !reader_.is_open()) return;
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
    const auto buffers = bytes.view();
    const std::string_view first(static_cast<const char*>(buffers.begin()->data()), buffers.begin()->size());
    if (is_bare_close_of(first, CloseCode::too_large)) {  // Beast gives no reasons
        close_frame_ = make_close_frame(CloseCode::too_large, too_large_);
        control_->bytes.clear();
        control_->bytes.add(close_frame_);
    }
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
        if (is_finishing_ || is_refusing_) begin_close();
        if (!is_finishing_) tell([](WebSocketListener& listener) { listener.on_written(); });
        send_next();
    } else {
        if (control_ && &bytes == &control_->bytes) end_control({});
        if (is_refusing_ && &bytes == &close_) connection_->socket().shutdown_send();
        send_next();
    }
}

void OpenWebSocket::end_control(error_code failed) {
    const auto ended = std::exchange(control_, std::nullopt);
    ended->done(failed, failed ? 0 : ended->size);
}

void OpenWebSocket::finish(CloseCode code, std::string_view reason) {
    if (is_torn_ || is_finishing_ || is_refusing_) return;
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

// Not where the client is being told, by this class or by Beast, why all ends: the rest of that needs nobody.
void OpenWebSocket::let_go() {
    if (!is_finishing_ && !is_refusing_ && reader_.is_open()) tear_down();
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
    incoming_.give_back();  // the budget may end with the connection
    const auto connection = std::exchange(connection_, nullptr);
    const auto listener = std::exchange(listener_, {}).lock();
    if (!listener) return;
    try {
        listener->on_closed();
    } catch (const std::exception& error) { connection->shard().context().report_exception(error.what()); }
}

void open_web_socket(std::shared_ptr<ClientConnection> connection, const Request& request,
                     std::function<void(std::shared_ptr<WebSocket>)> opened) {
    std::make_shared<OpenWebSocket>(std::move(connection))->accept(request.header("Sec-WebSocket-Key"), std::move(opened));
}

}  // namespace octane::http
