#include "frames/tone.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace octane::frames {
namespace {

// Colour spaces, by the numbers that the renderer uses
constexpr std::int32_t kLinearSrgb = 2, kAces2065 = 3, kAcesCg = 4, kXyz = 5;

// Narkowicz's fit of the ACES reference rendering transform with its sRGB output transform (2015).
double aces(double x) {
    return std::clamp(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0);
}

}  // namespace

bool holds_linear_light(const RenderImage& image) {
    return image.is_linear || (image.color_space >= kLinearSrgb && image.color_space <= kXyz);
}

const Primaries* to_srgb_primaries(std::int32_t color_space) {
    // Products of the chromaticities that SMPTE ST 2065-1, ACEScg's S-2014-004 and IEC 61966-2-1 give, and Bradford's matrix.
    static constexpr Primaries kFromAces2065 = {
        {{2.521686F, -1.134131F, -0.387555F}, {-0.276480F, 1.372719F, -0.096239F}, {-0.015378F, -0.152975F, 1.168353F}}};
    static constexpr Primaries kFromAcesCg = {
        {{1.705051F, -0.621792F, -0.083259F}, {-0.130256F, 1.140805F, -0.010548F}, {-0.024003F, -0.128969F, 1.152972F}}};
    static constexpr Primaries kFromXyz = {
        {{3.146658F, -1.666464F, -0.480194F}, {-0.995522F, 1.955757F, 0.039765F}, {0.063595F, -0.214563F, 1.150968F}}};
    switch (color_space) {
        case kAces2065: return &kFromAces2065;
        case kAcesCg: return &kFromAcesCg;
        case kXyz: return &kFromXyz;
        default: return nullptr;
    }
}

double linear_of_srgb(double encoded) {
    return encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
}

double srgb_of_linear(double linear) {
    return linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
}

ToneTable::ToneTable(Curve curve) : bytes_(float_index::kCount) {
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
        const double light = float_index::middle(i);
        const double shown = srgb_of_linear(std::min(curve == Curve::aces ? aces(light) : light, 1.0));
        bytes_[i] = static_cast<std::uint8_t>(std::lround(shown * 255));
    }
}

const ToneTable& ToneTable::of(Curve curve) {
    assert(curve != Curve::linear);
    static const ToneTable kSrgb(Curve::srgb);
    if (curve == Curve::srgb) return kSrgb;
    static const ToneTable kAces(Curve::aces);
    return kAces;
}

DecodeTable::DecodeTable() : floats_(float_index::kCount) {
    for (std::size_t i = 0; i < floats_.size(); ++i) floats_[i] = static_cast<float>(linear_of_srgb(float_index::middle(i)));
    for (std::size_t i = 0; i < of_bytes_.size(); ++i)
        of_bytes_[i] = static_cast<float>(linear_of_srgb(static_cast<double>(i) / 255));
}

const DecodeTable& DecodeTable::get() {
    static const DecodeTable kTable;
    return kTable;
}

}  // namespace octane::frames
