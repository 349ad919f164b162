#include "endpoints/socket_calls.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <string>
#include <utility>

#include "endpoints/query_names.hpp"
#include "endpoints/raw_bytes.hpp"
#include "http/run_on.hpp"
#include "http/web_socket.hpp"
#include "telemetry/log.hpp"
#include "telemetry/task.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::endpoints {

struct SocketForm {
    bool is_protobuf = false;             // binary messages are protobuf, and so are the answers
    std::optional<RawBytes> raw;          // the answers are these bytes
    std::optional<wire::BytesPath> into;  // binary messages are this field of a request
};

namespace {

namespace asio = boost::asio;
using base::ErrorCode;
using http::MessageKind;

constexpr std::size_t kMostWaiting = 16;              // messages of a client
constexpr std::size_t kMostWaitingBytes = 1U << 20U;  // of them; beyond either no more is read
constexpr std::chrono::hours kLongWait{1};

struct Incoming {
    MessageKind kind = MessageKind::text;
    std::string bytes;
};

// One call over one socket, on the connection's loop. Kept alive by its two tasks.
class SocketCall final : public http::WebSocketListener, public std::enable_shared_from_this<SocketCall> {
  public:
    SocketCall(const Site& site, std::shared_ptr<http::WebSocket> socket, const UpstreamEntry& upstream,
               std::shared_ptr<rpc::CallPlan> plan, rpc::StreamRequest request, const CallQuery& query,
               std::shared_ptr<const SocketForm> form, std::string call_id, const asio::any_io_executor& loop)
        : workers_(site.workers.get_executor()),
          socket_(std::move(socket)),
          upstream_(upstream),
          plan_(std::move(plan)),
          request_(std::move(request)),
          query_(query),
          form_(std::move(form)),
          call_id_(std::move(call_id)),
          came_(loop, asio::steady_timer::time_point::max()),
          written_(loop, asio::steady_timer::time_point::max()) {}

    void start(const asio::any_io_executor& loop) {
        socket_->listen(weak_from_this());
        accept_messages();
        telemetry::start_task(loop, "call over a WebSocket", run(shared_from_this()), [self = shared_from_this()] {
            self->end_requests();
            self->socket_.reset();
        });
    }

    void on_written() override { written_.cancel(); }
    void on_ending() override { leave(); }
    void on_closed() override {
        is_closed_ = true;
        leave();
        written_.cancel();
    }
    void on_message(MessageKind kind, std::string_view bytes) override {
        if (is_left_ || has_ended_) return;
        waiting_bytes_ += bytes.size();
        waiting_.push_back({kind, std::string(bytes)});
        hold();
        came_.cancel();
    }

  private:
    static asio::awaitable<void> run(std::shared_ptr<SocketCall> self);
    static asio::awaitable<void> feed(std::shared_ptr<SocketCall> self);
    asio::awaitable<void> converse();
    asio::awaitable<std::optional<Incoming>> take();
    asio::awaitable<bool> write(MessageKind kind, std::vector<std::string_view> parts);
    asio::awaitable<void> close_with(const std::optional<base::Error>& error);
    void accept_messages();
    void let_go(std::size_t bytes);
    base::Result<std::string> read(Incoming& message) const;
    asio::awaitable<base::Result<bool>> send_answer(const rpc::StreamMessage& message);

    // Nobody hears the answers any more.
    void leave() {
        if (std::exchange(is_left_, true)) return;
        if (reader_) reader_->leave();
        if (call_) call_->cancel();
        came_.cancel();
    }

    // Nothing more goes to the upstream. What the client still says is read and thrown away, so that it hears the end.
    void end_requests() {
        has_ended_ = true;
        waiting_.clear();
        waiting_bytes_ = 0;
        hold();
        came_.cancel();
    }

    // What waits is bounded: beyond it the client waits.
    void hold() {
        const bool should_hold = waiting_.size() >= kMostWaiting || waiting_bytes_ >= kMostWaitingBytes;
        if (std::exchange(is_held_, should_hold) != should_hold && socket_) socket_->hold(should_hold);
    }

