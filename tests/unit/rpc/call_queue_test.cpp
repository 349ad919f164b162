#include "rpc/call_queue.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <optional>
#include <thread>
#include <vector>

namespace octane::rpc {
namespace {

namespace asio = boost::asio;
using Entered = std::optional<base::Result<CallQueue::Place>>;
using std::chrono::milliseconds;

asio::awaitable<void> enter_into(CallQueue& queue, Turn turn, milliseconds timeout, asio::cancellation_slot slot,
                                 Entered& entered) {
    auto place = co_await queue.enter(turn, timeout, slot);
    entered.emplace(std::move(place));
}

// Callers on one loop that the test turns by hand.
class Callers {
  public:
    explicit Callers(unsigned limit) : queue(limit) {}

    Entered& call(Turn wanted = {}, milliseconds timeout = milliseconds(0), asio::cancellation_slot slot = {}) {
        auto& entered = outcomes_.emplace_back();
        asio::co_spawn(loop, enter_into(queue, wanted, timeout, slot, entered), asio::detached);
        turn();
        return entered;
    }
    // Everything that can run now.
    void turn() {
        loop.restart();
        loop.poll();
    }
    // Until nobody waits for anything.
    void turn_until_idle() {
        loop.restart();
        loop.run();
    }

    asio::io_context loop{1};
    CallQueue queue;  // ends before the loop: those who still wait hold timers of the loop

