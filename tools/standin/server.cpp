// Stand-in renderer: the gRPC server on a completion queue of its own.
#include "standin/server.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "standin/call.hpp"

namespace octane::standin {
namespace {

constexpr int kCallsAskedFor = 64;  // calls that gRPC may hand over at once
constexpr int kFiveMinutesMs = 300000;
constexpr int kFiveSecondsMs = 5000;
constexpr std::chrono::seconds kLastCalls{1};

}  // namespace

Server::Server(ServerParts parts) : parts_(std::move(parts)), executor_(parts_.options.is_serial) {}

Server::~Server() {
    stop();
}

int Server::start() {
    const Options& options = parts_.options;
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort(options.host + ":" + std::to_string(options.port), grpc::InsecureServerCredentials(), &port);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, options.has_strict_keepalive ? 0 : 1);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                               options.has_strict_keepalive ? kFiveMinutesMs : kFiveSecondsMs);
    builder.SetMaxReceiveMessageSize(-1);
    builder.SetMaxSendMessageSize(-1);
    builder.RegisterAsyncGenericService(&service_);
    queue_ = builder.AddCompletionQueue();
    server_ = builder.BuildAndStart();
    if (!server_ || port == 0) {
        if (server_) server_->Shutdown();
        server_.reset();
        queue_->Shutdown();
        void* tag = nullptr;
        bool is_ok = false;
        while (queue_->Next(&tag, &is_ok)) {}
        throw std::runtime_error("cannot listen on " + options.host + ":" + std::to_string(options.port) + " (in use?)");
    }
    for (int i = 0; i < kCallsAskedFor; ++i) accept_one();
    thread_ = std::thread([this] { run(); });
    return port;
}

void Server::accept_one() {
    std::make_shared<Call>(*this)->listen();
}

void Server::run() {
    void* tag = nullptr;
    bool is_ok = false;
    while (queue_->Next(&tag, &is_ok)) static_cast<Tag*>(tag)->done(is_ok);
}

void Server::stop() {
    if (!server_) return;
    parts_.faults.stop();
    if (parts_.options.exit_waits) {
        server_->Shutdown();
    } else {
        parts_.hub.end_all();
        server_->Shutdown(std::chrono::system_clock::now() + kLastCalls);
    }
    executor_.stop();
    {
        const std::lock_guard lock(gate_);
        is_closed_ = true;
        queue_->Shutdown();
    }
    thread_.join();
    server_.reset();
}

}  // namespace octane::standin
