#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <utility>

#include "upstream/channel.hpp"
#include "upstream/stream_call.hpp"

namespace octane::upstream {
namespace asio = boost::asio;

struct ServerStream::Impl : StreamCall {
    using StreamCall::StreamCall;
    grpc::ByteBuffer request;
    grpc::ByteBuffer message;
};

namespace {

constexpr std::chrono::seconds kLongestOpening{10};

}  // namespace

asio::awaitable<std::unique_ptr<ServerStream>> Channel::open_stream(std::string path, std::string request) {
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    auto stream = std::make_shared<ServerStream::Impl>(impl_, loop);
    stream->prepare(path);
    stream->set_deadline(StreamCall::Clock::now() + kLongestOpening);
    stream->request = to_buffer(std::move(request));
    const auto start = [](ServerStream::Impl& impl, Tag* tag) { impl.call->StartCall(tag); };
    const bool has_started = co_await run_operation(stream, start);
    if (has_started) {
        const auto write = [](ServerStream::Impl& impl, Tag* tag) {
            impl.call->WriteLast(impl.request, grpc::WriteOptions(), tag);
        };
        const bool is_written = co_await run_operation(stream, write);
        static_cast<void>(is_written);  // a failure shows at the first read, and finish() tells why
    }
    stream->set_deadline(StreamCall::Clock::time_point::max());
    auto opened = std::make_unique<ServerStream>(std::move(stream));
    co_return opened;
}

ServerStream::ServerStream(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

ServerStream::~ServerStream() {
    impl_->context.TryCancel();
}

asio::awaitable<std::optional<base::ByteChain>> ServerStream::read() {
    const auto start = [](Impl& impl, Tag* tag) { impl.call->Read(&impl.message, tag); };
    const auto self = impl_;
    const bool is_ok = co_await run_operation(self, start);
    std::optional<base::ByteChain> message;
    if (is_ok) {
        self->channel->note_heard();
        message = to_chain(self->message);
        self->message.Clear();
    }
    co_return message;
}

asio::awaitable<Reply> ServerStream::finish() {
    const auto start = [](Impl& impl, Tag* tag) { impl.call->Finish(&impl.status, tag); };
    const auto self = impl_;
    const bool is_finished = co_await run_operation(self, start);
    if (is_finished) self->channel->note_end(*self, self->status);
    co_return self->read_end(is_finished);
}

void ServerStream::cancel() {
    impl_->end_soon(kLeft);
    impl_->context.TryCancel();
}

}  // namespace octane::upstream
