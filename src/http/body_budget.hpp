// Room: http. One bound for the memory of all request bodies that are held at the same time, whoever sent them.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace octane::http {

// Any thread; one atomic operation for taking, one for giving back.
class BodyBudget {
  public:
    explicit BodyBudget(std::size_t limit) : limit_(limit) {}

    // False, and nothing is taken, if less than so many bytes are free.
    bool take(std::size_t bytes) {
        if (taken_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= limit_) return true;
        give_back(bytes);
        return false;
    }
    void give_back(std::size_t bytes) { taken_.fetch_sub(bytes, std::memory_order_relaxed); }

    [[nodiscard]] std::size_t limit() const { return limit_; }
    [[nodiscard]] std::size_t taken() const { return taken_.load(std::memory_order_relaxed); }

  private:
    const std::size_t limit_;
    std::atomic<std::size_t> taken_{0};
};

// What one request has taken of the budget, which must outlive it; given back with the request.
class BodyShare {
  public:
    BodyShare() = default;
    ~BodyShare() {
        if (budget_ != nullptr) budget_->give_back(bytes_);
    }
    BodyShare(const BodyShare&) = delete;
    BodyShare& operator=(const BodyShare&) = delete;

    bool take(BodyBudget& budget, std::size_t bytes) {
        if (!budget.take(bytes)) return false;
        budget_ = &budget;
        bytes_ += bytes;
        return true;
    }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    BodyBudget* budget_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace octane::http
