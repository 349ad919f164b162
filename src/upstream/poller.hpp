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

#include "upstream/live_call.hpp"

namespace octane::upstream {

class Poller {
  public:
    Poller();
    ~Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    // Ends the calls under way and refuses new ones; waits for nothing.
    void close();
    // close(), and joins the thread. Not on that thread. False if gRPC has not let go of all calls kLongestEnd after close(): the
    // thread then goes on, and this must live for ever.
    bool shutdown();
    // Ends the calls over that connection.
    void end_calls(const void* connection, const Ending& why);

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
    static constexpr std::chrono::milliseconds kLongestEnd{700};

    std::mutex live_mutex_;  // guards live_; held for a few instructions, or while everything is cancelled at the end
    boost::intrusive::list<LiveCall> live_;
    std::thread thread_;
    std::promise<void> has_ended_;  // the thread
    std::future<void> ended_ = has_ended_.get_future();
    bool has_given_up_ = false;  // shutdown() has waited in vain
    std::chrono::steady_clock::time_point closed_at_;
};

}  // namespace octane::upstream
