// Tests of the upstream room and of those above it: one loop on a thread of its own, and the outcome of a coroutine that runs
// there.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

namespace octane::upstream::tests {

// Nothing in these tests takes this long unless it never comes.
inline constexpr std::chrono::seconds kPatience{20};

template <typename T>
T get(std::future<T> future) {
    if (future.wait_for(kPatience) != std::future_status::ready) throw std::runtime_error("a coroutine of the test did not end");
    return future.get();
}

class Loop {
  public:
    Loop() : guard_(boost::asio::make_work_guard(context_)), thread_([this] { context_.run(); }) {}
    ~Loop() { stop(); }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    boost::asio::io_context& context() { return context_; }
    boost::asio::any_io_executor executor() { return context_.get_executor(); }

    template <typename T>
    std::future<T> start(boost::asio::awaitable<T> task) {
        auto promise = std::make_shared<std::promise<T>>();
        auto future = promise->get_future();
        boost::asio::co_spawn(context_, keep(std::move(task), std::move(promise)), boost::asio::detached);
        return future;
    }

    template <typename T>
    T run(boost::asio::awaitable<T> task) {
        return get(start(std::move(task)));
    }

    // Calls the function on the loop and waits until it has returned.
    template <typename Act>
    void call(Act act) {
        std::promise<void> done;
        boost::asio::post(context_, [&] {
            act();
            done.set_value();
        });
        done.get_future().wait();
    }

    void stop() {
        context_.stop();
        if (thread_.joinable()) thread_.join();
    }

  private:
    template <typename T>
    static boost::asio::awaitable<void> keep(boost::asio::awaitable<T> task, std::shared_ptr<std::promise<T>> promise) {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(task);
            promise->set_value();
        } else {
            T value = co_await std::move(task);
            promise->set_value(std::move(value));
        }
    }

    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
    std::thread thread_;
};

}  // namespace octane::upstream::tests
