#include "upstream/client_stream.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "upstream/stream_call.hpp"

namespace octane::upstream {
namespace asio = boost::asio;
using base::GrpcStatus;

struct ClientStream::Impl : StreamCall {
    using StreamCall::StreamCall;
    std::chrono::milliseconds limit{0};
    bool is_overdue = false;  // an operation took longer; on the loop of the stream
    grpc::ByteBuffer message;
    grpc::ByteBuffer answer;
};

namespace {

// Cancels the call if it is still there when the limit has passed. Lives and dies on the loop of the stream.
class Deadline {
  public:
    Deadline(const asio::any_io_executor& loop, const std::shared_ptr<ClientStream::Impl>& stream) : timer_(loop) {
        if (stream->limit.count() == 0) return;
        timer_.expires_after(stream->limit);
        // Cancelling the timer does not stop a handler that is on its way already, hence is_over.
        timer_.async_wait([stream, is_over = is_over_](const boost::system::error_code& cancelled) {
            if (cancelled || *is_over) return;
            stream->is_overdue = true;
            stream->live.context.TryCancel();
        });
    }
    ~Deadline() { *is_over_ = true; }
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

  private:
    asio::steady_timer timer_;
    std::shared_ptr<bool> is_over_ = std::make_shared<bool>(false);
};

template <typename Start>
asio::awaitable<bool> run_in_time(std::shared_ptr<ClientStream::Impl> stream, Start start) {
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    const Deadline deadline(loop, stream);
    const bool is_ok = co_await run_operation(stream, start);
    co_return is_ok;
}

}  // namespace

asio::awaitable<std::unique_ptr<ClientStream>> Channel::open_client_stream(std::string path, std::chrono::milliseconds limit) {
    auto stream = std::make_shared<ClientStream::Impl>(impl_, path);
    stream->limit = limit;
    const auto start = [](ClientStream::Impl& impl, Tag* tag) { impl.call->StartCall(tag); };
    const bool has_started = co_await run_in_time(stream, start);
    static_cast<void>(has_started);  // a failure shows at the first write, and finish() tells why
    auto opened = std::make_unique<ClientStream>(std::move(stream));
    co_return opened;
}

ClientStream::ClientStream(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

ClientStream::~ClientStream() {
    cancel();
}

asio::awaitable<bool> ClientStream::write(std::string message) {
    const auto self = impl_;
    self->message = to_buffer(std::move(message));
    const auto start = [](Impl& impl, Tag* tag) { impl.call->Write(impl.message, tag); };
    const bool is_ok = co_await run_in_time(self, start);
    co_return is_ok;
}

asio::awaitable<Reply> ClientStream::finish() {
    const auto self = impl_;
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    const Deadline deadline(loop, self);
    const auto end = [](Impl& impl, Tag* tag) { impl.call->WritesDone(tag); };
    const bool is_ended = co_await run_operation(self, end);
    static_cast<void>(is_ended);  // fails if the call has ended already, and the status says why
    const auto read = [](Impl& impl, Tag* tag) { impl.call->Read(&impl.answer, tag); };
    const bool has_answer = co_await run_operation(self, read);
    const auto close = [](Impl& impl, Tag* tag) { impl.call->Finish(&impl.status, tag); };
    const bool is_closed = co_await run_operation(self, close);
    Reply reply;
    reply.status = is_closed ? to_status(self->status.error_code()) : GrpcStatus::cancelled;
    reply.message = is_closed ? self->status.error_message() : "the proxy is going down";
    if (self->is_overdue && reply.status == GrpcStatus::cancelled) {
        reply.status = GrpcStatus::deadline_exceeded;
        reply.message = "Deadline Exceeded";  // as gRPC says it
    }
    if (has_answer && reply.status == GrpcStatus::ok) reply.body = to_chain(self->answer);
    co_return reply;
}

void ClientStream::cancel() {
    impl_->live.context.TryCancel();
}

}  // namespace octane::upstream
