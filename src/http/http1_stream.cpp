#include "http/http1_stream.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cassert>
#include <charconv>
#include <exception>
#include <utility>

namespace octane::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::steady_clock;

// A viewer has nothing to say; what it sends is thrown away up to here, and then the viewer.
constexpr std::size_t kMaxDiscarded = 64UL << 10U;
// Who still sends its request when all is said reads the end of the answer before it meets a reset.
constexpr std::size_t kMostAfterEnd = 16UL << 20U;

class Http1Stream final : public ResponseWriter, public Sender, public std::enable_shared_from_this<Http1Stream> {
  public:
    Http1Stream(std::shared_ptr<ClientConnection> connection, BodyFraming framing)
        : connection_(std::move(connection)),
          framing_(framing),
          longest_stall_(connection_->shard().context().options.body_timeout),
          last_progress_(steady_clock::now()),
          wake_(connection_->shard().loop()) {}

    void start(bool watches_client) {
        connection_->socket().limit_unsent();
        if (watches_client) read_more();
    }

    void listen(std::weak_ptr<StreamListener> listener) override { listener_ = std::move(listener); }
    asio::awaitable<bool> write(std::span<const std::string_view> parts) override;
    void begin_write(std::span<const std::string_view> parts) override;
    void watch_client() override {
        if (!is_reading_ && !is_torn_) read_more();
    }
    void finish() override;
    void abort() override;
    void let_go();
    [[nodiscard]] steady_clock::time_point last_progress() const override { return last_progress_; }
    [[nodiscard]] bool is_writing() const override { return is_writing_; }

  private:
    void read_more();
    void on_read(error_code failed, std::size_t size);
    Progress send(std::size_t limit) override;
    void wait_for_room();
    void begin_sending();
    void send_through_tls();
    void note_sent(std::size_t size);
    void end_sending(error_code failed);
    void end_response();
    void await_end();
    void tear_down();
    void close_when_idle();
    void tell(void (StreamListener::*event)());

    std::shared_ptr<ClientConnection> connection_;  // null once everything has ended
    BodyFraming framing_;
    std::chrono::seconds longest_stall_;  // of write(); a listener judges for itself
    std::weak_ptr<StreamListener> listener_;
    steady_clock::time_point last_progress_;
    asio::steady_timer wake_;  // of write()
    Gather out_;
    std::array<char, 20> chunk_head_{};
    std::array<char, 512> discard_{};
    std::size_t discarded_ = 0;
    bool is_reading_ = false;
    bool is_writing_ = false;
    bool is_awaited_ = false;  // by write()
    bool is_finishing_ = false;
    bool is_ended_ = false;  // the end of the response is being written or has been
    bool is_torn_ = false;   // the socket is closed; operations under way still come home
};

asio::awaitable<bool> Http1Stream::write(std::span<const std::string_view> parts) {
    const auto self = shared_from_this();
    begin_write(parts);
    is_awaited_ = true;
    while (is_writing_) {
        wake_.expires_at(is_torn_ ? steady_clock::time_point::max() : last_progress_ + longest_stall_);
        const auto [cancelled] = co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
        if (!cancelled && is_writing_ && steady_clock::now() - last_progress_ >= longest_stall_) abort();
    }
    is_awaited_ = false;
    co_return !is_torn_;
}

void Http1Stream::begin_write(std::span<const std::string_view> parts) {
    assert(!is_writing_ && !is_finishing_ && "one write at a time, and none after finish");
    if (is_torn_) return;
    last_progress_ = steady_clock::now();  // a quiet time before this write is not the client's
    std::size_t total = 0;
    for (const auto part : parts) total += part.size();

    out_.clear();
    const bool is_chunk = framing_ == BodyFraming::chunked && total > 0;
    if (is_chunk) {
        auto* const end = std::to_chars(chunk_head_.data(), chunk_head_.data() + chunk_head_.size() - 2, total, 16).ptr;
        end[0] = '\r';
        end[1] = '\n';
        out_.add({chunk_head_.data(), static_cast<std::size_t>(end + 2 - chunk_head_.data())});
    }
    for (const auto part : parts) out_.add(part);
    if (is_chunk) out_.add("\r\n");
    is_writing_ = true;
    begin_sending();
}

void Http1Stream::begin_sending() {
    if (connection_->socket().is_tls()) {
        send_through_tls();
    } else {
        connection_->shard().sends().add(shared_from_this());
    }
}

Sender::Progress Http1Stream::send(std::size_t limit) {
    Progress progress;
    error_code failed;
    if (!is_torn_) {
        progress.bytes = connection_->socket().write_now(out_.view(limit), failed);
        note_sent(progress.bytes);
    }
    if (failed || is_torn_ || out_.is_empty()) {
        end_sending(failed);
    } else if (progress.bytes == 0) {
        wait_for_room();
    } else {
        progress.could_go_on = true;
    }
    return progress;
}

