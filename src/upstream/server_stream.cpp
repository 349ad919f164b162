#include <shared_mutex>
#include <utility>

#include "upstream/channel.hpp"
#include "upstream/channel_impl.hpp"
#include "upstream/completion.hpp"

namespace octane::upstream {
namespace asio = boost::asio;

struct ServerStream::Impl {
    std::shared_ptr<Channel::Impl> channel;
    LiveCall live;
    ~Impl() { channel->poller->remove(live); }

    std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call;
    grpc::ByteBuffer request;
    grpc::ByteBuffer message;
    grpc::Status status;

    // Runs one operation of the call; false if it failed or the channel is shut down. `self` keeps the call alive meanwhile.
    template <typename Start>
    static asio::awaitable<bool> run(std::shared_ptr<Impl> self, Start start) {
        auto begin = [self, start](Tag* tag) {
            Poller& poller = *self->channel->poller;
            const std::shared_lock lock(poller.gate);
            if (!poller.is_open || !self->call) {
                tag->complete(false);
                return;
            }
            start(*self, tag);
        };
        const bool is_ok = co_await await_tag(begin);
        co_return is_ok;
    }
};

asio::awaitable<std::unique_ptr<ServerStream>> Channel::open_stream(std::string path, std::string request) {
    auto stream = std::make_shared<ServerStream::Impl>();
    stream->channel = impl_;
    stream->request = to_buffer(std::move(request));
    {
        Poller& poller = *impl_->poller;
        const std::shared_lock lock(poller.gate);
        if (poller.is_open) {
            poller.add(stream->live);
            stream->call = impl_->stub->PrepareCall(&stream->live.context, path, &poller.queue);
        }
    }
    const auto start = [](ServerStream::Impl& impl, Tag* tag) { impl.call->StartCall(tag); };
    const bool has_started = co_await ServerStream::Impl::run(stream, start);
    if (has_started) {
        const auto write = [](ServerStream::Impl& impl, Tag* tag) {
            impl.call->WriteLast(impl.request, grpc::WriteOptions(), tag);
        };
        const bool is_written = co_await ServerStream::Impl::run(stream, write);
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
    const bool is_ok = co_await Impl::run(self, start);
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
    const bool is_ok = co_await Impl::run(self, start);
    Reply reply;
    reply.status = is_ok ? to_status(self->status.error_code()) : base::GrpcStatus::cancelled;
    reply.message = is_ok ? self->status.error_message() : "the proxy is going down";
    co_return reply;
}

void ServerStream::cancel() {
    impl_->live.context.TryCancel();
}

}  // namespace octane::upstream
