// Room: telemetry. What nobody awaits: the handlers of a loop, and coroutines started and kept going. How they ended is recorded.
#pragma once

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "telemetry/log.hpp"

namespace octane::telemetry {

inline void log_failure(const std::exception_ptr& failure, std::string_view task) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        log(Level::error, "A task ended with an exception", {{"task", task}, {"reason", error.what()}});
    }
}

// Runs handlers until `run` returns: what one of them throws is logged with those words and costs that handler only, since the
// end of the thread would cost all others.
template <typename Run>
void run_handlers(const char* words, Run run) {
    for (;;) {
        try {
            run();
            return;
        } catch (const std::exception& error) { log(Level::error, words, {{"reason", error.what()}}); }
    }
}

// `on_end` is called on the executor however the task ends; an exception is logged under the task's name and goes no further.
template <typename OnEnd>
void start_task(const boost::asio::any_io_executor& executor, std::string name, boost::asio::awaitable<void> task, OnEnd on_end) {
    boost::asio::co_spawn(executor, std::move(task),
                          [name = std::move(name), on_end = std::move(on_end)](const std::exception_ptr& failure) mutable {
                              if (failure) log_failure(failure, name);
                              on_end();
                          });
}

struct RestartPauses {
    std::chrono::milliseconds first{200};
    std::chrono::milliseconds longest{2000};  // after this long without a failure the first pause counts again
};

// What `make` returns, and again after a pause whenever an exception ends it, until it ends by itself. `make` must outlive it.
template <typename Make>
boost::asio::awaitable<void> keep_running(std::string name, Make& make, RestartPauses pauses = {}) {
    const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer timer(executor);
    auto pause = pauses.first;
    for (;;) {
        const auto begin = std::chrono::steady_clock::now();
        std::exception_ptr failure;
        try {
            boost::asio::awaitable<void> task = make();
            co_await std::move(task);
        } catch (const std::exception&) { failure = std::current_exception(); }
        if (!failure) co_return;
        log_failure(failure, name);
        if (std::chrono::steady_clock::now() - begin > pauses.longest) pause = pauses.first;
        timer.expires_after(pause);
        const auto [error] = co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        static_cast<void>(error);
        pause = std::min(pause * 2, pauses.longest);
    }
}

}  // namespace octane::telemetry
