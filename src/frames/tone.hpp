// Room: frames. Light as numbers and numbers as light: transfer functions, primaries, curves. Pure, any thread.
//
// The tables take the upper bits of a float as their index, 2048 steps an octave from 2^-13 to 2^3: a lookup costs what a
// multiplication does, and the result is within 0.05 of a step of 255 of the exact one.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "frames/image.hpp"
#include "frames/look.hpp"

namespace octane::frames {

// True if the image's values are linear light: it says so, or its colour space is a linear one (docs/octane.md §2.1).
bool holds_linear_light(const RenderImage& image);

// Rows of a 3×3 matrix that takes linear values of the colour space to linear sRGB (Bradford-adapted); null where there is
// nothing to convert: sRGB itself, and spaces that say nothing of their primaries.
using Primaries = std::array<std::array<float, 3>, 3>;
const Primaries* to_srgb_primaries(std::int32_t color_space);

// The sRGB transfer function, by its definition and in double precision: for tables and single values.
double linear_of_srgb(double encoded);
double srgb_of_linear(double linear);

namespace float_index {
constexpr float kLeast = std::bit_cast<float>(0x39000000U);  // 2^-13
constexpr float kMost = std::bit_cast<float>(0x40FFFFFFU);   // just below 2^3
constexpr unsigned kShift = 12;
constexpr std::uint32_t kFirst = 0x39000000U >> kShift;
constexpr std::size_t kCount = (0x41000000U >> kShift) - kFirst;

// What is no number counts as the least.
inline std::size_t of(float value) {
    value = value > kLeast ? value : kLeast;
    value = value < kMost ? value : kMost;
    return (std::bit_cast<std::uint32_t>(value) >> kShift) - kFirst;
}
// The middle of the values that share an index.
inline float middle(std::size_t index) {
    return std::bit_cast<float>(((static_cast<std::uint32_t>(index) + kFirst) << kShift) + (1U << (kShift - 1)));
}
}  // namespace float_index

// Linear light as a byte that a screen shows. One object a curve, made at its first use and alive for ever; not for
// Curve::linear, which needs no table.
class ToneTable {
  public:
    static const ToneTable& of(Curve curve);
    std::uint8_t operator()(float linear) const { return bytes_[float_index::of(linear)]; }

  private:
    explicit ToneTable(Curve curve);
    std::vector<std::uint8_t> bytes_;
};

// sRGB-encoded values as linear light.
class DecodeTable {
  public:
    static const DecodeTable& get();
    float operator()(float encoded) const {
        return encoded > float_index::kLeast ? floats_[float_index::of(encoded)] : encoded > 0 ? encoded * kSlope : 0.0F;
    }
    float operator()(std::uint8_t encoded) const { return of_bytes_[encoded]; }

  private:
    static constexpr float kSlope = 1 / 12.92F;
    DecodeTable();
    std::vector<float> floats_;
    std::array<float, 256> of_bytes_{};
};

}  // namespace octane::frames
