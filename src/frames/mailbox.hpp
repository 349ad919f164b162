// Room: frames. A hand-off between two threads with room for one: the newest wins, and only the first put after a take needs to
// wake the taker.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

namespace octane::frames {

// Any number of putters, one taker. Lock-free.
template <typename T>
class Mailbox {
  public:
    using Pointer = std::shared_ptr<const T>;

    Mailbox() = default;
    ~Mailbox() { delete held_.load(std::memory_order_acquire); }
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    // True if the box was empty: the taker must then be told. What it replaced is dropped.
    bool put(Pointer value) {
        const std::unique_ptr<Pointer> replaced(held_.exchange(new Pointer(std::move(value)), std::memory_order_acq_rel));
        return replaced == nullptr;
    }

    // Null if nothing was put since the last take.
    Pointer take() {
        const std::unique_ptr<Pointer> taken(held_.exchange(nullptr, std::memory_order_acq_rel));
        return taken ? std::move(*taken) : nullptr;
    }

  private:
    std::atomic<Pointer*> held_{nullptr};
};

}  // namespace octane::frames
