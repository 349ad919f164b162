#include "frames/rgba8.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "frames/half.hpp"
#include "frames/pixel_rows.hpp"
#include "frames/tone.hpp"

namespace octane::frames {
namespace {

// What is done to each row of floats, in this order.
struct Plan {
    bool divides_encoded = false;  // by alpha
    bool decodes = false;          // sRGB to linear light
    bool divides_light = false;    // by alpha
    const Primaries* primaries = nullptr;
    float gain = 1;
    const ToneTable* curve = nullptr;  // null: the values themselves, clamped
    bool keeps_alpha = false;
};

Plan make_plan(const RenderImage& image, const Look& look, bool keeps_alpha) {
    Plan plan;
    plan.keeps_alpha = keeps_alpha;
    plan.gain = std::exp2(static_cast<float>(look.exposure_millistops) / 1000);
    const bool is_light = holds_linear_light(image);
    const bool is_divided_in_light = image.premultiplied_alpha_type == premultiplied::kInLight ||
                                     (is_light && image.premultiplied_alpha_type == premultiplied::kEncoded);
    plan.divides_light = keeps_alpha && is_divided_in_light;
    plan.divides_encoded = keeps_alpha && !is_divided_in_light && image.premultiplied_alpha_type == premultiplied::kEncoded;
    if (is_light) {
        if (look.curve != Curve::linear) plan.curve = &ToneTable::of(look.curve);
        if (plan.curve != nullptr && pixel_kind(image.type).channels == 4) plan.primaries = to_srgb_primaries(image.color_space);
    } else if (look.exposure_millistops != 0 || plan.divides_light) {
        plan.decodes = true;
        plan.curve = &ToneTable::of(Curve::srgb);
    }
    return plan;
}

// The channels of a row as floats, bytes as 0…1; `to` holds width × channels.
void read_channels(const char* from, std::size_t count, std::size_t channel_bytes, float* to) {
    if (channel_bytes == 4) {
        std::memcpy(to, from, count * sizeof(float));
    } else if (channel_bytes == 2) {
        halves_to_floats(from, to, count);
    } else {
        for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<float>(static_cast<std::uint8_t>(from[i])) / 255.0F;
    }
}

// One or two channels a pixel become four in place, from the last pixel to the first, which never overtakes itself.
void widen(float* row, std::size_t width, std::size_t channels) {
    if (channels == 4) return;
    for (std::size_t x = width; x-- > 0;) {
        const float grey = row[x * channels];
        const float alpha = channels == 2 ? row[x * 2 + 1] : 1.0F;
        float* to = row + x * 4;
        to[0] = to[1] = to[2] = grey;
        to[3] = alpha;
    }
}

void divide_by_alpha(float* row, std::size_t width) {
    for (std::size_t x = 0; x < width; ++x, row += 4) {
        const float inverse = row[3] > 0 ? 1 / row[3] : 1.0F;  // light without cover stays as it is
        for (std::size_t c = 0; c < 3; ++c) row[c] *= inverse;
    }
}

void decode(float* row, std::size_t width) {
    const DecodeTable& table = DecodeTable::get();
    for (std::size_t x = 0; x < width; ++x, row += 4) {
        for (std::size_t c = 0; c < 3; ++c) row[c] = table(row[c]);
    }
}

void convert_primaries(float* row, std::size_t width, const Primaries& m) {
    for (std::size_t x = 0; x < width; ++x, row += 4) {
        const float r = row[0];
        const float g = row[1];
        const float b = row[2];
        for (std::size_t c = 0; c < 3; ++c) row[c] = m[c][0] * r + m[c][1] * g + m[c][2] * b;
    }
}

std::uint8_t to_byte(float value) {
    value = value > 0 ? value : 0.0F;  // also NaN
    value = value < 1 ? value : 1.0F;
    return static_cast<std::uint8_t>(static_cast<int>(value * 255.0F + 0.5F));
}

template <typename Curve>
void write_row(const float* row, std::size_t width, float gain, bool keeps_alpha, std::uint8_t* to, const Curve& curve) {
    for (std::size_t x = 0; x < width; ++x, row += 4, to += 4) {
        for (std::size_t c = 0; c < 3; ++c) to[c] = curve(row[c] * gain);
        to[3] = 255;
        if (keeps_alpha) to[3] = to_byte(row[3]);
    }
}

void develop_row(float* row, std::size_t width, const Plan& plan, std::uint8_t* to) {
    if (plan.divides_encoded) divide_by_alpha(row, width);
    if (plan.decodes) decode(row, width);
    if (plan.divides_light) divide_by_alpha(row, width);
    if (plan.primaries != nullptr) convert_primaries(row, width, *plan.primaries);
    if (plan.curve != nullptr) {
        write_row(row, width, plan.gain, plan.keeps_alpha, to, *plan.curve);
    } else {
        write_row(row, width, plan.gain, plan.keeps_alpha, to, to_byte);
    }
}

// True if the bytes of the image are what a screen shows already.
bool is_ready(const RenderImage& image, const Plan& plan) {
    return image.type == ImageType::ldr_rgba && !plan.divides_encoded && !plan.divides_light && plan.curve == nullptr &&
           plan.gain == 1;
}

}  // namespace

Rgba8 make_rows(std::uint32_t width, std::uint32_t height, bool has_alpha) {
    Rgba8 rows;
    rows.width = width;
    rows.height = height;
    rows.stride = std::size_t{width} * 4;
    rows.has_alpha = has_alpha;
    rows.owned = std::make_unique_for_overwrite<std::uint8_t[]>(rows.stride * height);
    rows.pixels = rows.owned.get();
    return rows;
}

bool has_transparency(const RenderImage& image) {
    return image.has_alpha && !image.keeps_environment && pixel_kind(image.type).channels != 1;
}

base::Result<Rgba8> to_rgba8(const RenderImage& image, const Look& look, AlphaUse alpha) {
    const auto layout = resolve_layout(image);
    if (!layout) return layout.error();
    const PixelKind kind = pixel_kind(image.type);
    const bool keeps_alpha = alpha == AlphaUse::straight && has_transparency(image);
    const Plan plan = make_plan(image, look, keeps_alpha);
    if (is_ready(image, plan) && image.pixels.segments().size() == 1) {
        Rgba8 rows{image.width, image.height, nullptr, layout->stride, keeps_alpha, nullptr};
        rows.pixels = reinterpret_cast<const std::uint8_t*>(image.pixels.segments().front().data());
        return rows;
    }
    Rgba8 rows = make_rows(image.width, image.height, keeps_alpha);
    PixelRows source(image, *layout);
    std::vector<float> row(std::size_t{image.width} * 4);
    for (std::size_t y = 0; y < image.height; ++y) {
        std::uint8_t* to = rows.owned.get() + y * rows.stride;
        const char* from = source.next();
        if (is_ready(image, plan)) {
            std::memcpy(to, from, rows.stride);
            continue;
        }
        read_channels(from, image.width * kind.channels, kind.channel_bytes, row.data());
        widen(row.data(), image.width, kind.channels);
        develop_row(row.data(), image.width, plan, to);
    }
    return rows;
}

}  // namespace octane::frames
