// Stand-in renderer: threads that share the rows of a picture. They run at low priority, so that whatever is being tested
// beside the renderer stays quick.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace octane::standin {

void lower_priority();  // of the calling thread, where the system can

class RowPool {
  public:
    explicit RowPool(std::uint32_t threads);  // the caller of run() counts as one
    ~RowPool();

    // Calls work(row) for each row below count, on all threads, and returns when all are done.
    void run(std::uint32_t count, const std::function<void(std::uint32_t)>& work);

  private:
    void serve();
    void take_rows();

    std::mutex mutex_;
    std::condition_variable begun_;
    std::condition_variable ended_;
    const std::function<void(std::uint32_t)>* work_ = nullptr;
    std::atomic<std::uint32_t> next_{0};
    std::uint32_t count_ = 0;
    std::uint64_t round_ = 0;
    std::size_t busy_ = 0;
    bool is_stopped_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace octane::standin
