// Stand-in renderer: rows shared among threads.
#include "standin/row_pool.hpp"

#ifdef __linux__
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace octane::standin {

void lower_priority() {
#ifdef __linux__
    static constexpr int kNice = 10;
    // Linux keeps the nice value by thread. Failing only means that the renderer is as important as the rest.
    (void)setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), kNice);
#endif
}

RowPool::RowPool(std::uint32_t threads) {
    for (std::uint32_t i = 1; i < threads; ++i) threads_.emplace_back([this] { serve(); });
}

RowPool::~RowPool() {
    {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
    }
    begun_.notify_all();
    for (auto& thread : threads_) thread.join();
}

void RowPool::take_rows() {
    for (auto row = next_.fetch_add(1); row < count_; row = next_.fetch_add(1)) (*work_)(row);
}

void RowPool::run(std::uint32_t count, const std::function<void(std::uint32_t)>& work) {
    {
        const std::lock_guard lock(mutex_);
        work_ = &work;
        count_ = count;
        next_ = 0;
        busy_ = threads_.size();
        ++round_;
    }
    begun_.notify_all();
    take_rows();
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return busy_ == 0; });
}

void RowPool::serve() {
    lower_priority();
    std::uint64_t seen = 0;
    std::unique_lock lock(mutex_);
    while (true) {
        begun_.wait(lock, [&] { return is_stopped_ || round_ != seen; });
        if (is_stopped_) return;
        seen = round_;
        lock.unlock();
        take_rows();
        lock.lock();
        if (--busy_ == 0) ended_.notify_one();
    }
}

}  // namespace octane::standin
