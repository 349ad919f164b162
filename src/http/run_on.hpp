// Room: http. Work that may wait for a disk or takes long, done away from the loops.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <type_traits>
#include <utility>

namespace octane::http {

// Calls `work` on `executor` and comes back to the caller's own with what it returns, or throws what it throws. What `work`
// refers to must live as long as the caller's coroutine.
template <typename Work>
boost::asio::awaitable<std::invoke_result_t<Work&>> run_on(boost::asio::any_io_executor executor, Work work) {
    using Value = std::invoke_result_t<Work&>;
    std::optional<Value> value;
    const auto run = [](Work& task, std::optional<Value>& into) -> boost::asio::awaitable<void> {
        into.emplace(task());
        co_return;
    };
    co_await boost::asio::co_spawn(executor, run(work, value), boost::asio::use_awaitable);
    co_return std::move(*value);
}

}  // namespace octane::http
