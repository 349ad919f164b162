#include "frames/pixel_rows.hpp"

#include <cassert>

namespace octane::frames {

PixelKind pixel_kind(ImageType type) {
    switch (type) {
        case ImageType::ldr_mono: return {1, 1};
        case ImageType::ldr_mono_alpha: return {2, 1};
        case ImageType::ldr_rgba: return {4, 1};
        case ImageType::half_mono: return {1, 2};
        case ImageType::half_mono_alpha: return {2, 2};
        case ImageType::half_rgba: return {4, 2};
        case ImageType::hdr_mono: return {1, 4};
        case ImageType::hdr_mono_alpha: return {2, 4};
        case ImageType::hdr_rgba: return {4, 4};
    }
    return {};
}

PixelRows::PixelRows(const RenderImage& image, const Layout& layout)
    : segments_(image.pixels.segments()), row_(image.width * layout.bytes_per_pixel), stride_(layout.stride) {}

const char* PixelRows::next() {
    while (offset_ >= segments_[segment_].size()) {
        offset_ -= segments_[segment_].size();
        ++segment_;
        assert(segment_ < segments_.size());
    }
    const std::string_view here = segments_[segment_].substr(offset_);
    offset_ += stride_;
    if (here.size() >= row_) return here.data();
    joined_.assign(here);
    for (std::size_t i = segment_ + 1; joined_.size() < row_; ++i) {
        assert(i < segments_.size());
        joined_.append(segments_[i].substr(0, row_ - joined_.size()));
    }
    return joined_.data();
}

}  // namespace octane::frames
