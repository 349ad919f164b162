#include "http/run_on.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <memory>
#include <stdexcept>
#include <thread>

namespace asio = boost::asio;
using octane::http::run_on;

TEST_CASE("work runs on the other executor, and its caller goes on where it was") {
    asio::io_context loop;
    asio::thread_pool workers(1);
    std::thread::id during;
    std::thread::id after;
    auto value = asio::co_spawn(
        loop,
        [&]() -> asio::awaitable<int> {
            const auto made = co_await run_on(workers.get_executor(), [&] {
                during = std::this_thread::get_id();
                return std::make_unique<int>(42);
            });
            after = std::this_thread::get_id();
            co_return *made;
        },
        asio::use_future);
    loop.run();
    CHECK(value.get() == 42);
    CHECK(during != std::this_thread::get_id());
    CHECK(after == std::this_thread::get_id());
}

TEST_CASE("what work throws is thrown at its caller") {
    asio::io_context loop;
    asio::thread_pool workers(1);
    auto value = asio::co_spawn(
        loop,
        [&]() -> asio::awaitable<int> {
            const int made = co_await run_on(workers.get_executor(), []() -> int { throw std::runtime_error("no memory"); });
            co_return made;
        },
        asio::use_future);
    loop.run();
    CHECK_THROWS_WITH_AS(value.get(), "no memory", std::runtime_error);
}

TEST_CASE("work that never begins ends its caller with the executor") {
    asio::io_context loop;
    const auto alive = std::make_shared<int>();
    {
        asio::thread_pool workers(1);
        workers.stop();
        asio::co_spawn(
            loop,
            [](asio::thread_pool& on, std::shared_ptr<int> kept) -> asio::awaitable<void> {
                (void)co_await run_on(on.get_executor(), [&kept] { return *kept; });
            }(workers, alive),
            asio::detached);
        loop.poll();
        CHECK(alive.use_count() == 2);
    }
    loop.restart();
    loop.poll();
    CHECK(alive.use_count() == 1);
}
