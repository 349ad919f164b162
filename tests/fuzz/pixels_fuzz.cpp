// Fuzz target: any size, pitch, type and buffer as a picture. Nothing outside the buffer may be read, the same picture must come
// out however the buffer is cut, and all must refuse the same ones.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frames/encode.hpp"
#include "frames/exr.hpp"
#include "frames/rgba8.hpp"
#include "frames/scale.hpp"

namespace {

using namespace octane;

// Each piece in memory of its own, so that a step beyond its end is seen.
base::ByteChain in_pieces(std::string_view bytes, std::size_t size) {
    auto owner = std::make_shared<std::vector<std::string>>();
    for (; !bytes.empty(); bytes.remove_prefix(owner->back().size())) owner->emplace_back(bytes.substr(0, size));
    std::vector<std::string_view> pieces(owner->begin(), owner->end());
    return {std::move(pieces), std::move(owner)};
}

frames::RenderImage image_from(const std::uint8_t* head) {
    frames::RenderImage image;
    image.type = static_cast<frames::ImageType>(head[0] % 16);
    image.width = head[1];
    image.height = head[2];
    image.pitch = static_cast<std::uint32_t>(head[3] | head[4] << 8);
    image.color_space = head[5] % 7;
    image.is_linear = (head[6] & 1U) != 0;
    image.has_alpha = (head[6] & 2U) != 0;
    image.keeps_environment = (head[6] & 4U) != 0;
    image.premultiplied_alpha_type = head[6] >> 3U & 3U;
    return image;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t kHead = 10;
    if (size < kHead) return 0;
    frames::RenderImage whole = image_from(data);
    frames::RenderImage pieces = whole;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + kHead, size - kHead);
    whole.pixels = in_pieces(bytes, bytes.size());
    pieces.pixels = in_pieces(bytes, 1 + data[7] % 64);
    frames::Look look;
    look.exposure_millistops = (data[8] - 128) * 250;
    look.curve = static_cast<frames::Curve>(data[9] % 3);
    const auto alpha = (data[9] & 64U) != 0 ? frames::AlphaUse::straight : frames::AlphaUse::ignored;

    const bool is_good = frames::resolve_layout(whole).has_value();
    auto one = frames::to_rgba8(whole, look, alpha);
    auto other = frames::to_rgba8(pieces, look, alpha);
    if (one.has_value() != is_good || other.has_value() != is_good) std::abort();
    if (frames::encode_exr(pieces).has_value() != is_good) std::abort();
    if (!is_good) return 0;
    const std::size_t row = std::size_t{whole.width} * 4;
    for (std::size_t y = 0; y < whole.height; ++y) {
        if (std::memcmp(one->pixels + y * one->stride, other->pixels + y * other->stride, row) != 0) std::abort();
    }
    const auto width = 1 + data[1] % whole.width;
    const auto height = 1 + data[2] % whole.height;
    auto small = frames::scale_down(*std::move(one), width, height);
    frames::lay_over(small, frames::Background::checkerboard);
    if (small.width != width || small.height != height || small.has_alpha) std::abort();
    return 0;
}
