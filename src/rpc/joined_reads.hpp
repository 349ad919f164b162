// Room: rpc. Equal reads that are in flight at the same time are asked once, and everybody gets the answer.
//
// Who asks first asks the upstream; who asks the same meanwhile waits for that answer, each with a deadline and a departure of
// its own. If the first one gives up, the next in line asks. A read is never joined to one that an edit may have made old: none
// is joined while an edit is under way, and none to a read begun before an edit ended. Any thread; a mutex is held for a few
// dozen instructions.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "upstream/channel.hpp"

namespace octane::rpc {

class Invoker;
struct CallTerms;

class JoinedReads {
  public:
    JoinedReads() = default;
    JoinedReads(const JoinedReads&) = delete;
    JoinedReads& operator=(const JoinedReads&) = delete;

    // As invoker.call_alone(). For methods that change nothing.
    boost::asio::awaitable<upstream::Reply> ask(Invoker& invoker, std::string path, std::string request, CallTerms terms);

    // An edit is under way as long as this lives.
    class Edit {
      public:
        explicit Edit(JoinedReads& reads);
        ~Edit();
        Edit(const Edit&) = delete;
        Edit& operator=(const Edit&) = delete;

      private:
        JoinedReads& reads_;
    };

    // Whoever waits for another's answer, or asks from now on, is told CANCELLED. Those who wait hold timers of their loops: to
    // be called while the loops exist, or this may not outlive them.
    void close();

    [[nodiscard]] std::uint64_t joined() const;  // how many reads the upstream was spared

  private:
    struct Waiter;
    struct Flight {
        std::vector<std::shared_ptr<Waiter>> waiters;
    };
    // Path, request, scope, and the number of edits that had ended when the read was begun.
    using Key = std::tuple<std::string, std::string, std::uint64_t, std::uint64_t>;
    using Flights = std::map<Key, Flight>;
    class Lead;

    void answer_waiters(const Key& key, const upstream::Reply* reply);
    static void wake(std::shared_ptr<Waiter> waiter);

    mutable std::mutex mutex_;  // guards everything below and what Waiter says
    Flights flights_;           // as many as there are reads under way, which the call queue bounds
    std::uint64_t edits_ended_ = 0;
    unsigned edits_under_way_ = 0;
    std::uint64_t joined_ = 0;
    bool is_closed_ = false;
};

}  // namespace octane::rpc
