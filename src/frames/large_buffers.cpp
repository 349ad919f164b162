#include "frames/large_buffers.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace octane::frames {

std::string LargeBuffers::take(std::size_t capacity) {
    std::string buffer;
    if (capacity >= kLeast) {
        const std::lock_guard lock(mutex_);
        const auto found = std::find_if(waiting_.rbegin(), waiting_.rend(), [capacity](const Waiting& one) {
            return one.buffer.capacity() >= capacity && one.buffer.capacity() / 2 <= capacity;
        });
        if (found != waiting_.rend()) {
            buffer = std::move(found->buffer);
            bytes_ -= buffer.capacity();
            waiting_.erase(std::next(found).base());
        }
    }
    buffer.reserve(capacity);
    return buffer;
}

void LargeBuffers::give_back(std::string&& buffer) noexcept {
    if (buffer.capacity() < kLeast) return;
    buffer.clear();
    const std::lock_guard lock(mutex_);
    if (bytes_ + buffer.capacity() > most_ || waiting_.size() == waiting_.capacity()) return;
    bytes_ += buffer.capacity();
    waiting_.push_back({std::move(buffer)});
}

void LargeBuffers::drop_unused() {
    std::vector<Waiting> dropped;  // ends after the lock
    const std::lock_guard lock(mutex_);
    const auto first_kept = std::ranges::find(waiting_, false, &Waiting::is_old);  // the oldest are at the beginning
    dropped.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(first_kept));
    waiting_.erase(waiting_.begin(), first_kept);
    for (const auto& one : dropped) bytes_ -= one.buffer.capacity();
    for (auto& one : waiting_) one.is_old = true;
}

std::size_t LargeBuffers::bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
}

LargeBuffers& large_buffers() {
    static auto* const buffers = new LargeBuffers();
    return *buffers;
}

}  // namespace octane::frames
