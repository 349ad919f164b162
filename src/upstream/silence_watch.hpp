// Room: upstream. Whether a server that is connected still says anything over one connection.
//
// Where nothing was heard for long it is asked, by a call that costs next to nothing and has its own deadline. No answer: the
// server is silent. Meanwhile a second connection is tried now and then. If the server answers there and still not over the
// first, nothing comes over the first any more, and the second takes its place. A stopped process answers on neither, so it keeps
// its connection and with that its objects.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "upstream/channel.hpp"
#include "upstream/schema_source.hpp"

namespace octane::upstream {

struct ProbeTimes {
    std::chrono::milliseconds after{5000};  // nothing heard for so long: the server is asked; 0: never
    std::chrono::milliseconds limit{5000};  // what its answer may take
};

// Everything on one executor.
class SilenceWatch {
  public:
    using Clock = std::chrono::steady_clock;
    // A call that the server has may explain its silence, if it runs one at a time with all else. It counts so for so long.
    static constexpr std::chrono::seconds kLongestExcuse{60};

    // All must outlive this; what is under way when this ends must not be resumed.
    SilenceWatch(Channel& channel, boost::asio::any_io_executor executor, std::shared_ptr<SchemaSource> schema, ProbeTimes times);
    SilenceWatch(const SilenceWatch&) = delete;
    SilenceWatch& operator=(const SilenceWatch&) = delete;

    // The number of the oldest call of ours that the server has now; 0: none.
    using OldestCall = std::function<std::uint64_t()>;
    void set_oldest_call(OldestCall oldest_call) { oldest_call_ = std::move(oldest_call); }
    // What is learnt of the server over one connection counts for the other.
    void learn_with(const SilenceWatch& other) { answers_beside_calls_ = other.answers_beside_calls_; }

    // A connection has been made.
    void begin();
    // Several times a second while it stands: asks what is to be asked.
    void look();
    void stop() { is_stopping_ = true; }

    // Since when nothing has come, once that is a verdict.
    [[nodiscard]] std::optional<Clock::time_point> silent_since() const { return silent_since_; }

    // Whether the server answers over a second connection while the first says nothing; the second then takes its place.
    boost::asio::awaitable<bool> try_second_connection();
    [[nodiscard]] const ProbeTimes& times() const { return times_; }

  private:
    boost::asio::awaitable<void> ask();
    boost::asio::awaitable<void> try_in_silence();
    [[nodiscard]] Clock::time_point last_sign() const;

    Channel& channel_;
    boost::asio::any_io_executor executor_;
    std::shared_ptr<SchemaSource> schema_;
    const ProbeTimes times_;
    OldestCall oldest_call_ = [] { return std::uint64_t{0}; };
    Clock::time_point begun_ = Clock::now();
    Clock::time_point next_question_{};
    Clock::time_point next_trial_{};
    std::optional<Clock::time_point> silent_since_;
    // The server has answered while it had a call: then no call explains silence.
    std::shared_ptr<bool> answers_beside_calls_ = std::make_shared<bool>(false);
    bool is_asking_ = false;
    bool is_trying_ = false;
    bool is_stopping_ = false;
};

}  // namespace octane::upstream
