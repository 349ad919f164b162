// Room: upstream, private. One completion queue and the thread that drains it, for all channels of one server.
//
// One, not one a channel: gRPC's pollers share a single epoll set, of which one thread at a time takes the events of all channels
// and wakes the others for theirs. With a second thread every second answer pays for a wake-up and a system call more.
#pragma once

#include <grpcpp/grpcpp.h>

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <future>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "upstream/channel.hpp"

namespace octane::upstream {

// A call under way, so that shutdown can cancel it.
struct LiveCall : boost::intrusive::list_base_hook<> {
    grpc::ClientContext context;
};

class Poller {
  public:
    Poller();
    ~Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    // Cancels the calls under way, refuses new ones, and joins the thread. Not on that thread. False if gRPC did not let go of
    // all calls within kLongestEnd: the thread then goes on, and this must live for ever.
    bool shutdown();

    void add(LiveCall& call) {
        const std::lock_guard lock(live_mutex_);
        live_.push_back(call);
    }
    void remove(LiveCall& call) {
        const std::lock_guard lock(live_mutex_);
        if (call.is_linked()) live_.erase(live_.iterator_to(call));
    }

    grpc::CompletionQueue queue;
    // Operations may only be started while the queue is open; shutting it down waits for those being started. Readers never wait
    // for each other.
    std::shared_mutex gate;
    bool is_open = true;  // guarded by gate

  private:
    static constexpr std::chrono::seconds kLongestEnd{1};

    std::mutex live_mutex_;  // guards live_; held for a few instructions, or while everything is cancelled at the end
    boost::intrusive::list<LiveCall> live_;
    std::thread thread_;
    std::promise<void> has_ended_;  // the thread
};

}  // namespace octane::upstream
