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
using tests::enter_into;
using tests::Entered;
using tests::give_back;
using tests::is_in;

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
        CHECK((*refused)->error().code == base::ErrorCode::shutting_down);
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
