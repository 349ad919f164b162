#include "upstream/message_stream.hpp"

#include <boost/asio/this_coro.hpp>
#include <utility>

#include "upstream/stream_call.hpp"

namespace octane::upstream {
namespace asio = boost::asio;

struct MessageStream::Impl : StreamCall {
    using StreamCall::StreamCall;
    grpc::ByteBuffer out;
    grpc::ByteBuffer in;
};

asio::awaitable<std::unique_ptr<MessageStream>> Channel::open_message_stream(StreamTerms terms) {
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    auto stream = std::make_shared<MessageStream::Impl>(impl_, loop);
    stream->prepare(terms.path, terms.timeout, terms.metadata);
    const auto start = [](MessageStream::Impl& impl, Tag* tag) { impl.call->StartCall(tag); };
    const bool has_started = co_await run_operation(stream, start);
    static_cast<void>(has_started);  // a failure shows at the first read, and finish() tells why
    auto opened = std::make_unique<MessageStream>(std::move(stream));
    co_return opened;
}

MessageStream::MessageStream(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

MessageStream::~MessageStream() {
    impl_->context.TryCancel();
}

asio::awaitable<bool> MessageStream::write(std::string message) {
    const auto self = impl_;
    self->out = to_buffer(std::move(message));
    const auto start = [](Impl& impl, Tag* tag) { impl.call->Write(impl.out, tag); };
    const bool is_ok = co_await run_operation(self, start);
    self->out.Clear();
    co_return is_ok;
}

asio::awaitable<bool> MessageStream::end_writes() {
    const auto self = impl_;
    const auto start = [](Impl& impl, Tag* tag) { impl.call->WritesDone(tag); };
    const bool is_ok = co_await run_operation(self, start);
    co_return is_ok;
}

asio::awaitable<std::optional<base::ByteChain>> MessageStream::read() {
    const auto self = impl_;
    const auto start = [](Impl& impl, Tag* tag) { impl.call->Read(&impl.in, tag); };
    const bool is_ok = co_await run_operation(self, start);
    std::optional<base::ByteChain> message;
    if (is_ok) {
        self->channel->note_heard();
        message = to_chain(self->in);
        self->in.Clear();
    }
    co_return message;
}

asio::awaitable<Reply> MessageStream::finish() {
    const auto self = impl_;
    const auto start = [](Impl& impl, Tag* tag) { impl.call->Finish(&impl.status, tag); };
    const bool is_finished = co_await run_operation(self, start);
    if (is_finished) self->channel->note_end(*self, self->status);
    co_return self->read_end(is_finished);
}

void MessageStream::cancel() {
    impl_->end_soon(kLeft);
    impl_->context.TryCancel();
}

}  // namespace octane::upstream
