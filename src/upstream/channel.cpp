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

int as_int(std::chrono::milliseconds time) {
    return static_cast<int>(std::min<std::chrono::milliseconds::rep>(time.count(), std::numeric_limits<int>::max()));
}

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
        // Held here, too: while gRPC takes the next wait, its completion may already change what is watched.
        const auto watched = channel_.connection;
        const bool is_same = watched_ == watched;  // else its loss has been counted where it was given up
        watched_ = watched;
        const auto now = watched->channel->GetState(false);
        const bool was_seen_ready = last_ == GRPC_CHANNEL_READY && (has_changed || now != GRPC_CHANNEL_READY);
        // An attempt that fails ends in TRANSIENT_FAILURE. So what is idle again has been ready, if for less than a look takes.
        const bool was_ready_unseen = last_ != GRPC_CHANNEL_TRANSIENT_FAILURE && has_changed && now == GRPC_CHANNEL_IDLE;
        if (is_same && (was_seen_ready || was_ready_unseen)) channel_.losses.fetch_add(1);
        last_ = now;
        tell_start(this);
        watched->channel->NotifyOnStateChange(now, std::chrono::system_clock::now() + kLongestLook, &poller.queue,
                                              static_cast<Tag*>(this));
    }

  private:
    static constexpr std::chrono::milliseconds kLongestLook{200};  // gRPC cannot cancel it: going down may take so long

    Channel::Impl& channel_;
    std::shared_ptr<GrpcConnection> watched_;
    grpc_connectivity_state last_ = GRPC_CHANNEL_IDLE;
};

// One unary call. Its end is the first of four: gRPC's answer, the deadline, the caller's departure, and the end of the program
// or of the connection. gRPC's own deadline and cancellation wait for a request that a peer does not take, so none of them is
// waited for longer than kGrace. The handler belongs to the awaiting loop; the rest is kept until gRPC lets go.
template <typename Handler>
class UnaryOperation final : public Tag, public LiveCall, public std::enable_shared_from_this<UnaryOperation<Handler>> {
  public:
    explicit UnaryOperation(Handler handler)
        : LiveCall([](LiveCall& call, const Ending& why) { static_cast<UnaryOperation&>(call).hand_over_end(why); }),
          handler_(std::move(handler)),
          timer_(asio::get_associated_executor(*handler_)) {}

    // On the awaiting loop.
    void start(const std::shared_ptr<Channel::Impl>& channel, UnaryCall& call) {
        add_metadata(context, channel->options.metadata);
        add_metadata(context, call.metadata);
        slot_ = call.slot;
        if (slot_.is_connected()) {
            slot_.assign([this](asio::cancellation_type) {
                context.TryCancel();
                give_up_after(Channel::kGrace, kLeft);
            });
        }
        if (call.timeout.count() > 0) {
            context.set_deadline(std::chrono::system_clock::now() + call.timeout);
            give_up_after(call.timeout + Channel::kGrace, kOverdue);
        }
        const grpc::ByteBuffer request = to_buffer(std::move(call.request));
        self_ = this->shared_from_this();
        Poller& poller = *channel->poller;
        const std::shared_lock lock(poller.gate);
        if (!poller.is_open) {
            this->end_for(kGoingDown);
            complete(false);
            return;
        }
        auto& over = call.is_over_spare ? channel->spare : channel->connection;
        if (!over) over = std::make_shared<GrpcConnection>(channel->options);  // the spare is its one user's
        channel_ = channel;
        connection = over.get();
        poller.add(*this);
        reader_ = over->stub.PrepareUnaryCall(&context, call.path, request, &poller.queue);
        tell_start(this);
        reader_->StartCall();
        reader_->Finish(&response_, &status_, static_cast<Tag*>(this));
    }

    // The operation moves to the awaiting loop and ends there, so that a cancellation on that loop never meets a dead context.
    void complete(bool) override {
        if (channel_) {
            channel_->note_end(*this, status_);
            channel_->poller->remove(*this);
        }
        auto self = std::move(self_);
        auto loop = timer_.get_executor();
        asio::post(loop, [self = std::move(self)] {
            if (!self->handler_) return;  // given up before
            Reply reply = self->read_reply();
            reply.was_sent = self->channel_ != nullptr;
            self->finish(std::move(reply));
        });
    }

    void hand_over_end(const Ending& why) {
        auto self = this->weak_from_this().lock();
        if (!self) return;
        this->end_for(why);
        auto loop = timer_.get_executor();
        asio::post(loop, [self = std::move(self), why] {
            if (!self->handler_) return;
            self->give_up_after(Channel::kGrace, why);
        });
    }

  private:
    Reply read_reply() {
        const Ending* const why = this->ending();
        if (why != nullptr && (!channel_ || status_.error_code() == grpc::StatusCode::CANCELLED)) return reply_of(*why);
        if (status_.ok() && !response_.Valid()) {  // gRPC lets that pass, which is not the same as an empty message
            static const grpc::Status kNone(grpc::StatusCode::INTERNAL,
                                            "the server says success, but its answer did not come, or not whole");
            Reply reply = upstream::read_reply(*this, kNone);
            reply.is_from_server = true;  // it has answered, if badly
            return reply;
        }
        Reply reply = upstream::read_reply(*this, status_);
        if (status_.ok()) reply.body = to_chain(response_);
        return reply;
    }

    void give_up_after(std::chrono::milliseconds time, const Ending& why) {
        timer_.expires_after(time);
        timer_.async_wait([self = this->shared_from_this(), why](const boost::system::error_code& cancelled) {
            if (cancelled || !self->handler_) return;
            self->context.TryCancel();
            self->finish(reply_of(why));
        });
    }

