#include "frames/picture_budget.hpp"

#include <utility>
#include <vector>

#include "frames/picture.hpp"

namespace octane::frames {

void PictureBudget::keep(const std::shared_ptr<Pictures>& pictures, const Variant& key, std::size_t size) {
    std::vector<Kept> over;  // forgotten when the lock is gone: a picture's memory may be given back then
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(kept_, [](const Kept& one) { return one.pictures.expired(); });
        kept_.push_back({pictures, key, size});
        std::size_t total = 0;
        for (const auto& one : kept_) total += one.size;
        while (total > limit_) {
            total -= kept_.front().size;
            over.push_back(std::move(kept_.front()));
            kept_.pop_front();
        }
    }
    for (const auto& one : over) {
        if (const auto of_frame = one.pictures.lock()) of_frame->forget(one.key);
    }
}

std::size_t PictureBudget::bytes() const {
    const std::lock_guard lock(mutex_);
    std::size_t total = 0;
    for (const auto& one : kept_) total += one.pictures.expired() ? 0 : one.size;
    return total;
}

}  // namespace octane::frames