    const asio::any_io_executor workers_;
    std::shared_ptr<http::WebSocket> socket_;
    const UpstreamEntry& upstream_;
    std::shared_ptr<rpc::CallPlan> plan_;
    rpc::StreamRequest request_;
    const CallQuery query_;
    std::shared_ptr<const SocketForm> form_;
    const std::string call_id_;
    asio::steady_timer came_;
    asio::steady_timer written_;
    std::deque<Incoming> waiting_;
    std::size_t waiting_bytes_ = 0;  // also of the one that is being sent
    std::shared_ptr<rpc::StreamingCall> call_;
    std::unique_ptr<rpc::StreamReader> reader_;
    std::optional<base::Error> fault_;  // of the client's messages
    std::uint64_t taken_ = 0;           // messages of the client
    bool is_held_ = false;
    bool is_left_ = false;    // no answer goes out any more
    bool is_closed_ = false;  // and the bytes of a write are nobody's
    bool has_ended_ = false;  // nothing more is sent to the upstream
};

asio::awaitable<std::optional<Incoming>> SocketCall::take() {
    while (waiting_.empty() && !is_left_ && !has_ended_) {
        const auto [woken] = co_await came_.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(woken);
    }
    if (waiting_.empty() || is_left_ || has_ended_) co_return std::nullopt;
    Incoming message = std::move(waiting_.front());
    waiting_.pop_front();
    ++taken_;
    hold();
    co_return message;
}

// A message that was taken has been sent.
void SocketCall::let_go(std::size_t bytes) {
    if (has_ended_) return;  // all have been let go
    waiting_bytes_ -= bytes;
    hold();
}

// As large as the upstream takes them. A smaller limit than any socket's is judged with the request, which has better words.
void SocketCall::accept_messages() {
    const auto& upstream = upstream_.upstream();
    const auto own = plan_->max_message();
    const std::size_t most = std::min(own.value_or(upstream.max_message()), upstream.max_message());
    if (most <= http::WebSocket::kMaxIncoming) return;
    const std::string option = own ? "method-max-message of upstream " + upstream.name() : upstream.max_message_option();
    socket_->accept_up_to(most, "a message may have at most " + std::to_string(most) + " bytes (" + option + ")");
}

base::Result<std::string> SocketCall::read(Incoming& message) const {
    if (message.kind == MessageKind::binary) {
        if (form_->into) {
            std::string request;
            auto appended = append_wrapped(request, *form_->into, message.bytes);
            if (!appended) return std::move(appended).error();
            return request;
        }
        if (form_->is_protobuf) return std::move(message.bytes);
        return base::make_error(
            ErrorCode::bad_value,
            "a binary message needs ?bytes=1 (it is protobuf) or ?raw-body=<field> (it is that field); without them a "
            "request is one JSON object as text");
    }
    rpc::JsonCodec codec(query_.codec);
    return codec.read(*plan_, message.bytes);
}

// The client's messages, until it says that there are no more: by an empty one, or after the only one of a method that takes one.
asio::awaitable<void> SocketCall::feed(std::shared_ptr<SocketCall> self) {
    const bool is_many = self->plan_->called().descriptor->client_streaming();
    for (;;) {
        auto message = co_await self->take();
        if (!message) co_return;
        if (is_many && message->bytes.empty() && message->kind == MessageKind::text) break;
        const std::size_t size = message->bytes.size();
        auto request = self->read(*message);
        message.reset();
        base::Result<bool> sent = true;
        if (request)
            sent = co_await self->call_->send(*std::move(request));
        else
            sent = request.error();
        if (!sent) {
            self->fault_ = sent.error();
            self->fault_->message = "message " + std::to_string(self->taken_) + ": " + self->fault_->message;
            self->call_->cancel();
            co_return;
        }
        if (!*sent || !is_many) break;
        self->let_go(size);
    }
    self->end_requests();
    co_await self->call_->end_sending();
}

asio::awaitable<bool> SocketCall::write(MessageKind kind, std::vector<std::string_view> parts) {
    if (is_left_) co_return false;
    socket_->write(kind, parts);
    while (socket_->is_writing() && !is_closed_) {  // its bytes are needed even when nobody waits for the next
        const auto [woken] = co_await written_.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(woken);
    }
    co_return !is_left_;
}

asio::awaitable<base::Result<bool>> SocketCall::send_answer(const rpc::StreamMessage& message) {
    if (form_->raw) {
        base::Result<RawBytes::Content> content = RawBytes::Content();
        if (form_->raw->pixels() != nullptr)
            content = co_await http::run_on(workers_, [&] { return form_->raw->of(message.bytes()); });
        else
            content = form_->raw->of_one_of_many(message.bytes());
        if (!content) co_return std::move(content).error();
        const bool is_written = co_await write(MessageKind::binary, content->bytes.segments());
        co_return is_written;
    }
    if (form_->is_protobuf) {
        const bool is_written = co_await write(MessageKind::binary, message.bytes().segments());
        co_return is_written;
    }
    std::string json;
    auto made = wire::wire_to_json(plan_->answer_type(), message.bytes(), query_.codec.dialect, json);
    if (!made) co_return std::move(made).error();
    std::vector<std::string_view> parts{json};
    const bool is_written = co_await write(MessageKind::text, std::move(parts));
    co_return is_written;
}

// An error stands in a message of its own, since a close frame has room for 123 bytes.
asio::awaitable<void> SocketCall::close_with(const std::optional<base::Error>& error) {
    if (is_left_) co_return;
    if (!error) {
        socket_->finish(http::CloseCode::normal, "OK");
        co_return;
    }
    telemetry::log(telemetry::Level::info, "ERROR: " + plan_->called().display + " over a WebSocket: " + error->message,
                   {{"status", base::grpc_status_name(error->grpc)}, telemetry::incidental({"id", call_id_})});
    const std::string text = http::error_response(*error, call_id_).body;
    std::vector<std::string_view> parts{text};
    const bool is_written = co_await write(MessageKind::text, std::move(parts));
    if (!is_written) co_return;
    const bool is_clients_fault = base::http_status(error->code) < 500;
    const bool is_going_down = error->code == ErrorCode::shutting_down;
    socket_->finish(is_going_down      ? http::CloseCode::going_away
                    : is_clients_fault ? http::CloseCode::policy
                                       : http::CloseCode::internal,
                    base::grpc_status_name(error->grpc));
}

asio::awaitable<void> SocketCall::converse() {
    auto& streams = upstream_.caller->streams();
    auto opened = co_await streams.open(plan_, request_);
    if (!opened) {
        co_await close_with(opened.error());
        co_return;
    }
    call_ = *std::move(opened);
    reader_ = co_await streams.read(call_, query_.policy);
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    telemetry::start_task(loop, "requests over a WebSocket", feed(shared_from_this()), [] {});
    std::optional<base::Error> error;
    while (!is_left_) {
        auto next = co_await reader_->next(kLongWait);
        if (next.end) {
            error = next.end->error;
            break;
        }
        if (!next.message) continue;
        const auto sent = co_await send_answer(*next.message);
        if (!sent) error = sent.error();
        if (!sent || !*sent) break;
    }
    reader_->leave();
    end_requests();
    if (fault_) error = fault_;
    co_await close_with(error);
}

asio::awaitable<void> SocketCall::run(std::shared_ptr<SocketCall> self) {
    co_await self->converse();
}

}  // namespace

