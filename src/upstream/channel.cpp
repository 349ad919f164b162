#include "upstream/channel.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "upstream/channel_impl.hpp"
#include "upstream/completion.hpp"

namespace octane::upstream {
namespace asio = boost::asio;
using base::GrpcStatus;

namespace {

// bytes; an error's text travels in metadata, and gRPC's own limit of 8 KiB turns a long one into RESOURCE_EXHAUSTED
constexpr int kMaxMetadata = 1 << 20;

bool is_loopback(const std::string& host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

// Counts how often the channel ceases to be ready. It lives on the completion-queue thread, which also does the channel's I/O: in
// the moment between the end of one wait and the next the connection cannot break and come back unseen.
class LossWatch final : public Tag {
  public:
    explicit LossWatch(Channel::Impl& channel) : channel_(channel) {}

    void complete(bool has_changed) override {
        Poller& poller = *channel_.poller;
        const std::shared_lock lock(poller.gate);
        if (!poller.is_open) {
            delete this;
            return;
        }
        const auto now = channel_.channel->GetState(false);
        if (last_ == GRPC_CHANNEL_READY && (has_changed || now != GRPC_CHANNEL_READY)) channel_.losses.fetch_add(1);
        last_ = now;
        tell_start(this);
        channel_.channel->NotifyOnStateChange(now, std::chrono::system_clock::now() + kLongestLook, &poller.queue,
                                              static_cast<Tag*>(this));
    }

  private:
    static constexpr std::chrono::milliseconds kLongestLook{200};  // gRPC cannot cancel it: going down may take so long

    Channel::Impl& channel_;
    grpc_connectivity_state last_ = GRPC_CHANNEL_IDLE;
};

// Those of an operation that has ended.
Metadata read_trailers(const grpc::ClientContext& context) {
    Metadata trailers;
    for (const auto& [name, value] : context.GetServerTrailingMetadata()) {
        if (name == "grpc-status-details-bin") continue;  // Reply::details
        trailers.emplace_back(std::string(name.data(), name.size()), std::string(value.data(), value.size()));
    }
    return trailers;
}

// One unary call. Its end is the first of three: gRPC's answer, the deadline, and the caller's departure; gRPC's own deadline and
// cancellation wait for a request that a peer does not take, so neither is waited for longer than kGrace. The handler belongs to
// the awaiting loop; the rest is kept until gRPC lets go.
template <typename Handler>
class UnaryOperation final : public Tag, public std::enable_shared_from_this<UnaryOperation<Handler>> {
  public:
    explicit UnaryOperation(Handler handler) : handler_(std::move(handler)), timer_(asio::get_associated_executor(*handler_)) {}

    // On the awaiting loop.
    void start(const std::shared_ptr<Channel::Impl>& channel, UnaryCall& call) {
        for (const auto& [name, value] : call.metadata) live_.context.AddMetadata(name, value);
        slot_ = call.slot;
        if (slot_.is_connected()) {
            slot_.assign([this](asio::cancellation_type) {
                live_.context.TryCancel();
                give_up_after(kGrace, GrpcStatus::cancelled, "");
            });
        }
        if (call.timeout.count() > 0) {
            live_.context.set_deadline(std::chrono::system_clock::now() + call.timeout);
            give_up_after(call.timeout + kGrace, GrpcStatus::deadline_exceeded, "Deadline Exceeded");  // as gRPC says it
        }
        const grpc::ByteBuffer request = to_buffer(std::move(call.request));
        self_ = this->shared_from_this();
        Poller& poller = *channel->poller;
        const std::shared_lock lock(poller.gate);
        if (!poller.is_open) {
            status_ = grpc::Status(grpc::StatusCode::CANCELLED, "the proxy is going down");
            complete(false);
            return;
        }
        channel_ = channel;
        poller.add(live_);
        reader_ = channel->stub->PrepareUnaryCall(&live_.context, call.path, request, &poller.queue);
        tell_start(this);
        reader_->StartCall();
        reader_->Finish(&response_, &status_, static_cast<Tag*>(this));
    }

    // The operation moves to the awaiting loop and ends there, so that a cancellation on that loop never meets a dead context.
    void complete(bool) override {
        if (channel_) channel_->poller->remove(live_);
        auto self = std::move(self_);
        auto loop = timer_.get_executor();
        asio::post(loop, [self = std::move(self)] {
            if (!self->handler_) return;  // given up before
            Reply reply;
            reply.status = to_status(self->status_.error_code());
            reply.message = self->status_.error_message();
            reply.details = self->status_.error_details();
            reply.trailers = read_trailers(self->live_.context);
            if (self->status_.ok()) reply.body = to_chain(self->response_);
            reply.was_sent = self->channel_ != nullptr;
            self->finish(std::move(reply));
        });
    }

  private:
    static constexpr std::chrono::milliseconds kGrace{100};

    void give_up_after(std::chrono::milliseconds time, GrpcStatus status, const char* message) {
        timer_.expires_after(time);
        timer_.async_wait([self = this->shared_from_this(), status, message](const boost::system::error_code& cancelled) {
            if (cancelled || !self->handler_) return;
            self->live_.context.TryCancel();
            Reply reply;
            reply.status = status;
            reply.message = message;
            self->finish(std::move(reply));
        });
    }

    void finish(Reply reply) {
        timer_.cancel();
        if (slot_.is_connected()) slot_.clear();
        auto handler = std::move(*handler_);
        handler_.reset();
        std::move(handler)(std::move(reply));
    }

    std::optional<Handler> handler_;  // the loop's; empty once it has been told
    asio::steady_timer timer_;        // the loop's
    asio::cancellation_slot slot_;
    std::shared_ptr<UnaryOperation> self_;    // while gRPC has it
    std::shared_ptr<Channel::Impl> channel_;  // set once the call has begun
    LiveCall live_;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader_;
    grpc::ByteBuffer response_;
    grpc::Status status_;
};

}  // namespace

// Sources of the values: docs/architecture.md §11 and docs/octane.md §1.9.
grpc::ChannelArguments make_arguments(const ChannelOptions& options) {
    const int limit = static_cast<int>(std::min<std::size_t>(options.max_message, std::numeric_limits<int>::max()));
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(limit);
    arguments.SetMaxSendMessageSize(limit);
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_FRAME_SIZE, (16 << 20) - 1);
    arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 32 << 20);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 2000);  // despite its name: how long one attempt may take
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
    arguments.SetInt(GRPC_ARG_CLIENT_IDLE_TIMEOUT_MS, std::numeric_limits<int>::max());  // a quiet connection is not a lost one
    arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadata);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
    arguments.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // two channels to one address are two connections
    if (!is_loopback(options.host)) {
        // Over a network a dead host says nothing. On loopback the kernel tells at once, and a strict server would count pings as
        // abuse.
        arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 10000);
        arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5000);
        arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    }
    return arguments;
}