  private:
    std::deque<Entered> outcomes_;
};

bool is_in(const Entered& entered) {
    return entered && entered->has_value();
}
void give_back(Entered& entered) {
    entered.reset();
}

TEST_CASE("without a limit every call enters at once and nothing is counted") {
    Callers callers(0);
    for (int i = 0; i < 100; ++i) CHECK(is_in(callers.call()));
    CHECK(callers.queue.load().in_flight == 0);
    CHECK_FALSE(callers.queue.load().full_since);
}

TEST_CASE("as many calls as the limit says are in flight, and the next one waits") {
    Callers callers(3);
    std::vector<Entered*> first;
    for (int i = 0; i < 3; ++i) first.push_back(&callers.call());
    auto& fourth = callers.call();
    for (const auto* call : first) CHECK(is_in(*call));
    CHECK_FALSE(fourth);
    CHECK(callers.queue.load().in_flight == 3);
    CHECK(callers.queue.load().waiting == 1);

    give_back(*first[1]);
    callers.turn();
    CHECK(is_in(fourth));
    CHECK(callers.queue.load().in_flight == 3);
    CHECK(callers.queue.load().waiting == 0);
}

TEST_CASE("places given back with nobody waiting can be taken again") {
    Callers callers(1);
    for (int i = 0; i < 5; ++i) {
        auto& entered = callers.call();
        CHECK(is_in(entered));
        CHECK(callers.queue.load().in_flight == 1);
        give_back(entered);
        CHECK(callers.queue.load().in_flight == 0);
    }
}

TEST_CASE("calls enter in the order of their arrival, those of the fast lane before all others") {
    Callers callers(1);
    auto* inside = &callers.call();
    std::vector<Entered*> expected(6);
    expected[2] = &callers.call(Lane::ordinary);
    expected[0] = &callers.call(Lane::fast);
    expected[3] = &callers.call(Lane::ordinary);
    expected[1] = &callers.call(Lane::fast);
    expected[4] = &callers.call(Lane::ordinary);
    expected[5] = &callers.call(Lane::ordinary);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CAPTURE(i);
        give_back(*inside);
        callers.turn();
        CHECK(is_in(*expected[i]));
        for (std::size_t later = i + 1; later < expected.size(); ++later) CHECK_FALSE(*expected[later]);
        inside = expected[i];
    }
}

TEST_CASE("a fast call does not push out a call that is in flight") {
    Callers callers(1);
    auto& inside = callers.call(Lane::ordinary);
    auto& fast = callers.call(Lane::fast);
    CHECK(is_in(inside));
    CHECK_FALSE(fast);
    CHECK(callers.queue.load().in_flight == 1);
}

TEST_CASE("what is not to queue enters past a full queue and takes no place") {
    Callers callers(1);
    auto& inside = callers.call();
    auto& waiting = callers.call(Lane::fast);
    auto& past = callers.call(Lane::unqueued);
    CHECK(is_in(past));
    CHECK(callers.queue.load().in_flight == 1);
    CHECK(callers.queue.load().waiting == 1);
    give_back(past);
    callers.turn();
    CHECK_FALSE(waiting);
    give_back(inside);
    callers.turn();
    CHECK(is_in(waiting));
}

TEST_CASE("a call whose deadline passes while it waits is told so, and its turn goes to the next") {
    Callers callers(1);
    auto& inside = callers.call();
    auto& late = callers.call(Lane::ordinary, milliseconds(1));
    auto& patient = callers.call(Lane::ordinary, milliseconds(60000));
    while (!late) {
        callers.loop.restart();
        callers.loop.run_one();
    }
    REQUIRE_FALSE(late->has_value());
    CHECK(late->error().code == base::ErrorCode::deadline_exceeded);
    CHECK(late->error().grpc == base::GrpcStatus::deadline_exceeded);
    CHECK(late->error().message.find("busy with other calls for 0 s") != std::string::npos);
    CHECK(callers.queue.load().waiting == 1);

    give_back(inside);
    callers.turn();
    CHECK(is_in(patient));
}

TEST_CASE("a place that comes free just as the deadline passes is not lost") {
    // Twice as long each time, until a deadline has not passed before the place comes free, however slow the machine is.
    bool is_tried = false;
    for (milliseconds limit(1); !is_tried; limit *= 2) {
        REQUIRE(limit < milliseconds(10000));
        Callers callers(1);
        auto& inside = callers.call();
        auto& waiter = callers.call(Lane::ordinary, limit);
        const auto passed = std::chrono::steady_clock::now() + limit;
        give_back(inside);  // granted now; the loop has not heard of it yet
        is_tried = !waiter && callers.queue.load().waiting == 0;
        while (std::chrono::steady_clock::now() < passed) std::this_thread::yield();
        callers.turn_until_idle();
        if (!is_tried) continue;
        CHECK(is_in(waiter));
        give_back(waiter);
        CHECK(callers.queue.load().in_flight == 0);
    }
}

TEST_CASE("a call whose client goes away while it waits is forgotten") {
    Callers callers(1);
    auto& inside = callers.call();
    asio::cancellation_signal gone;
    auto& waiter = callers.call(Lane::ordinary, milliseconds(60000), gone.slot());
    auto& fast = callers.call(Lane::fast, milliseconds(0));
    gone.emit(asio::cancellation_type::terminal);
    callers.turn();
    REQUIRE(waiter);
    REQUIRE_FALSE(waiter->has_value());
    CHECK(waiter->error().code == base::ErrorCode::cancelled);
    CHECK(callers.queue.load().waiting == 1);
    CHECK_FALSE(fast);
    give_back(inside);
    callers.turn();
    CHECK(is_in(fast));
    give_back(fast);
    CHECK(callers.queue.load().in_flight == 0);
}

TEST_CASE("a client that goes away in the moment its call gets a place does not keep the place") {
    Callers callers(1);
    auto& inside = callers.call();
    asio::cancellation_signal gone;
    auto& waiter = callers.call(Lane::ordinary, milliseconds(60000), gone.slot());
    auto& next = callers.call(Lane::ordinary);
    give_back(inside);  // grants the place; the waiter's loop has not heard of it yet
    gone.emit(asio::cancellation_type::terminal);
    callers.turn();
    REQUIRE(waiter);
    REQUIRE_FALSE(waiter->has_value());
    CHECK(waiter->error().code == base::ErrorCode::cancelled);
    callers.turn();
    CHECK(is_in(next));
}

TEST_CASE("a cancellation after the call has entered changes nothing in the queue") {
    Callers callers(1);
    auto& inside = callers.call();
    asio::cancellation_signal gone;
    auto& waiter = callers.call(Lane::ordinary, milliseconds(0), gone.slot());
    give_back(inside);
    callers.turn();
    REQUIRE(is_in(waiter));
    gone.emit(asio::cancellation_type::terminal);
    callers.turn();
    CHECK(is_in(waiter));
    CHECK(callers.queue.load().in_flight == 1);
}

TEST_CASE("at most kMaxWaiting calls wait, both lanes together, and the next is refused at once") {
    Callers callers(1);
    auto& inside = callers.call();
    std::vector<Entered*> waiting;
    for (std::size_t i = 0; i < CallQueue::kMaxWaiting; ++i)
        waiting.push_back(&callers.call(i % 2 == 0 ? Lane::ordinary : Lane::fast));
    CHECK(callers.queue.load().waiting == CallQueue::kMaxWaiting);
    for (const Lane lane : {Lane::ordinary, Lane::fast}) {
        auto& refused = callers.call(lane);
        REQUIRE(refused);
        REQUIRE_FALSE(refused->has_value());
        CHECK(refused->error().code == base::ErrorCode::upstream_exhausted);
        CHECK(refused->error().grpc == base::GrpcStatus::resource_exhausted);
    }
    give_back(inside);
    callers.turn();
    CHECK(callers.queue.load().waiting == CallQueue::kMaxWaiting - 1);
    CHECK_FALSE(callers.call());
    CHECK(callers.queue.load().waiting == CallQueue::kMaxWaiting);

    std::size_t served = 0;
    for (bool is_served = true; is_served;) {
        is_served = false;
        for (auto* call : waiting) {
            if (!is_in(*call)) continue;
            give_back(*call);
            callers.turn();
            is_served = true;
            ++served;
        }
    }
    CHECK(served == CallQueue::kMaxWaiting);
    CHECK(callers.queue.load().waiting == 0);
}

TEST_CASE("the queue knows since when every place has been taken") {
    Callers callers(2);
    CHECK_FALSE(callers.queue.load().full_since);
    auto& first = callers.call();
    CHECK_FALSE(callers.queue.load().full_since);
    const auto before = std::chrono::steady_clock::now();
    callers.call();
    REQUIRE(callers.queue.load().full_since);
    const auto full = *callers.queue.load().full_since;
    CHECK(full >= before);
    CHECK(full <= std::chrono::steady_clock::now());
    callers.call();
    CHECK(*callers.queue.load().full_since == full);  // who only waits is no sign of life
    give_back(first);
    callers.turn();
    REQUIRE(callers.queue.load().full_since);
    CHECK(*callers.queue.load().full_since > full);  // one was given back, and taken at once
}

TEST_CASE("a place can be given back on another thread") {
    Callers callers(1);
    auto& inside = callers.call();
    auto& waiter = callers.call();
    std::jthread([&] { give_back(inside); }).join();
    callers.turn();
    CHECK(is_in(waiter));
}

TEST_CASE("callers on several loops never hold more places than there are, and all get in") {
    constexpr unsigned kLimit = 2;
    constexpr int kEach = 200;
    CallQueue queue(kLimit);
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    std::atomic<int> served{0};
    const auto work = [](CallQueue& places, std::atomic<int>& now, std::atomic<int>& highest,
                         std::atomic<int>& done) -> asio::awaitable<void> {
        auto place = co_await places.enter(Lane::ordinary, milliseconds(0), {});
        if (!place) co_return;
        const int count = ++now;
        for (int seen = highest.load(); seen < count && !highest.compare_exchange_weak(seen, count);) {}
        --now;
        ++done;
    };
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 3; ++t) {
            threads.emplace_back([&] {
                asio::io_context loop{1};
                for (int i = 0; i < kEach; ++i) asio::co_spawn(loop, work(queue, inside, most, served), asio::detached);
                loop.run();
            });
        }
    }
    CHECK(served == 3 * kEach);
    CHECK(most <= static_cast<int>(kLimit));
    CHECK(queue.load().in_flight == 0);
    CHECK(queue.load().waiting == 0);
}

