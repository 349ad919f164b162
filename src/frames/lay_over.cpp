#include <algorithm>
#include <utility>

#include "frames/rgba8.hpp"
#include "frames/tone.hpp"

namespace octane::frames {
namespace {

// The usual two greys, in squares of so many pixels of the picture as it is shown.
constexpr std::uint32_t kSquare = 8;
constexpr std::uint8_t kDarkGrey = 153, kLightGrey = 204;

std::uint8_t background_at(Background background, std::uint32_t x, std::uint32_t y) {
    if (background == Background::black) return 0;
    return (x / kSquare + y / kSquare) % 2 == 0 ? kLightGrey : kDarkGrey;
}

}  // namespace

void lay_over(Rgba8& rows, Background background) {
    if (!rows.has_alpha) return;
    const DecodeTable& decode = DecodeTable::get();
    const ToneTable& encode = ToneTable::of(Curve::srgb);
    Rgba8 flat = make_rows(rows.width, rows.height, false);
    for (std::uint32_t y = 0; y < rows.height; ++y) {
        const std::uint8_t* from = rows.pixels + y * rows.stride;
        std::uint8_t* to = flat.owned.get() + y * flat.stride;
        for (std::uint32_t x = 0; x < rows.width; ++x, from += 4, to += 4) {
            const float cover = static_cast<float>(from[3]) / 255.0F;
            const float behind = decode(background_at(background, x, y)) * (1 - cover);
            for (std::size_t c = 0; c < 3; ++c) to[c] = encode(decode(from[c]) * cover + behind);
            to[3] = 255;
        }
    }
    rows = std::move(flat);
}

}  // namespace octane::frames
