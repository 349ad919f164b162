// Room: livelink. Whether Octane is there, which release it is, and how often it has come back.
//
// One coroutine on its own executor watches the channel, finds out the release at each connect, and publishes an immutable
// snapshot that any thread may read. The epoch grows at each connect and at each load or reset of a project: handles of an older
// epoch are void (octane-livelink.md §1.9).
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema.hpp"
#include "upstream/channel.hpp"
#include "upstream/name_lookup.hpp"

namespace octane::livelink {

struct ConnectionState {
    bool has_verdict = false;  // false only until the first attempt has succeeded or failed
    bool is_connected = false;
    std::uint64_t epoch = 0;                       // 0: never connected
    std::uint64_t connections = 0;                 // how often Octane has been found
    std::shared_ptr<const schema::Schema> schema;  // of the release now (or last) connected; the newest known before that
    bool is_release_known = false;
    std::string version;  // "15000008", as octaneVersion says; empty if unknown
    std::string error;    // why not connected: gRPC's words
};

struct ConnectionOptions {
    std::vector<std::shared_ptr<const schema::Schema>> schemas;                  // oldest first; not empty
    std::string address;                                                         // for the log
    std::string host;                                                            // looked up when nothing answers
    upstream::NameLookup::Resolve is_name_known = upstream::is_name_known_here;  // how; see upstream::NameLookup
    bool should_detect = true;                                                   // false: schemas[0] is what the user asked for
};

// The error of a state whose host's name stands for no address.
inline constexpr std::string_view kNameUnknown = "the name does not resolve";

class OctaneConnection {
  public:
    // The channel must outlive the run. `executor` must be one thread or a strand.
    OctaneConnection(upstream::Channel& channel, boost::asio::any_io_executor executor, ConnectionOptions options);
    OctaneConnection(const OctaneConnection&) = delete;
    OctaneConnection& operator=(const OctaneConnection&) = delete;

    // Watches until stop(). To be spawned once on the executor.
    boost::asio::awaitable<void> run();
    void stop();  // on the executor

    [[nodiscard]] std::shared_ptr<const ConnectionState> state() const;  // any thread
    [[nodiscard]] std::uint64_t epoch() const { return epoch_.load(); }  // state()->epoch, without a lock
    [[nodiscard]] const std::vector<std::shared_ptr<const schema::Schema>>& schemas() const { return options_.schemas; }

    // The handles of this epoch have become void although the connection stands. Any thread; `why` is for the log.
    void begin_epoch(std::string_view why);
    // A call begun at the epoch `before` (0: unknown) has loaded or reset the project. Begins an epoch, unless Octane's word for
    // it came first and did: one word stands for one call, so that of two loads under way each begins its own.
    void project_loaded(std::string_view why, std::uint64_t before);
    // Octane says that its project has changed. Begins an epoch, unless one has just begun: then it is that change.
    void project_changed();

    // Called on the executor after each change. Only before run().
    void on_change(std::function<void(const std::shared_ptr<const ConnectionState>&)> listener);

  private:
    boost::asio::awaitable<void> watch_once();
    boost::asio::awaitable<void> come_up();
    boost::asio::awaitable<void> probe_again();
    void give_up_for_now();
    void blame_name();
    // Makes the next state from the one now; tell() it on the executor.
    template <typename Change>
    std::shared_ptr<const ConnectionState> change(Change change);
    template <typename Change>
    std::shared_ptr<const ConnectionState> change_locked(Change change);
    void begin_epoch(std::unique_lock<std::mutex> lock, std::string_view why);
    void tell(const std::shared_ptr<const ConnectionState>& state);

    upstream::Channel& channel_;
    boost::asio::any_io_executor executor_;
    ConnectionOptions options_;
    std::vector<std::function<void(const std::shared_ptr<const ConnectionState>&)>> listeners_;
    std::uint64_t losses_ = 0;  // of the channel, when the connected Octane was last found
    std::chrono::steady_clock::time_point next_probe_{};
    bool is_stopping_ = false;
    upstream::NameLookup lookup_;
    mutable std::mutex mutex_;  // guards state_ for the length of a copy
    std::shared_ptr<const ConnectionState> state_;
    std::atomic<std::uint64_t> epoch_{0};                  // state_'s
    std::chrono::steady_clock::time_point epoch_begun_{};  // by begin_epoch(); guarded by mutex_
    bool has_unexplained_change_ = false;  // project_changed() has begun an epoch, and no call has said since that it was its
                                           // own; guarded by mutex_
};

}  // namespace octane::livelink
