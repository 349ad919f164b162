// Stand-in renderer: hands every event to every open callback stream.
//
// A subscriber keeps at most 200 events and 256 MiB, the newest ones; older ones are dropped, as Octane is said to do.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "standin/counters.hpp"

namespace octane::standin {

struct Event {
    grpc::ByteBuffer bytes;
    bool is_frame = false;
};

// The newest events of one stream. The owner guards it with its own mutex.
class EventQueue {
  public:
    static constexpr std::size_t kMostEvents = 200;
    static constexpr std::size_t kMostBytes = std::size_t{256} << 20;

    // Returns how many older events had to go.
    std::size_t push(Event event);
    std::optional<Event> pop();
    std::size_t size() const { return events_.size(); }
    void clear();

  private:
    void drop_oldest();

    std::deque<Event> events_;
    std::size_t bytes_ = 0;
};

class Subscriber {
  public:
    virtual ~Subscriber() = default;
    virtual void push(const Event& event) = 0;  // any thread
    virtual bool is_idle() const = 0;           // nothing queued and nothing being written
    virtual void end() = 0;                     // ends the stream with OK
};

class StreamHub {
  public:
    explicit StreamHub(Counters& counters) : counters_(counters) {}

    void add(std::shared_ptr<Subscriber> subscriber);
    void remove(const std::shared_ptr<Subscriber>& subscriber);
    void broadcast(const Event& event);
    bool has_idle_subscriber() const;
    void end_all();

  private:
    std::set<std::shared_ptr<Subscriber>> all() const;

    Counters& counters_;
    mutable std::mutex mutex_;
    std::set<std::shared_ptr<Subscriber>> subscribers_;
};

}  // namespace octane::standin