base::Result<std::shared_ptr<const SocketForm>> read_socket_form(const http::Request& request, const rpc::CallPlan& plan) {
    if (plan.called().is_unary) {
        return base::make_error(
            ErrorCode::bad_path,
            plan.called().display + " gives one answer to one request: call it with POST, not over a WebSocket");
    }
    if (const auto hint = plan.streaming_hint(); !hint.empty())
        return base::make_error(ErrorCode::bad_path,
                                plan.called().display + " cannot be called over a WebSocket of its own" + hint);
    if (auto known = check_query_names(request.query, kCallParameters); !known) return std::move(known).error();
    if (request.query.flag("share"))
        return base::make_error(ErrorCode::bad_query, "?share= is for streams over HTTP; a WebSocket has a call of its own");
    auto form = std::make_shared<SocketForm>();
    form->is_protobuf = request.query.flag("bytes");
    auto raw = RawBytes::from(request.query, plan.answer_type());
    if (!raw) return std::move(raw).error();
    form->raw = *std::move(raw);
    if (const auto into = request.query.find("raw-body")) {
        auto path = read_body_path(plan.request_type(), *into);
        if (!path) return std::move(path).error();
        form->into = *std::move(path);
    }
    return std::shared_ptr<const SocketForm>(std::move(form));
}

http::Response open_socket_call(const Site& site, const http::Request& request, const UpstreamEntry& upstream,
                                std::shared_ptr<rpc::CallPlan> plan, const rpc::CallRequest& call, const CallQuery& query,
                                std::shared_ptr<const SocketForm> form) {
    rpc::StreamRequest stream;
    stream.timeout = call.timeout.value_or(plan->timeout().value_or(std::chrono::milliseconds(0)));
    stream.metadata = call.metadata;
    http::Response response;
    response.on_web_socket = [&site, &upstream, plan = std::move(plan), stream = std::move(stream), query, form = std::move(form),
                              call_id = std::string(call.head.call_id),
                              loop = request.loop->get_executor()](std::shared_ptr<http::WebSocket> socket) {
        std::make_shared<SocketCall>(site, std::move(socket), upstream, plan, stream, query, form, call_id, loop)->start(loop);
    };
    return response;
}

}  // namespace octane::endpoints
