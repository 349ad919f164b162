// Room: frames. The encoded picture of a frame, made at most once whichever tracks and requests want it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "frames/encode.hpp"
#include "frames/image.hpp"
#include "frames/picture_budget.hpp"
#include "frames/stats.hpp"
#include "frames/variant.hpp"

namespace octane::frames {

// A picture file and its size in pixels.
struct Picture {
    base::ByteChain bytes;
    PictureSize size;
};

// The image that a viewer sees: that of the pass it asked for, else the first. Passes go by renderPassId; if no image has one
// (servers leave it unset), the number is a place in the frame (docs/octane.md §1.8). Null if the frame lacks the pass.
const RenderImage* shown_image(const Frame& frame, const std::optional<std::int32_t>& render_pass);

// Equal for variants that show the very same picture file, in whatever container.
Variant picture_key(const Variant& variant);

// False for variants that carry only the renderer's own buffer.
bool shows_picture(const Variant& variant);

// The pictures of one frame by picture_key(). Any thread; the lock is never held while a picture is made, and nobody waits for
// it: who comes while one is being made is called by its maker.
class Pictures {
  public:
    // So many of one frame are kept for those who come later; what is asked for beyond is made anew each time. How much memory
    // the pictures of all frames may take together is PictureBudget's to say.
    static constexpr std::size_t kMaxKept = 32;

    using Made = base::Result<std::shared_ptr<const Picture>>;
    using Done = std::function<void(const Made&)>;

    // Calls `done` with the picture: at once if it is there, after `make` on this thread if nobody is at it, else from the thread
    // of whoever is. What `make` throws becomes error 50001.
    void get(const Variant& key, const std::function<Made()>& make, Done done);

    // What has been made already; null otherwise.
    [[nodiscard]] std::shared_ptr<const Picture> find(const Variant& key) const;

    // Who asks for it from now on has it made anew. Does nothing while it is being made.
    void forget(const Variant& key);

  private:
    struct Slot {
        std::optional<Made> made;
        std::vector<Done> waiting;  // bounded by the number of tracks and connections
    };

    mutable std::mutex mutex_;
    std::map<Variant, std::shared_ptr<Slot>> slots_;
};

// What making pictures needs besides a frame; the hub's, alive as long as anything is made.
struct PictureMaker {
    FrameStats& stats;
    PictureBudget& budget;
};

// Encodes the variant's picture of the frame unless that has been done, on this thread. `image` is the frame's own.
void with_picture(const std::shared_ptr<const Frame>& frame, const RenderImage& image, const Variant& variant,
                  const PictureMaker& maker, Pictures::Done done);

}  // namespace octane::frames
