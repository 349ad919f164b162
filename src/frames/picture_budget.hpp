// Room: frames. How much memory encoded pictures may take that are kept for whoever asks for them again.
//
// One budget for all frames and variants; the newest pictures are kept. A picture that is forgotten lives on as long as somebody
// writes it, and is made anew for who asks later. Any thread.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>

#include "frames/variant.hpp"

namespace octane::frames {

class Pictures;

class PictureBudget {
  public:
    static constexpr std::size_t kDefault = std::size_t{256} << 20U;  // bytes

    explicit PictureBudget(std::size_t limit = kDefault) : limit_(limit) {}
    PictureBudget(const PictureBudget&) = delete;
    PictureBudget& operator=(const PictureBudget&) = delete;

    // A picture of `size` bytes has been made and is kept by `pictures` under that key. Makes them forget the oldest until all
    // that is kept fits, also this one if it is larger than the budget. Costs a walk over what is kept: at most 32 a frame alive.
    void keep(const std::shared_ptr<Pictures>& pictures, const Variant& key, std::size_t size);

    [[nodiscard]] std::size_t bytes() const;  // kept now

  private:
    struct Kept {
        std::weak_ptr<Pictures> pictures;  // ends with its frame
        Variant key;
        std::size_t size = 0;
    };

    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::list<Kept> kept_;  // the oldest first
};

}  // namespace octane::frames
