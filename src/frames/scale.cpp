#include "frames/scale.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <vector>

#include "frames/tone.hpp"

namespace octane::frames {
namespace {

using Line = std::vector<float>;  // RGBA in linear light, premultiplied

// Which old pixels a new one is the weighted mean of.
struct Taps {
    std::size_t first = 0;
    std::vector<float> weights;  // their sum is 1
    [[nodiscard]] std::size_t end() const { return first + weights.size(); }
};

std::vector<Taps> make_taps(std::size_t from, std::size_t to) {
    std::vector<Taps> all(to);
    const double ratio = static_cast<double>(from) / static_cast<double>(to);
    for (std::size_t i = 0; i < to; ++i) {
        const double center = (static_cast<double>(i) + 0.5) * ratio;
        const auto weight = [&](std::size_t old) {
            return std::max(0.0, 1 - std::abs(static_cast<double>(old) + 0.5 - center) / ratio);
        };
        auto old = static_cast<std::size_t>(std::max(0.0, std::floor(center - ratio)));
        while (weight(old) == 0) ++old;
        all[i].first = old;
        double sum = 0;
        for (; old < from && weight(old) > 0; ++old) {
            all[i].weights.push_back(static_cast<float>(weight(old)));
            sum += weight(old);
        }
        for (float& each : all[i].weights) each = static_cast<float>(each / sum);
    }
    return all;
}

void decode_row(const std::uint8_t* from, std::size_t width, bool has_alpha, Line& to) {
    const DecodeTable& decode = DecodeTable::get();
    for (std::size_t x = 0; x < width; ++x, from += 4) {
        float* pixel = to.data() + x * 4;
        const float alpha = has_alpha ? static_cast<float>(from[3]) / 255.0F : 1.0F;
        for (std::size_t c = 0; c < 3; ++c) pixel[c] = decode(from[c]) * alpha;
        pixel[3] = alpha;
    }
}

void encode_row(const Line& from, std::size_t width, std::uint8_t* to) {
    const ToneTable& encode = ToneTable::of(Curve::srgb);
    for (std::size_t x = 0; x < width; ++x, to += 4) {
        const float* pixel = from.data() + x * 4;
        const float inverse = pixel[3] > 0 ? 1 / pixel[3] : 0.0F;
        for (std::size_t c = 0; c < 3; ++c) to[c] = encode(pixel[c] * inverse);
        to[3] = static_cast<std::uint8_t>(std::lround(std::min(pixel[3], 1.0F) * 255.0F));
    }
}

void squeeze_row(const Line& from, const std::vector<Taps>& columns, Line& to) {
    float* pixel = to.data();
    for (const Taps& taps : columns) {
        std::array<float, 4> sum{};
        const float* old = from.data() + taps.first * 4;
        for (const float weight : taps.weights) {
            for (std::size_t c = 0; c < 4; ++c) sum[c] += weight * old[c];
            old += 4;
        }
        for (std::size_t c = 0; c < 4; ++c) pixel[c] = sum[c];
        pixel += 4;
    }
}

void add_row(const Line& row, float weight, Line& sum) {
    for (std::size_t i = 0; i < row.size(); ++i) sum[i] += weight * row[i];
}

}  // namespace

Rgba8 scale_down(Rgba8 rows, std::uint32_t width, std::uint32_t height) {
    assert(width > 0 && height > 0 && width <= rows.width && height <= rows.height);
    if (width == rows.width && height == rows.height) return rows;
    const auto columns = make_taps(rows.width, width);
    const auto lines = make_taps(rows.height, height);
    Rgba8 small = make_rows(width, height, rows.has_alpha);
    Line row(std::size_t{rows.width} * 4);
    Line squeezed(std::size_t{width} * 4);
    // An old row belongs to at most two new ones, which are summed up side by side.
    std::array<Line, 2> sums = {Line(squeezed.size()), Line(squeezed.size())};
    std::size_t next = 0;  // the first new row that is not finished
    for (std::size_t y = 0; y < rows.height; ++y) {
        decode_row(rows.pixels + y * rows.stride, rows.width, rows.has_alpha, row);
        squeeze_row(row, columns, squeezed);
        for (std::size_t line = next; line < lines.size() && lines[line].first <= y; ++line) {
            Line& sum = sums[line % sums.size()];
            add_row(squeezed, lines[line].weights[y - lines[line].first], sum);
            if (y + 1 < lines[line].end()) continue;
            encode_row(sum, width, small.owned.get() + line * small.stride);
            std::ranges::fill(sum, 0.0F);
            next = line + 1;
        }
    }
    return small;
}

}  // namespace octane::frames
