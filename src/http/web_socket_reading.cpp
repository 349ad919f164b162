#include <boost/asio/buffer.hpp>
#include <string>
#include <utility>

#include "http/web_socket_session.hpp"

namespace octane::http {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t kTalkLimit = 16UL << 20U;  // of a client that talks past its end, so that it reads the reason
constexpr std::size_t kTalkChunk = 16UL << 10U;

}  // namespace

void OpenWebSocket::accept_up_to(std::size_t bytes, std::string too_large) {
    reader_.read_message_max(bytes);
    incoming_.limit_to(bytes);
    too_large_ = std::move(too_large);
}

// The next message.
void OpenWebSocket::read_more() {
    incoming_.give_back();
    read_part();
}

void OpenWebSocket::read_part() {
    const auto room = incoming_.prepare();
    if (!room) {
        const auto& budget = connection_->shard().context().bodies;
        refuse(CloseCode::try_again,
               "the bodies under way hold all of the " + std::to_string(budget.limit()) + " bytes of --body-memory");
        discard_message();
        tell_ending();
        return;
    }
    is_reading_ = true;
    reader_.async_read_some(*room,
                            [self = shared_from_this()](error_code failed, std::size_t size) { self->on_read(failed, size); });
}

// As for a request's body: each portion has its time. Only of a message that takes memory from others.
void OpenWebSocket::note_portion(std::size_t bytes) {
    const auto& options = connection_->shard().context().options;
    portion_ += bytes;
    const bool is_full = portion_ >= options.least_body_rate * static_cast<std::size_t>(options.body_timeout.count());
    if (incoming_.is_counted() && !is_full) return;
    portion_ = 0;
    portion_began_ = steady_clock::now();
}

bool OpenWebSocket::is_message_late(steady_clock::time_point now) const {
    return is_reading_ && incoming_.is_counted() && !is_finishing_ && !is_refusing_ && reader_.is_open() &&
           now - portion_began_ > connection_->shard().context().options.body_timeout;
}

// The close frame goes after the message that is on its way. A read under way still comes home.
void OpenWebSocket::refuse(CloseCode code, std::string_view reason) {
    is_refusing_ = true;
    if (!close_frame_.empty()) return;
    close_frame_ = make_close_frame(code, reason);
    connection_->enter(Phase::closing);
    if (!is_writing_) begin_close();
}

// What the client has sent and still sends is thrown away. Not while a read into the message is under way.
void OpenWebSocket::discard_message() {
    incoming_.clear();
    incoming_.give_back();
    discarded_.resize(kTalkChunk);
    drain();
}

void OpenWebSocket::tell_ending() {
    if (is_finishing_ || std::exchange(is_ending_told_, true)) return;
    tell([](WebSocketListener& listener) { listener.on_ending(); });
}

void OpenWebSocket::on_read(error_code failed, std::size_t size) {
    if (is_torn_) {
        is_reading_ = false;
        close_when_idle();
        return;
    }
    if (failed) {
        ping_timer_.cancel();
        connection_->enter(Phase::closing);
        connection_->socket().shutdown_send();
        discard_message();
        tell_ending();
        return;
    }
    if (is_refusing_) {  // since this read began
        discard_message();
        return;
    }
    was_heard_ = true;
    incoming_.commit(size);
    note_portion(size);
    if (!reader_.is_message_done()) {
        read_part();
        return;
    }
    const auto kind = reader_.got_text() ? MessageKind::text : MessageKind::binary;
    tell([kind, bytes = incoming_.bytes()](WebSocketListener& listener) { listener.on_message(kind, bytes); });
    is_reading_ = false;  // not before: a listener that lets the next one come would have this one's memory overwritten
    incoming_.clear();
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
    if (is_message_late(now)) {
        const auto& options = connection_->shard().context().options;
        const auto seconds = static_cast<std::size_t>(options.body_timeout.count());
        refuse(CloseCode::policy, "the message came too slowly: less than " + std::to_string(options.least_body_rate * seconds) +
                                      " bytes in " + std::to_string(seconds) + " s");
        tell_ending();
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

}  // namespace octane::http
