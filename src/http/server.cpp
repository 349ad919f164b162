// Room: http. The listener, and the server's life from bind to close.
#include "http/server.hpp"

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <system_error>

#include "http/http1_session.hpp"
#include "http/network.hpp"
#include "telemetry/log.hpp"

namespace octane::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kAcceptPause{100};  // after an error such as "too many open files"
constexpr std::size_t kMaxRefusedOfClient = 8;          // of one client's connections beyond its own limit, likewise
constexpr std::chrono::seconds kCloseWait{2};

std::string join(const std::string& host, std::uint16_t port) {
    const bool is_v6 = host.find(':') != std::string::npos;
    return (is_v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

[[noreturn]] void fail(error_code failed, const std::string& host, std::uint16_t port) {
    throw std::system_error(std::error_code(failed.value(), std::system_category()), "cannot listen on " + join(host, port));
}

tcp::acceptor bind(asio::io_context& loop, const std::string& host, std::uint16_t port) {
    error_code failed;
    tcp::endpoint endpoint;
    if (const auto address = asio::ip::make_address(host, failed); !failed) {
        endpoint = tcp::endpoint(address, port);
    } else {
        tcp::resolver resolver(loop);
        const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, failed);
        if (failed || found.empty())
            throw std::system_error(std::make_error_code(std::errc::address_not_available),
                                    "cannot listen on " + join(host, port));
        endpoint = found.begin()->endpoint();
    }
    tcp::acceptor acceptor(loop);
    acceptor.open(endpoint.protocol(), failed);
    if (!failed) acceptor.set_option(asio::socket_base::reuse_address(true), failed);
    if (!failed) acceptor.bind(endpoint, failed);
    if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
    if (failed) fail(failed, host, port);
    return acceptor;
}

void begin(const std::shared_ptr<Shard>& shard, tcp::socket socket, ConnectionPlace place, Admission admission) {
    auto connection = std::make_shared<ClientConnection>(shard, std::move(socket), std::move(place));
    if (admission == Admission::no_room) connection->take_no_room();
    start_session(std::move(connection), admission);
}

asio::awaitable<std::optional<std::chrono::steady_clock::time_point>> ask_oldest(std::shared_ptr<Shard> shard) {
    co_return shard->oldest_idle();
}

asio::awaitable<bool> evict_oldest(std::shared_ptr<Shard> shard) {
    co_return shard->evict_oldest_idle();
}

}  // namespace

struct Server::Impl : std::enable_shared_from_this<Impl> {
    Impl(Loops& given, const std::shared_ptr<const Router>& routes, std::shared_ptr<const AccessPolicy> policy,
         ServerOptions options, ServerHooks hooks)
        : loops(given),
          context(std::make_shared<ServerContext>(std::move(options), std::move(hooks))),
          access(std::move(policy)),
          acceptor(bind(loops.at(0), context->options.host, context->options.port)),
          bound(acceptor.local_endpoint()),
          pause(loops.at(0)) {
        for (std::size_t i = 0; i < loops.size(); ++i)
            shards.push_back(std::make_shared<Shard>(context, routes, access, loops.at(i), static_cast<unsigned>(i)));
    }

    // Runs on loop 0 until the acceptor is closed.
    static asio::awaitable<void> accept(std::shared_ptr<Impl> self) {
        for (std::size_t next = 0; self->acceptor.is_open(); next = (next + 1) % self->shards.size()) {
            const auto shard = self->shards[next];
            tcp::socket socket(shard->loop());
            const auto [failed] = co_await self->acceptor.async_accept(socket, kTuple);
            if (!failed) {
                auto task = take_in(self, shard, std::move(socket));
                co_await std::move(task);
            } else if (self->acceptor.is_open() && failed != asio::error::connection_aborted) {
                telemetry::log(telemetry::Level::warn, "cannot accept a connection", {{"reason", failed.message()}});
                self->pause.expires_after(kAcceptPause);
                (void)co_await self->pause.async_wait(kTuple);
            }
        }
    }

    // An exception costs one connection, not the listener.
    static void keep_accepting(const std::shared_ptr<Impl>& self) {
        asio::co_spawn(self->loops.at(0), accept(self), [self](const std::exception_ptr& failure) {
            if (!failure) return;
            self->report(failure);
            self->pause.expires_after(kAcceptPause);
            self->pause.async_wait([self](error_code) {
                if (self->acceptor.is_open()) keep_accepting(self);
            });
        });
    }

