// Stand-in renderer: the application thread.
#include "standin/executor.hpp"

#include <utility>

namespace octane::standin {

namespace {
constexpr int kParallelThreads = 16;
}

Executor::Executor(bool is_serial) : is_serial_(is_serial) {
    for (int i = 0; i < (is_serial ? 1 : kParallelThreads); ++i) threads_.emplace_back([this] { work(); });
}

Executor::~Executor() {
    stop();
}

bool Executor::submit(std::function<void()> job, bool may_run_inline) {
    std::unique_lock lock(mutex_);
    if (is_stopped_ || jobs_.size() >= kMostWaiting) return false;
    if (!may_run_inline || !jobs_.empty() || (is_serial_ && is_running_)) {
        jobs_.push_back(std::move(job));
        changed_.notify_one();
        return true;
    }
    is_running_ = true;
    lock.unlock();
    job();
    lock.lock();
    is_running_ = false;
    if (!jobs_.empty()) changed_.notify_one();
    return true;
}

void Executor::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock,
                      [this] { return (!jobs_.empty() && !(is_serial_ && is_running_)) || (is_stopped_ && jobs_.empty()); });
        if (jobs_.empty()) return;
        auto job = std::move(jobs_.front());
        jobs_.pop_front();
        is_running_ = true;
        lock.unlock();
        job();
        job = nullptr;
        lock.lock();
        is_running_ = false;
        if (!jobs_.empty()) changed_.notify_one();
    }
}

void Executor::stop() {
    {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_)
        if (thread.joinable()) thread.join();
}

}  // namespace octane::standin
