// Room: frames. How the values of a picture become what a screen shows: exposure, curve, alpha. docs/api.md §3.
//
// A Look concerns formats that are shown (JPEG, PNG, WebP). `raw` and `exr` are data and never changed by it.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace octane::frames {

// How linear light becomes eight bits. Data that are encoded already (LDR as renderers send it by default) keep their encoding.
enum class Curve : std::uint8_t {
    srgb,    // the transfer function of sRGB, what lies outside 0…1 clamped
    linear,  // none: the values themselves, clamped
    aces,    // a filmic shoulder (Narkowicz's fit of the ACES reference), then sRGB
};

enum class Alpha : std::uint8_t {
    keep,          // PNG and WebP carry it, not premultiplied; JPEG, which cannot, shows the picture over black
    opaque,        // ignored: the colours as the renderer sent them
    checkerboard,  // the picture over a grey checkerboard
};

struct Look {
    // A whole number, so that looks compare exactly.
    std::int32_t exposure_millistops = 0;  // 1000 doubles the light
    Curve curve = Curve::srgb;
    Alpha alpha = Alpha::keep;
    auto operator<=>(const Look&) const = default;
};

inline constexpr std::int32_t kLargestExposure = 32000;  // millistops, either way

std::optional<Curve> parse_curve(std::string_view word);  // srgb, linear, aces
std::optional<Alpha> parse_alpha(std::string_view word);  // keep, opaque, checkerboard

}  // namespace octane::frames