TEST_CASE("a queue that is closed refuses who waits and who would have to, and its places may still be given back") {
    Callers callers(1);
    auto& inside = callers.call(Turn(Lane::ordinary, "a", false));
    auto& ordinary = callers.call(Turn(Lane::ordinary, "a", false));
    auto& fast = callers.call(Turn(Lane::fast, "b", false), milliseconds(60000));
    callers.queue.close();
    callers.turn();
    auto& late = callers.call();
    for (const auto* refused : {&ordinary, &fast, &late}) {
        REQUIRE(*refused);
        REQUIRE_FALSE((*refused)->has_value());
        CHECK((*refused)->error().code == base::ErrorCode::cancelled);
        CHECK((*refused)->error().message == "the proxy is going down");
    }
    CHECK(callers.queue.load().waiting == 0);
    give_back(inside);
    CHECK(callers.queue.load().in_flight == 0);
}

TEST_CASE("a closed queue outlives the loops of those who waited in it, and so does a place") {
    Entered inside;
    Entered waiting;
    CallQueue queue(1);
    {
        asio::io_context loop{1};
        asio::co_spawn(loop, enter_into(queue, Lane::ordinary, milliseconds(0), {}, inside), asio::detached);
        asio::co_spawn(loop, enter_into(queue, Lane::ordinary, milliseconds(0), {}, waiting), asio::detached);
        loop.poll();
        REQUIRE(is_in(inside));
        REQUIRE(queue.load().waiting == 1);
        queue.close();
    }
    give_back(inside);  // must not reach for the loop of the one who waited
    CHECK(queue.load().in_flight == 0);
    CHECK_FALSE(waiting);
}

