#include "rpc/call_queue.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <boost/asio/cancellation_signal.hpp>
#include <optional>
#include <thread>
#include <vector>

#include "unit/rpc/call_queue_stage.hpp"

namespace octane::rpc {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using tests::Callers;
using tests::Entered;
using tests::give_back;
using tests::is_in;

TEST_CASE("without a limit nobody waits, and what is in flight is counted all the same") {
    Callers callers(0);
    auto& first = callers.call();
    auto& second = callers.call(Lane::fast);
    REQUIRE(is_in(first));
    REQUIRE(is_in(second));
    CHECK(callers.queue.load().in_flight == 2);
    CHECK_FALSE(callers.queue.load().full_since);
    CHECK_FALSE((*first)->is_taken());  // nobody waits for it, so nothing has to be kept
    give_back(first);
    CHECK(callers.queue.load().in_flight == 1);
    give_back(second);
    CHECK(callers.queue.load().in_flight == 0);
    CHECK(is_in(callers.call(Lane::unqueued)));
    CHECK(callers.queue.load().in_flight == 0);  // the proxy's own calls are not counted, with a limit or without
    for (int i = 0; i < 100; ++i) CHECK(is_in(callers.call()));
    CHECK(callers.queue.load().waiting == 0);
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

}  // namespace
}  // namespace octane::rpc
