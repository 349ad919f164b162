#include "upstream/client_stream.hpp"

#include <shared_mutex>
#include <utility>

#include "upstream/channel_impl.hpp"
#include "upstream/completion.hpp"

namespace octane::upstream {
namespace asio = boost::asio;

struct ClientStream::Impl {
    std::shared_ptr<Channel::Impl> channel;
    LiveCall live;
    ~Impl() { channel->poller->remove(live); }

    std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call;
    grpc::ByteBuffer message;
    grpc::ByteBuffer answer;
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

asio::awaitable<std::unique_ptr<ClientStream>> Channel::open_client_stream(std::string path) {
    auto stream = std::make_shared<ClientStream::Impl>();
    stream->channel = impl_;
    {
        Poller& poller = *impl_->poller;
        const std::shared_lock lock(poller.gate);
        if (poller.is_open) {
            poller.add(stream->live);
            stream->call = impl_->stub->PrepareCall(&stream->live.context, path, &poller.queue);
        }
    }
    const auto start = [](ClientStream::Impl& impl, Tag* tag) { impl.call->StartCall(tag); };
    const bool has_started = co_await ClientStream::Impl::run(stream, start);
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
    const bool is_ok = co_await Impl::run(self, start);
    co_return is_ok;
}

asio::awaitable<Reply> ClientStream::finish() {
    const auto self = impl_;
    const auto end = [](Impl& impl, Tag* tag) { impl.call->WritesDone(tag); };
    const bool is_ended = co_await Impl::run(self, end);
    static_cast<void>(is_ended);  // fails if the call has ended already, and the status says why
    const auto read = [](Impl& impl, Tag* tag) { impl.call->Read(&impl.answer, tag); };
    const bool has_answer = co_await Impl::run(self, read);
    const auto close = [](Impl& impl, Tag* tag) { impl.call->Finish(&impl.status, tag); };
    const bool is_closed = co_await Impl::run(self, close);
    Reply reply;
    reply.status = is_closed ? to_status(self->status.error_code()) : base::GrpcStatus::cancelled;
    reply.message = is_closed ? self->status.error_message() : "the proxy is going down";
    if (has_answer && reply.status == base::GrpcStatus::ok) reply.body = to_chain(self->answer);
    co_return reply;
}

void ClientStream::cancel() {
    impl_->live.context.TryCancel();
}

}  // namespace octane::upstream