    void finish(Reply&& reply) {
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
    if (options.tls && !options.tls->server_name.empty()) arguments.SetSslTargetNameOverride(options.tls->server_name);
    const std::chrono::milliseconds usual = is_loopback(options.host) ? std::chrono::minutes(0) : ChannelOptions::kSafeKeepAlive;
    const auto keepalive = options.keepalive.value_or(usual);
    if (keepalive.count() > 0) {
        // Over a network a dead host says nothing; on loopback the kernel tells at once. This also makes the kernel give up what
        // the far one does not acknowledge (TCP_USER_TIMEOUT).
        arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, as_int(keepalive));
        arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, as_int(options.keepalive_timeout));
        arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    }
    return arguments;
}

std::string address_of(const ChannelOptions& options) {
    const bool is_ipv6 = options.host.find(':') != std::string::npos && !options.host.starts_with("[");
    return (is_ipv6 ? "[" + options.host + "]" : options.host) + ":" + std::to_string(options.port);
}

namespace {

std::shared_ptr<grpc::ChannelCredentials> make_credentials(const ChannelOptions& options) {
    if (!options.tls) return grpc::InsecureChannelCredentials();
    grpc::SslCredentialsOptions ssl;
    ssl.pem_root_certs = options.tls->roots;
    ssl.pem_private_key = options.tls->key;
    ssl.pem_cert_chain = options.tls->certificate;
    return grpc::SslCredentials(ssl);
}

}  // namespace

void add_metadata(grpc::ClientContext& context, const Metadata& metadata) {
    for (const auto& [name, value] : metadata) context.AddMetadata(name, value);
}

GrpcConnection::GrpcConnection(const ChannelOptions& options)
    : channel(grpc::CreateCustomChannel(address_of(options), make_credentials(options), make_arguments(options))),
      stub(channel) {}

Channel::Impl::Impl(const ChannelOptions& given, std::shared_ptr<Poller> shared)
    : options(given),
      poller(std::move(shared)),
      connection(std::make_shared<GrpcConnection>(given)),
      counting(connection.get()) {}

// Statuses that gRPC gives by itself where nothing came say nothing.
void Channel::Impl::note_end(const LiveCall& call, const grpc::Status& ended) {
    if (call.connection != counting.load(std::memory_order_relaxed)) return;
    switch (ended.error_code()) {
        case grpc::StatusCode::UNAVAILABLE:
            if (is_about_pings(call.context.debug_error_string())) ping_refusals.fetch_add(1);
            break;
        case grpc::StatusCode::CANCELLED:
        case grpc::StatusCode::DEADLINE_EXCEEDED:
        case grpc::StatusCode::RESOURCE_EXHAUSTED: break;
        default: note_heard();
    }
}

Channel::Channel(const ChannelOptions& options) : impl_(std::make_shared<Impl>(options, std::make_shared<Poller>())) {}

Channel::Channel(const ChannelOptions& options, const Channel& sibling)
    : impl_(std::make_shared<Impl>(options, sibling.impl_->poller)) {}

Channel::~Channel() {
    shutdown();
}

const ChannelOptions& Channel::options() const {
    return impl_->options;
}

void Channel::count_losses() {
    auto watch = std::make_unique<LossWatch>(*impl_);
    watch.release()->complete(false);  // owned by the queue until the channel is shut down
}

std::uint64_t Channel::losses() const {
    return impl_->losses.load();
}

std::chrono::steady_clock::time_point Channel::last_heard() const {
    using Clock = std::chrono::steady_clock;
    return Clock::time_point(Clock::duration(impl_->heard.load(std::memory_order_relaxed)));
}

std::uint64_t Channel::ping_refusals() const {
    return impl_->ping_refusals.load();
}

void Channel::reset_backoff() {
    const std::shared_lock lock(impl_->poller->gate);
    grpc::experimental::ChannelResetConnectionBackoff(impl_->connection->channel.get());
}

void Channel::adopt_spare() {
    std::shared_ptr<GrpcConnection> given_up;
    {
        const std::unique_lock lock(impl_->poller->gate);
        if (!impl_->spare) return;
        given_up = std::exchange(impl_->connection, std::move(impl_->spare));
        impl_->counting.store(impl_->connection.get());
    }
    impl_->losses.fetch_add(1);
    impl_->note_heard();
    impl_->poller->end_calls(given_up.get(), kConnectionGivenUp);
}

void Channel::drop_spare() {
    std::shared_ptr<GrpcConnection> dropped;
    const std::unique_lock lock(impl_->poller->gate);
    dropped = std::move(impl_->spare);
}

void Channel::close() {
    impl_->poller->close();
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
    auto initiate = [this](auto handler, UnaryCall begun) {
        std::make_shared<UnaryOperation<decltype(handler)>>(std::move(handler))->start(impl_, begun);
    };
    return asio::async_initiate<const asio::use_awaitable_t<>, void(Reply)>(initiate, asio::use_awaitable, std::move(call));
}

ChannelState Channel::state(bool should_connect) {
    const std::shared_lock lock(impl_->poller->gate);
    switch (impl_->connection->channel->GetState(should_connect)) {
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
        impl_->connection->channel->NotifyOnStateChange(kStates[static_cast<std::size_t>(last)],
                                                        std::chrono::system_clock::now() + limit, &poller.queue, tag);
    };
    co_await await_tag(start);
}

}  // namespace octane::upstream
