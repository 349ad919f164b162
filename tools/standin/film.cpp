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
    normals_.resize(std::find(passes.begin(), passes.end(), kNormalPass) != passes.end() ? pixels : 0);
    clear();
}

void Film::clear() {
    const Region& region = view_.settings.region;
    if (!region.is_active) {
        std::fill(counts_.begin(), counts_.end(), 0);
        return;
    }
    for (std::uint32_t y = region.least[1]; y < view_.height && y <= region.most[1]; ++y)
        for (std::uint32_t x = region.least[0]; x < view_.width && x <= region.most[0]; ++x)
            counts_[std::size_t{y} * view_.width + x] = 0;
}

void Film::add(std::uint32_t x, std::uint32_t y, const Sample& sample) {
    const std::size_t at = std::size_t{y} * view_.width + x;
    const bool is_first = counts_[at]++ == 0;
    light_[at] = is_first ? sample.radiance : light_[at] + sample.radiance;
    if (!normals_.empty()) normals_[at] = is_first ? sample.normal : normals_[at] + sample.normal;
}

Vec3 Film::mean(const std::vector<Vec3>& sums, std::uint32_t x, std::uint32_t y) const {
    if (holds(x, y)) {
        x &= ~(stride_ - 1);
        y &= ~(stride_ - 1);
    }
    const std::size_t at = std::size_t{y} * view_.width + x;
    return counts_[at] == 0 ? Vec3{} : sums[at] * (1 / static_cast<float>(counts_[at]));
}

template <class Channel, class Encode>
void Film::write(const std::vector<Vec3>& sums, Channel* out, Encode encode) const {
    const std::size_t row = std::size_t{view_.width} * 4;
    const std::uint32_t inside = view_.settings.region.is_active ? 0 : stride_ - 1;  // bits of a place inside its block
    for (std::uint32_t y = 0; y < view_.height; ++y, out += row) {
        if ((y & inside) != 0) {
            std::copy_n(out - row, row, out);
            continue;
        }
        Channel* at = out;
        for (std::uint32_t x = 0; x < view_.width; ++x, at += 4) {
            if ((x & inside) != 0) {
                std::copy_n(at - 4, 4, at);
            } else {
                encode(mean(sums, x, y), at);
            }
        }
    }
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
    const auto& sums = is_normal ? normals_ : light_;
    const float scale = is_normal ? 0.5F : view_.exposure;
    const float shift = is_normal ? 0.5F : 0;
    const auto value = [&](float mean) { return mean * scale + shift; };
    if (picture.type == ImageType::hdr_rgba) {
        write(sums, reinterpret_cast<float*>(out), [&](const Vec3& mean, float* to) {
            std::transform(mean.begin(), mean.end(), to, value);
            to[3] = 1;
        });
    } else if (picture.type == ImageType::half_rgba) {
        const std::uint16_t one = half_from_float(1);
        write(sums, reinterpret_cast<std::uint16_t*>(out), [&](const Vec3& mean, std::uint16_t* to) {
            std::transform(mean.begin(), mean.end(), to, [&](float v) { return half_from_float(value(v)); });
            to[3] = one;
        });
    } else {
        const auto curve = make_curve(view_.gamma);
        write(sums, out, [&](const Vec3& mean, std::uint8_t* to) {
            std::transform(mean.begin(), mean.end(), to, [&](float v) {
                return curve[static_cast<std::size_t>(std::clamp(value(v), 0.0F, 1.0F) * kCurveSteps + 0.5F)];
            });
            to[3] = 255;
        });
    }
    return picture;
}

}  // namespace octane::standin
