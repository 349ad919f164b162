#include "telemetry/task.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "unit/upstream/loop.hpp"

namespace octane::telemetry {
namespace {

using upstream::tests::Loop;
constexpr RestartPauses kAtOnce{std::chrono::milliseconds(0), std::chrono::milliseconds(0)};

boost::asio::awaitable<void> fail_until(int& runs, int good) {
    if (++runs < good) throw std::runtime_error("not yet");
    co_return;
}

TEST_CASE("a task that an exception ends is started again, until it ends by itself") {
    Loop loop;
    int runs = 0;
    auto make = [&runs] { return fail_until(runs, 4); };
    loop.run(keep_running("patient", make, kAtOnce));
    CHECK(runs == 4);
}

TEST_CASE("a task that ends by itself is not started again") {
    Loop loop;
    int runs = 0;
    auto make = [&runs] { return fail_until(runs, 1); };
    loop.run(keep_running("content", make, kAtOnce));
    CHECK(runs == 1);
}

TEST_CASE("a task whose making fails is started again, too") {
    Loop loop;
    int tries = 0;
    int runs = 0;
    auto make = [&] {
        if (++tries < 3) throw std::runtime_error("cannot be made");
        return fail_until(runs, 1);
    };
    loop.run(keep_running("late", make, kAtOnce));
    CHECK(tries == 3);
    CHECK(runs == 1);
}

TEST_CASE("between two starts the pause doubles up to its longest") {
    Loop loop;
    int runs = 0;
    auto make = [&runs] { return fail_until(runs, 4); };
    const auto begin = std::chrono::steady_clock::now();
    loop.run(keep_running("slow", make, {std::chrono::milliseconds(10), std::chrono::milliseconds(20)}));
    CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(10 + 20 + 20));
    CHECK(runs == 4);
}

TEST_CASE("whoever started a task learns that it has ended, also by an exception") {
    Loop loop;
    std::promise<void> has_ended;
    int runs = 0;
    start_task(loop.executor(), "failing", fail_until(runs, 9), [&has_ended] { has_ended.set_value(); });
    upstream::tests::get(has_ended.get_future());
    CHECK(runs == 1);
}

}  // namespace
}  // namespace octane::telemetry