void Http1Stream::wait_for_room() {
    connection_->socket().async_wait_writable([self = shared_from_this()](error_code failed) {
        if (failed || self->is_torn_) {
            self->end_sending(failed);
        } else {
            self->connection_->shard().sends().resume(self, self->out_.size());
        }
    });
}

void Http1Stream::send_through_tls() {
    connection_->socket().async_write_some(out_.view(), [self = shared_from_this()](error_code failed, std::size_t size) {
        self->note_sent(size);
        if (failed || self->is_torn_ || self->out_.is_empty()) {
            self->end_sending(failed);
        } else {
            self->send_through_tls();
        }
    });
}

void Http1Stream::note_sent(std::size_t size) {
    if (size == 0) return;
    out_.consume(size);
    last_progress_ = steady_clock::now();
    if (is_ended_) connection_->touch();
}

void Http1Stream::end_sending(error_code failed) {
    is_writing_ = false;
    if (is_awaited_) wake_.cancel();
    if (failed || is_torn_) {
        tear_down();
        close_when_idle();
    } else if (is_ended_) {
        await_end();
    } else if (is_finishing_) {
        end_response();
    } else if (!is_awaited_) {
        tell(&StreamListener::on_written);
    }
}

void Http1Stream::read_more() {
    is_reading_ = true;
    connection_->socket().async_read_some(
        boost::asio::buffer(discard_),
        [self = shared_from_this()](error_code failed, std::size_t size) { self->on_read(failed, size); });
}

void Http1Stream::on_read(error_code failed, std::size_t size) {
    is_reading_ = false;
    discarded_ += size;
    // Somebody who only reads on; what is written tells whether it is so.
    if (failed == asio::error::eof && framing_ == BodyFraming::length && !is_ended_ && !is_torn_) return;
    if (failed || is_torn_ || discarded_ > (is_ended_ ? kMostAfterEnd : kMaxDiscarded)) {
        tear_down();
        close_when_idle();
    } else {
        read_more();
    }
}

void Http1Stream::finish() {
    if (is_torn_ || is_finishing_) return;
    is_finishing_ = true;
    if (!is_writing_) end_response();
}

void Http1Stream::end_response() {
    is_ended_ = true;
    connection_->enter(Phase::closing);
    out_.clear();
    if (framing_ != BodyFraming::chunked) {
        await_end();
        return;
    }
    out_.add("0\r\n\r\n");
    is_writing_ = true;
    begin_sending();
}

// All is sent; reads up to the client's end, so that no reset overtakes what is on its way.
void Http1Stream::await_end() {
    connection_->socket().shutdown_send();
    if (!is_reading_) read_more();
}

void Http1Stream::abort() {
    if (is_torn_) return;
    connection_->socket().discard_at_close();
    tear_down();
}

void Http1Stream::let_go() {
    if (!is_finishing_) tear_down();
}

void Http1Stream::tear_down() {
    if (is_torn_) return;
    is_torn_ = true;
    connection_->close();
    if (!is_reading_ && !is_writing_)
        asio::post(connection_->shard().loop(), [self = shared_from_this()] { self->close_when_idle(); });
}

// Ends the stream once no operation is under way any more, so that the bytes of a write are safe until on_closed.
void Http1Stream::close_when_idle() {
    if (is_reading_ || is_writing_ || !connection_) return;
    const auto connection = std::exchange(connection_, nullptr);
    connection->announce_gone();
    const auto listener = std::exchange(listener_, {}).lock();
    if (!listener) return;
    try {
        listener->on_closed();
    } catch (const std::exception& error) { connection->shard().context().report_exception(error.what()); }
}

void Http1Stream::tell(void (StreamListener::*event)()) {
    const auto listener = listener_.lock();
    if (!listener) {
        tear_down();
        return;
    }
    try {
        (listener.get()->*event)();
    } catch (const std::exception& error) {
        connection_->shard().context().report_exception(error.what());
        tear_down();
    }
}

struct StreamHolder {
    std::shared_ptr<Http1Stream> stream;
    void operator()(ResponseWriter*) { std::exchange(stream, nullptr)->let_go(); }
};

}  // namespace

std::shared_ptr<ResponseWriter> open_http1_stream(std::shared_ptr<ClientConnection> connection, BodyFraming framing,
                                                  bool watches_client) {
    auto stream = std::make_shared<Http1Stream>(std::move(connection), framing);
    stream->start(watches_client);
    auto* const plain = stream.get();
    return {plain, StreamHolder{std::move(stream)}};
}

}  // namespace octane::http