Turn edit_of(const char* client) {
    return {Lane::ordinary, client, false};
}
Turn read_of(const char* client) {
    return {Lane::ordinary, client, true};
}

TEST_CASE("a client's reads run side by side, and its edits one at a time and in order") {
    Callers callers(4);
    auto& first_read = callers.call(read_of("a"));
    auto& second_read = callers.call(read_of("a"));
    auto& edit = callers.call(edit_of("a"));
    auto& next_edit = callers.call(edit_of("a"));
    auto& late_read = callers.call(read_of("a"));
    CHECK(is_in(first_read));
    CHECK(is_in(second_read));
    CHECK_FALSE(edit);
    CHECK_FALSE(late_read);  // it may ask for what the edits make
    give_back(first_read);
    callers.turn();
    CHECK_FALSE(edit);
    give_back(second_read);
    callers.turn();
    CHECK(is_in(edit));
    CHECK_FALSE(next_edit);
    give_back(edit);
    callers.turn();
    CHECK(is_in(next_edit));
    CHECK_FALSE(late_read);
    give_back(next_edit);
    callers.turn();
    CHECK(is_in(late_read));
}

TEST_CASE("one client's order costs another client nothing") {
    Callers callers(2);
    auto& edit = callers.call(edit_of("a"));
    auto& blocked = callers.call(edit_of("a"));
    auto& other = callers.call(edit_of("b"));
    CHECK(is_in(edit));
    CHECK_FALSE(blocked);
    CHECK(is_in(other));
    CHECK(callers.queue.load().in_flight == 2);
}

TEST_CASE("a fast call overtakes its client's reads, but not its client's edits") {
    Callers callers(1);
    const Turn camera(Lane::fast, "a", false);
    auto& inside = callers.call(read_of("b"));
    auto& read = callers.call(read_of("a"));
    auto& edit = callers.call(edit_of("a"));
    auto& fast = callers.call(camera);
    auto& fast_of_other = callers.call(Turn(Lane::fast, "c", false));
    give_back(inside);
    callers.turn();
    CHECK(is_in(fast_of_other));
    give_back(fast_of_other);
    callers.turn();
    CHECK(is_in(read));
    CHECK_FALSE(fast);
    give_back(read);
    callers.turn();
    CHECK(is_in(edit));
    CHECK_FALSE(fast);
    give_back(edit);
    callers.turn();
    CHECK(is_in(fast));

    Callers busy(1);
    auto& in_flight = busy.call(read_of("a"));
    auto& bulk = busy.call(read_of("a"));
    auto& moved = busy.call(camera);
    give_back(in_flight);
    busy.turn();
    CHECK(is_in(moved));
    CHECK_FALSE(bulk);
}

TEST_CASE("a fast call runs beside its client's reads where there is room") {
    Callers callers(2);
    CHECK(is_in(callers.call(read_of("a"))));
    CHECK(is_in(callers.call(Turn(Lane::fast, "a", false))));
}

TEST_CASE("who waited for an edit that gives up goes on") {
    Callers callers(2);
    auto& inside = callers.call(read_of("a"));
    asio::cancellation_signal gone;
    auto& edit = callers.call(edit_of("a"), milliseconds(0), gone.slot());
    auto& read = callers.call(read_of("a"));
    CHECK(is_in(inside));
    CHECK_FALSE(read);
    gone.emit(asio::cancellation_type::terminal);
    callers.turn();
    REQUIRE(edit);
    CHECK_FALSE(edit->has_value());
    CHECK(is_in(read));
}

}  // namespace
}  // namespace octane::rpc
