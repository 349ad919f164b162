// Room: frames. What a pixel consists of, and the rows of a picture one after the other, wherever the slices of a message end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "frames/image.hpp"

namespace octane::frames {

// docs/octane.md §2.2. All 0 for what no renderer produces (block-compressed textures, unknown numbers).
struct PixelKind {
    std::size_t channels = 0;       // 1 grey, 2 grey and alpha, 4 RGBA
    std::size_t channel_bytes = 0;  // 1 a byte, 2 a half, 4 a float
};
PixelKind pixel_kind(ImageType type);

class PixelRows {
  public:
    // The image must outlive this; `layout` must be resolve_layout's for it.
    PixelRows(const RenderImage& image, const Layout& layout);

    // The next row from the top, width × bytes_per_pixel bytes without alignment: where it lies if it lies in one piece, else
    // joined in a buffer that the following call reuses. Call it at most `height` times.
    const char* next();

  private:
    const std::vector<std::string_view>& segments_;
    std::size_t row_;     // bytes of a row without its padding
    std::size_t stride_;  // bytes
    std::size_t segment_ = 0;
    std::size_t offset_ = 0;  // of the next row from the segment's begin; may lie in a later one
    std::string joined_;
};

}  // namespace octane::frames
