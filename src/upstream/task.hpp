// Room: upstream. Starts a coroutine that nobody awaits, and records how it ended.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <string>
#include <utility>

#include "telemetry/log.hpp"

namespace octane::upstream {

// `on_end` is called on the executor however the task ends; an exception is logged under the task's name and goes no further.
template <typename OnEnd>
void start_task(const boost::asio::any_io_executor& executor, std::string name, boost::asio::awaitable<void> task, OnEnd on_end) {
    boost::asio::co_spawn(executor, std::move(task),
                          [name = std::move(name), on_end = std::move(on_end)](const std::exception_ptr& failure) mutable {
                              if (failure) {
                                  try {
                                      std::rethrow_exception(failure);
                                  } catch (const std::exception& error) {
                                      telemetry::log(telemetry::Level::error, "A task ended with an exception",
                                                     {{"task", name}, {"reason", error.what()}});
                                  }
                              }
                              on_end();
                          });
}

}  // namespace octane::upstream
