#include <algorithm>
#include <string>

#include "frames/image.hpp"
#include "frames/pixel_rows.hpp"

namespace octane::frames {

base::Result<Layout> resolve_layout(const RenderImage& image) {
    const PixelKind of_pixel = pixel_kind(image.type);
    const std::size_t pixel = of_pixel.channels * of_pixel.channel_bytes;
    const std::size_t length = image.pixels.size();
    const std::string kind = "type " + std::to_string(static_cast<std::int32_t>(image.type));
    if (pixel == 0)
        return base::make_error(base::ErrorCode::bad_answer,
                                "the renderer sent an image of " + kind + ", which is not a render image format");
    if (image.width == 0 || image.height == 0)
        return base::make_error(base::ErrorCode::bad_answer, "the renderer sent an image without a size");
    // All of these fit 64 bits: width, height and pitch are 32-bit numbers and a pixel has at most 16 bytes; the product of three
    // is checked by length.
    const std::size_t row = std::size_t{image.width} * pixel;
    const std::size_t pitch = image.pitch == 0 ? image.width : image.pitch;
    const auto fits = [&](std::size_t stride) { return stride >= row && length / stride + 1 >= image.height; };
    if (length % image.height == 0 && length / image.height == row) return Layout{pixel, row};
    if (length % image.height == 0 && length / image.height == pitch * pixel && pitch >= image.width)
        return Layout{pixel, pitch * pixel};
    if (length % image.height == 0 && length / image.height == pitch && pitch >= row) return Layout{pixel, pitch};
    for (const std::size_t stride : {pitch * pixel, pitch}) {
        if (fits(stride) && length >= stride * (image.height - 1) + row) return Layout{pixel, stride};
    }
    return base::make_error(base::ErrorCode::bad_answer, "unexpected buffer size: the renderer sent " + std::to_string(length) +
                                                             " bytes for an image of " + std::to_string(image.width) + "×" +
                                                             std::to_string(image.height) + " pixels, pitch " +
                                                             std::to_string(image.pitch) + ", " + kind + ", which needs " +
                                                             std::to_string(row) + " bytes a row without padding");
}

bool is_repeat(const Frame& previous, const std::vector<RenderImage>& images) {
    const auto is_same = [](const RenderImage& one, const RenderImage& other) {
        return one.change_level == other.change_level && one.tonemapped_samples == other.tonemapped_samples &&
               one.render_time == other.render_time && one.width == other.width && one.height == other.height;
    };
    return std::ranges::equal(previous.images, images, is_same);
}

}  // namespace octane::frames
