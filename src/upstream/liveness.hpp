// Room: upstream. Whether a gRPC server is there, by which schema it is to be read, and how often it has come back.
//
// One coroutine on its own executor watches the channel, reads the schema at each connect, and publishes an immutable snapshot
// that any thread may read.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
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
#include "upstream/channel.hpp"
#include "upstream/connection_fault.hpp"
#include "upstream/name_lookup.hpp"
#include "upstream/schema_source.hpp"
#include "upstream/silence_watch.hpp"

namespace octane::upstream {

struct UpstreamState {
    bool has_verdict = false;  // false only until the first attempt has succeeded or failed
    bool is_connected = false;
    std::uint64_t connections = 0;                 // how often the server has been found
    std::uint64_t lives = 0;                       // how many of these may have been another process each
    std::uint64_t losses = 0;                      // of the channel, before the schema was read over it
    std::shared_ptr<const schema::Schema> schema;  // of the server now (or last) connected; never null
    bool is_schema_certain = false;
    std::string version;  // as the schema source found it; empty if unknown
    std::string error;    // why not connected: gRPC's words
    // Since when nothing has been answered although the connection stands. Where nothing ever was, it is not connected either.
    std::optional<std::chrono::steady_clock::time_point> silent_since;
};

// What people are told of a server; the sentences begin with its title.
struct UpstreamWords {
    std::string title = "The upstream";
    std::string unreachable_hint = "start it, or say where it is";           // what to do where nothing answers
    std::string name_hint = "say by which name or address it can be found";  // what to do where its host's name is unknown
    std::string silence_hint = "it may be frozen, or the way to it cut";     // what may be where it is silent
    std::string doubt_hint;                                                  // what to do where the schema could not be made out
};

struct LivenessOptions {
    std::shared_ptr<SchemaSource> schema;
    UpstreamWords words;
    ProbeTimes probe;
    Channel* bulk = nullptr;  // a second channel to the same server: its connection is watched, too
    std::string address;      // for the log
    std::string host;         // looked up when nothing answers
    NameLookup::Resolve is_name_known = is_name_known_here;  // how; see NameLookup
};

// The error of a state whose host's name stands for no address, and of one whose server has closed the connection for too many
// pings.
inline constexpr std::string_view kNameUnknown = "the name does not resolve";
inline constexpr std::string_view kTooManyPings = "too_many_pings";

class Liveness {
  public:
    using Listener = std::function<void(const std::shared_ptr<const UpstreamState>&)>;

    // The channel must outlive the run. `executor` must be one thread or a strand.
    Liveness(Channel& channel, boost::asio::any_io_executor executor, LivenessOptions options);
    Liveness(const Liveness&) = delete;
    Liveness& operator=(const Liveness&) = delete;

    // Watches until stop(). To be spawned once on the executor.
    boost::asio::awaitable<void> run();
    void stop();  // on the executor

    [[nodiscard]] std::shared_ptr<const UpstreamState> state() const;  // any thread
    // state()'s members of these names, without a lock.
    [[nodiscard]] bool is_connected() const { return is_connected_.load(std::memory_order_acquire); }
    [[nodiscard]] bool has_verdict() const { return has_verdict_.load(std::memory_order_acquire); }

    // Whether what is asked or was answered just now goes by this schema: it is the one that counts, and the connection that it
    // was read over has not broken since. Any thread.
    [[nodiscard]] bool is_schema_of_connection(const schema::Schema& schema) const;
    // Whether another one counts by now. Any thread.
    [[nodiscard]] bool has_other_schema(const schema::Schema& schema) const;

    // Whether the server answers a harmless call within `limit`. On the executor.
    boost::asio::awaitable<bool> probe(std::chrono::milliseconds limit) { return options_.schema->probe(channel_, limit); }
    [[nodiscard]] const boost::asio::any_io_executor& executor() const { return executor_; }

    // Returns when there is a verdict, after `limit`, or when `slot` is emitted on the awaiting loop. Any loop; close() ends all.
    boost::asio::awaitable<void> wait_for_verdict(std::chrono::milliseconds limit, boost::asio::cancellation_slot slot);
    // Nobody waits for a verdict any more: while the loops of those who wait still run.
    void close();

    // Called on the executor before each change is seen by others. Only before run().
    void on_change(Listener listener);
    // The number of the oldest call that the server has now; 0: none. Only before run().
    void set_oldest_call(const SilenceWatch::OldestCall& oldest_call);

  private:
    struct Waiter {
        explicit Waiter(boost::asio::any_io_executor loop) : timer(std::move(loop)) {}
        boost::asio::steady_timer timer;  // its loop
    };

    boost::asio::awaitable<void> watch_once();
    void report_loss(const UpstreamState& before);
    void note_ping_refusals();
    void watch_for_silence(const UpstreamState& before);
    boost::asio::awaitable<bool> is_silent_from_the_start();
    void report_silence(std::chrono::steady_clock::time_point since, std::string_view words);
    ChannelState look_at_channel();
    boost::asio::awaitable<void> read_schema_of_new_connection();
    boost::asio::awaitable<void> read_schema_again();
    boost::asio::awaitable<void> look_for_fault();
    void report_unreachable(const ConnectionFault* fault, std::string_view words);
    void report_no_answer();
    void report_unknown_name();
    void warn_of_doubt(const UpstreamState& state) const;
    template <typename Change>
    std::shared_ptr<const UpstreamState> changed(Change change) const;
    void publish(const std::shared_ptr<const UpstreamState>& state);
    void wake_waiters();

    Channel& channel_;
    boost::asio::any_io_executor executor_;
    LivenessOptions options_;
    std::vector<Listener> listeners_;
    SilenceWatch silence_;
    std::optional<SilenceWatch> bulk_silence_;
    std::uint64_t losses_ = 0;         // of the channel, when the server was last found
    std::uint64_t ping_refusals_ = 0;  // of the channel, as noted last
    bool was_closed_for_pings_ = false;
    bool has_told_of_pings_ = false;  // of the last loss
    std::chrono::steady_clock::time_point lost_at_{};
    std::chrono::steady_clock::time_point next_reading_{};
    std::chrono::steady_clock::time_point next_attempt_{};
    std::chrono::steady_clock::time_point next_look_for_fault_{};
    std::chrono::milliseconds attempt_pause_{0};
    std::optional<std::chrono::steady_clock::time_point> found_at_;  // while connected
    bool is_stopping_ = false;
    NameLookup lookup_;
    std::atomic<bool> is_connected_{false};
    std::atomic<bool> has_verdict_{false};
    mutable std::mutex mutex_;  // guards what follows, for the length of a copy
    std::shared_ptr<const UpstreamState> state_;
    std::vector<std::shared_ptr<Waiter>> waiters_;  // for the first verdict; as many as there are calls
    bool is_closed_ = false;
};

}  // namespace octane::upstream