    void report(const std::exception_ptr& failure) const {
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) { context->report_exception(error.what()); } catch (...) {
            context->report_exception("something that is not a std::exception");
        }
    }

    // Closes the connection that has been idle for the longest, whichever loop has it. False if none is idle.
    static asio::awaitable<bool> make_room(std::shared_ptr<Impl> self) {
        std::shared_ptr<Shard> oldest;
        auto oldest_since = std::chrono::steady_clock::time_point::max();
        for (std::size_t i = 0; i < self->shards.size(); ++i) {
            const auto shard = self->shards[i];
            auto asked = asio::co_spawn(shard->loop(), ask_oldest(shard), asio::use_awaitable);
            const auto since = co_await std::move(asked);
            if (!since || *since >= oldest_since) continue;
            oldest = shard;
            oldest_since = *since;
        }
        if (!oldest) co_return false;
        auto told = asio::co_spawn(oldest->loop(), evict_oldest(oldest), asio::use_awaitable);
        const bool is_closed = co_await std::move(told);
        if (is_closed) {
            telemetry::log(
                telemetry::Level::warn,
                "As many connections are open as the server may have: the one that was idle for the longest was closed "
                "for a new one",
                {{"max_connections", std::uint64_t{self->context->options.max_connections}}});
        }
        co_return is_closed;
    }

    // An address that speaks for nobody else is bounded: not that of a trusted proxy, and of this machine only if that is wanted.
    ClientPlace count_client(const asio::ip::address& peer) const {
        const bool is_bounded = !access->is_trusted_proxy(peer) && (!peer.is_loopback() || context->options.counts_loopback);
        return is_bounded ? ClientPlace(context->clients, client_key(peer)) : ClientPlace();
    }

    // Who has too many already makes nobody else go.
    static asio::awaitable<void> take_in(std::shared_ptr<Impl> self, std::shared_ptr<Shard> shard, tcp::socket socket) {
        const auto& options = self->context->options;
        error_code failed;
        const auto peer = socket.remote_endpoint(failed);
        if (failed) co_return;  // gone already
        auto client = self->count_client(plain_address(peer.address()));
        auto admission = client.count() > options.max_per_client ? Admission::too_many_of_client : Admission::served;
        if (admission != Admission::served) {
            self->context->refusals.count(RefusedFor::too_many_of_client);
            telemetry::log(telemetry::Level::warn, "A client has as many connections as one may have: further ones are refused",
                           {{"client", client.client()}});
            if (client.count() > options.max_per_client + kMaxRefusedOfClient) co_return;  // the socket closes
        }
        bool has_room = self->context->open.load() < options.max_connections;
        if (!has_room && admission == Admission::served) {
            auto task = make_room(self);
            has_room = co_await std::move(task);
            if (!has_room) admission = Admission::no_room;
        }
        if (admission == Admission::no_room) {
            self->context->refusals.count(RefusedFor::no_room);
            telemetry::log(telemetry::Level::warn,
                           "As many connections are open as the server may have, and none is idle: a new one is refused",
                           {{"max_connections", std::uint64_t{options.max_connections}}});
        }
        if (!has_room && self->context->open.load() >= options.max_connections + options.max_refused) co_return;
        asio::post(shard->loop(), [shard, socket = std::move(socket), place = ConnectionPlace(self->context, std::move(client)),
                                   admission]() mutable { begin(shard, std::move(socket), std::move(place), admission); });
    }

    void stop_accepting() {
        asio::post(loops.at(0), [self = shared_from_this()] {
            error_code ignored;
            self->acceptor.close(ignored);
            self->pause.cancel();
        });
        for (const auto& shard : shards) asio::post(shard->loop(), [shard] { shard->drain(); });
    }

    void close_all() {
        for (const auto& shard : shards) asio::post(shard->loop(), [shard] { shard->close_all(); });
    }

    Loops& loops;
    std::shared_ptr<ServerContext> context;
    std::shared_ptr<const AccessPolicy> access;  // on loop 0, once the loops run
    tcp::acceptor acceptor;
    tcp::endpoint bound;
    asio::steady_timer pause;
    std::vector<std::shared_ptr<Shard>> shards;
};

Server::Server(Loops& loops, std::shared_ptr<const Router> routes, std::shared_ptr<const AccessPolicy> access,
               ServerOptions options, ServerHooks hooks)
    : impl_(std::make_shared<Impl>(loops, routes, std::move(access), std::move(options), std::move(hooks))) {}

Server::~Server() {
    if (impl_->loops.at(0).stopped()) {
        error_code ignored;
        impl_->acceptor.close(ignored);
        return;
    }
    stop_accepting();
    close_all();
    // Handlers and policy must not end before the sessions that use them.
    std::unique_lock lock(impl_->context->mutex);
    impl_->context->all_closed.wait_for(lock, kCloseWait, [this] { return impl_->context->open.load() == 0; });
}

void Server::start() {
    Impl::keep_accepting(impl_);
}

void Server::set_routes(std::shared_ptr<const Router> routes) {
    for (const auto& shard : impl_->shards) asio::post(shard->loop(), [shard, routes] { shard->set_routes(routes); });
}

void Server::set_access(std::shared_ptr<const AccessPolicy> access) {
    asio::post(impl_->loops.at(0), [impl = impl_, access] { impl->access = access; });
    for (const auto& shard : impl_->shards) asio::post(shard->loop(), [shard, access] { shard->set_access(access); });
}

void Server::set_tls(std::shared_ptr<asio::ssl::context> context) {
    for (const auto& shard : impl_->shards) asio::post(shard->loop(), [shard, context] { shard->set_tls(context); });
}

const Refusals& Server::refusals() const {
    return impl_->context->refusals;
}

std::string Server::address() const {
    return join(impl_->bound.address().to_string(), impl_->bound.port());
}

std::uint16_t Server::port() const {
    return impl_->bound.port();
}

void Server::stop_accepting() {
    impl_->stop_accepting();
}

std::size_t Server::connections() const {
    return impl_->context->open.load();
}

void Server::close_all() {
    impl_->close_all();
}

}  // namespace octane::http
