#include "upstream/client_stream.hpp"

#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <utility>

#include "upstream/stream_call.hpp"

namespace octane::upstream {
namespace asio = boost::asio;

struct ClientStream::Impl : StreamCall {
    using StreamCall::StreamCall;
    // Of an operation that begins now.
    void set_limit() { set_deadline(limit.count() > 0 ? Clock::now() + limit : Clock::time_point::max()); }

    std::chrono::milliseconds limit{0};
    grpc::ByteBuffer message;
    grpc::ByteBuffer answer;
};

asio::awaitable<std::unique_ptr<ClientStream>> Channel::open_client_stream(std::string path, std::chrono::milliseconds limit) {
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    auto stream = std::make_shared<ClientStream::Impl>(impl_, loop);
    stream->prepare(path);
    stream->limit = limit;
    stream->set_limit();
    const auto start = [](ClientStream::Impl& impl, Tag* tag) { impl.call->StartCall(tag); };
    const bool has_started = co_await run_operation(stream, start);
    static_cast<void>(has_started);  // a failure shows at the first write, and finish() tells why
    auto opened = std::make_unique<ClientStream>(std::move(stream));
    co_return opened;
}

ClientStream::ClientStream(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

ClientStream::~ClientStream() {
    impl_->context.TryCancel();
}

asio::awaitable<bool> ClientStream::write(std::string message) {
    const auto self = impl_;
    self->set_limit();
    self->message = to_buffer(std::move(message));
    const auto start = [](Impl& impl, Tag* tag) { impl.call->Write(impl.message, tag); };
    const bool is_ok = co_await run_operation(self, start);
    co_return is_ok;
}

asio::awaitable<Reply> ClientStream::finish() {
    const auto self = impl_;
    self->set_limit();  // of the three together
    const auto end = [](Impl& impl, Tag* tag) { impl.call->WritesDone(tag); };
    const bool is_ended = co_await run_operation(self, end);
    static_cast<void>(is_ended);  // fails if the call has ended already, and the status says why
    const auto read = [](Impl& impl, Tag* tag) { impl.call->Read(&impl.answer, tag); };
    const bool has_answer = co_await run_operation(self, read);
    const auto close = [](Impl& impl, Tag* tag) { impl.call->Finish(&impl.status, tag); };
    const bool is_finished = co_await run_operation(self, close);
    if (is_finished) self->channel->note_end(*self, self->status);
    Reply reply = self->read_end(is_finished);
    if (has_answer && reply.status == base::GrpcStatus::ok) reply.body = to_chain(self->answer);
    co_return reply;
}

void ClientStream::cancel() {
    impl_->end_soon(kLeft);
    impl_->context.TryCancel();
}

}  // namespace octane::upstream
