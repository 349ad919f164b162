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

asio::awaitable<std::unique_ptr<ServerStream>> Channel::open_stream(std::string path, std::string request) {
    auto stream = std::make_shared<ServerStream::Impl>(impl_, path);
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
    auto opened = std::make_unique<ServerStream>(std::move(stream));
    co_return opened;
}

ServerStream::ServerStream(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

ServerStream::~ServerStream() {
    cancel();
}

asio::awaitable<std::optional<base::ByteChain>> ServerStream::read() {
    const auto start = [](Impl& impl, Tag* tag) { impl.call->Read(&impl.message, tag); };
    const auto self = impl_;
    const bool is_ok = co_await run_operation(self, start);
    std::optional<base::ByteChain> message;
    if (is_ok) {
        message = to_chain(self->message);
        self->message.Clear();
    }
    co_return message;
}

asio::awaitable<Reply> ServerStream::finish() {
    const auto start = [](Impl& impl, Tag* tag) { impl.call->Finish(&impl.status, tag); };
    const auto self = impl_;
    const bool is_ok = co_await run_operation(self, start);
    Reply reply;
    reply.status = is_ok ? to_status(self->status.error_code()) : base::GrpcStatus::cancelled;
    reply.message = is_ok ? self->status.error_message() : "the proxy is going down";
    co_return reply;
}

void ServerStream::cancel() {
    impl_->live.context.TryCancel();
}

}  // namespace octane::upstream