std::string address_of(const ChannelOptions& options) {
    const bool is_ipv6 = options.host.find(':') != std::string::npos && !options.host.starts_with("[");
    return (is_ipv6 ? "[" + options.host + "]" : options.host) + ":" + std::to_string(options.port);
}

Channel::Impl::Impl(const ChannelOptions& options, std::shared_ptr<Poller> shared)
    : poller(std::move(shared)),
      channel(grpc::CreateCustomChannel(address_of(options), grpc::InsecureChannelCredentials(), make_arguments(options))),
      stub(std::make_unique<grpc::GenericStub>(channel)) {}

Channel::Channel(const ChannelOptions& options) : impl_(std::make_shared<Impl>(options, std::make_shared<Poller>())) {}

Channel::Channel(const ChannelOptions& options, const Channel& sibling)
    : impl_(std::make_shared<Impl>(options, sibling.impl_->poller)) {}

Channel::~Channel() {
    shutdown();
}

void Channel::count_losses() {
    auto watch = std::make_unique<LossWatch>(*impl_);
    watch.release()->complete(false);  // owned by the queue until the channel is shut down
}

std::uint64_t Channel::losses() const {
    return impl_->losses.load();
}

void Channel::reset_backoff() {
    grpc::experimental::ChannelResetConnectionBackoff(impl_->channel.get());
}

bool Channel::shutdown() {
    if (impl_->poller->shutdown()) return true;
    // What gRPC does not let go of must outlive it.
    static std::mutex mutex;
    static auto* const stuck = new std::vector<std::shared_ptr<Impl>>();
    const std::lock_guard lock(mutex);
    stuck->push_back(impl_);
    return false;
}

asio::awaitable<Reply> Channel::unary(UnaryCall call) {
    auto initiate = [this](auto handler, UnaryCall* begun) {
        std::make_shared<UnaryOperation<decltype(handler)>>(std::move(handler))->start(impl_, *begun);
    };
    Reply reply = co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Reply)>(initiate, asio::use_awaitable, &call);
    co_return reply;
}

ChannelState Channel::state(bool should_connect) {
    switch (impl_->channel->GetState(should_connect)) {
        case GRPC_CHANNEL_IDLE: return ChannelState::idle;
        case GRPC_CHANNEL_CONNECTING: return ChannelState::connecting;
        case GRPC_CHANNEL_READY: return ChannelState::ready;
        case GRPC_CHANNEL_TRANSIENT_FAILURE: return ChannelState::failing;
        case GRPC_CHANNEL_SHUTDOWN: return ChannelState::shut_down;
    }
    return ChannelState::shut_down;
}

asio::awaitable<void> Channel::wait_for_change(ChannelState last, std::chrono::milliseconds limit) {
    static constexpr grpc_connectivity_state kStates[] = {GRPC_CHANNEL_IDLE, GRPC_CHANNEL_CONNECTING, GRPC_CHANNEL_READY,
                                                          GRPC_CHANNEL_TRANSIENT_FAILURE, GRPC_CHANNEL_SHUTDOWN};
    auto start = [this, last, limit](Tag* tag) {
        Poller& poller = *impl_->poller;
        const std::shared_lock lock(poller.gate);
        if (!poller.is_open) {
            tag->complete(false);
            return;
        }
        impl_->channel->NotifyOnStateChange(kStates[static_cast<std::size_t>(last)], std::chrono::system_clock::now() + limit,
                                            &poller.queue, tag);
    };
    co_await await_tag(start);
}

}  // namespace octane::upstream
