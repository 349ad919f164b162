// Stand-in renderer: the thread that runs API calls. Octane has one; a slow call therefore keeps all others waiting.
//
// With more than one thread (--no-serial) calls only wait for one another inside their handlers.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace octane::standin {

class Executor {
  public:
    explicit Executor(bool is_serial);
    ~Executor();

    // Runs the job in order of arrival. A job that may run inline is run by the caller when nothing else is running or
    // waiting, which saves two thread switches.
    // False if too many wait already or the executor has stopped; the job is then not run.
    bool submit(std::function<void()> job, bool may_run_inline);
    // Waits for what was submitted; later jobs are dropped.
    void stop();

  private:
    static constexpr std::size_t kMostWaiting = 4096;

    void work();

    const bool is_serial_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> jobs_;
    std::vector<std::thread> threads_;
    bool is_running_ = false;  // a job of the serial executor
    bool is_stopped_ = false;
};

}  // namespace octane::standin
