// Stand-in renderer: film and its development.
#include "standin/film.hpp"

#include <algorithm>
#include <cmath>

#include "standin/half.hpp"

namespace octane::standin {
namespace {

constexpr std::size_t kCurveSteps = 4096;

// The sRGB transfer curve for values from 0 to 1 in steps, with an imager's gamma before it.
std::vector<std::uint8_t> make_curve(float gamma) {
    std::vector<std::uint8_t> curve(kCurveSteps + 1);
    for (std::size_t i = 0; i <= kCurveSteps; ++i) {
        const float linear = std::pow(static_cast<float>(i) / kCurveSteps, 1 / gamma);
        const float encoded = linear <= 0.0031308F ? linear * 12.92F : 1.055F * std::pow(linear, 1 / 2.4F) - 0.055F;
        curve[i] = static_cast<std::uint8_t>(encoded * 255 + 0.5F);
    }
    return curve;
}

ImageType type_for(BufferType buffer) {
    switch (buffer) {
        case BufferType::ldr: return ImageType::ldr_rgba;
        case BufferType::hdr_float: return ImageType::hdr_rgba;
        case BufferType::hdr_half: return ImageType::half_rgba;
    }
    return ImageType::ldr_rgba;
}

template <class Channel>
Channel* put(Channel* out, Channel r, Channel g, Channel b, Channel a) {
    out[0] = r;
    out[1] = g;
    out[2] = b;
    out[3] = a;
    return out + 4;
}

}  // namespace

bool is_known_pass(int pass) {
    return pass == kBeautyPass || pass == kNormalPass;
}

bool Film::holds(std::uint32_t x, std::uint32_t y) const {
    const Region& r = view_.settings.region;
    return !r.is_active || (x >= r.least[0] && x <= r.most[0] && y >= r.least[1] && y <= r.most[1]);
}

void Film::begin(const View& view) {
    const bool is_same_size = view.width == view_.width && view.height == view_.height && !counts_.empty();
    view_ = view;
    const std::size_t pixels = std::size_t{view.width} * view.height;
    const auto& passes = view.settings.passes;
    if (!is_same_size) {
        light_.assign(pixels, {});
        counts_.assign(pixels, 0);
    }
    normals_.assign(std::find(passes.begin(), passes.end(), kNormalPass) != passes.end() ? pixels : 0, {});
    clear();
}

void Film::clear() {
    for (std::uint32_t y = 0; y < view_.height; ++y) {
        for (std::uint32_t x = 0; x < view_.width; ++x) {
            if (!holds(x, y)) continue;
            const std::size_t at = std::size_t{y} * view_.width + x;
            light_[at] = {};
            counts_[at] = 0;
        }
    }
    std::fill(normals_.begin(), normals_.end(), Vec3{});
}

void Film::add(std::uint32_t x, std::uint32_t y, const Sample& sample) {
    const std::size_t at = std::size_t{y} * view_.width + x;
    light_[at] = light_[at] + sample.radiance;
    if (!normals_.empty()) normals_[at] = normals_[at] + sample.normal;
    ++counts_[at];
}

Vec3 Film::mean(const std::vector<Vec3>& sums, std::uint32_t x, std::uint32_t y) const {
    std::size_t at = std::size_t{y} * view_.width + x;
    if (holds(x, y)) at = std::size_t{y / stride_ * stride_} * view_.width + x / stride_ * stride_;
    return counts_[at] == 0 ? Vec3{} : sums[at] * (1 / static_cast<float>(counts_[at]));
}

Picture Film::develop(int pass) const {
    Picture picture;
    picture.type = type_for(view_.settings.buffer_type);
    picture.width = picture.pitch = view_.width;
    picture.height = view_.height;
    picture.render_pass = pass;
    picture.pixels = grpc::Slice(std::size_t{view_.width} * view_.height * bytes_per_pixel(picture.type));
    auto* out = const_cast<std::uint8_t*>(picture.pixels.begin());

    const bool is_normal = pass == kNormalPass && !normals_.empty();
    const auto value = [&](std::uint32_t x, std::uint32_t y) {
        if (is_normal) return mean(normals_, x, y) * 0.5F + Vec3{0.5F, 0.5F, 0.5F};
        return mean(light_, x, y) * view_.exposure;
    };
    const auto curve = make_curve(view_.gamma);
    const auto byte = [&](float v) { return curve[static_cast<std::size_t>(std::clamp(v, 0.0F, 1.0F) * kCurveSteps + 0.5F)]; };
    auto* floats = reinterpret_cast<float*>(out);
    auto* halves = reinterpret_cast<std::uint16_t*>(out);
    const std::uint16_t half_one = half_from_float(1);
    for (std::uint32_t y = 0; y < view_.height; ++y) {
        for (std::uint32_t x = 0; x < view_.width; ++x) {
            const Vec3 v = value(x, y);
            switch (picture.type) {
                case ImageType::hdr_rgba: floats = put(floats, v[0], v[1], v[2], 1.0F); break;
                case ImageType::half_rgba:
                    halves = put(halves, half_from_float(v[0]), half_from_float(v[1]), half_from_float(v[2]), half_one);
                    break;
                default: out = put<std::uint8_t>(out, byte(v[0]), byte(v[1]), byte(v[2]), 255);
            }
        }
    }
    return picture;
}

}  // namespace octane::standin
