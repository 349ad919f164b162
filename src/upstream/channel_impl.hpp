// Room: upstream, private. What Channel and ServerStream share.
#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <boost/intrusive/list.hpp>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "upstream/channel.hpp"

namespace octane::upstream {

// A call under way, so that shutdown can cancel it.
struct LiveCall : boost::intrusive::list_base_hook<> {
    grpc::ClientContext context;
};

struct Channel::Impl {
    std::shared_ptr<grpc::Channel> channel;
    std::unique_ptr<grpc::GenericStub> stub;
    grpc::CompletionQueue queue;
    std::thread thread;
    // Operations may only be started while the queue is open; shutting it down waits for those being started. Readers never wait
    // for each other.
    std::shared_mutex gate;
    bool is_open = true;

    void add(LiveCall& call) {
        const std::lock_guard lock(live_mutex);
        live.push_back(call);
    }
    void remove(LiveCall& call) {
        const std::lock_guard lock(live_mutex);
        if (call.is_linked()) live.erase(live.iterator_to(call));
    }
    void cancel_all() {
        const std::lock_guard lock(live_mutex);
        for (auto& call : live) call.context.TryCancel();
    }

    std::mutex live_mutex;  // guards live; held for a few instructions, or while everything is cancelled at the end
    boost::intrusive::list<LiveCall> live;
};

}  // namespace octane::upstream
