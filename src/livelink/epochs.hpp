// Room: livelink. How often Octane's handles have become void: the epoch, and the connection's state that it belongs to.
//
// The epoch grows at each connect that may be to another process, and at each load or reset of a project: handles of an older
// epoch are void (docs/octane.md §1.9). Any thread; a mutex is held for the length of a copy.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema.hpp"
#include "upstream/liveness.hpp"

namespace octane::livelink {

// An immutable snapshot: one call is judged by one of them.
struct ConnectionState {
    bool has_verdict = false;  // false only until the first attempt has succeeded or failed
    bool is_connected = false;
    std::uint64_t epoch = 0;                       // before the first connection: the number it began with
    std::uint64_t connections = 0;                 // how often Octane has been found
    std::uint64_t lives = 0;                       // how many of these may have been another process each
    std::shared_ptr<const schema::Schema> schema;  // of the release now (or last) connected; the newest known before that
    bool is_release_known = false;
    std::string version;                                                // "15000008", as octaneVersion says; empty if unknown
    std::string error;                                                  // why not connected: gRPC's words
    std::optional<std::chrono::steady_clock::time_point> silent_since;  // as upstream::UpstreamState says
};

// A number to begin with that neither an earlier start of the proxy nor another proxy beside it has used, so that a handle from
// there is never taken for one of here. It fits a JavaScript number (52 bits) with room for 4096 epochs a start.
std::uint64_t make_epoch_base();

class Epochs {
  public:
    using Listener = std::function<void(const std::shared_ptr<const ConnectionState>&)>;

    // Follows the liveness from now on; only before its run. Listeners are told on `executor`, which is the liveness's. Epochs
    // are greater than `before`.
    Epochs(upstream::Liveness& liveness, boost::asio::any_io_executor executor, std::uint64_t before = 0);
    Epochs(const Epochs&) = delete;
    Epochs& operator=(const Epochs&) = delete;

    [[nodiscard]] std::shared_ptr<const ConnectionState> state() const;
    [[nodiscard]] std::uint64_t now() const { return epoch_.load(); }  // state()->epoch, without a lock

    // A call begun at the epoch `before` (0: unknown) has loaded or reset the project. Begins an epoch, unless Octane's word for
    // it came first and did: one word stands for one call, so that of two loads under way each begins its own.
    void project_loaded(std::string_view why, std::uint64_t before);
    // Octane says that its project has changed. Begins an epoch, unless one has just begun: then it is that change.
    void project_changed();
    // The handles of this epoch have become void although the connection stands; `why` is for the log.
    void begin(std::string_view why);

    // Called on the executor after each change. Only before the liveness runs.
    void on_change(Listener listener) { listeners_.push_back(std::move(listener)); }

  private:
    void follow(const upstream::UpstreamState& upstream);
    void begin_locked(std::unique_lock<std::mutex> lock, std::string_view why);
    void store_locked(ConnectionState next);
    void tell(const std::shared_ptr<const ConnectionState>& now) const;

    boost::asio::any_io_executor executor_;
    std::vector<Listener> listeners_;
    std::atomic<std::uint64_t> epoch_;  // state_'s
    mutable std::mutex mutex_;          // guards what follows
    std::shared_ptr<const ConnectionState> state_;
    std::chrono::steady_clock::time_point begun_{};  // by begin()
    bool has_unexplained_change_ = false;  // project_changed() has begun one, and no call has said since that it was its own
};

}  // namespace octane::livelink
