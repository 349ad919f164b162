#include "frames/plain_picture.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "frames/encode.hpp"
#include "frames/exr.hpp"
#include "frames/png.hpp"

namespace octane::frames {
namespace {

static_assert(std::endian::native == std::endian::little);

enum class Depth : std::uint8_t { bytes, words, floats };

struct Encoding {
    std::string_view name;
    std::uint8_t channels;
    Depth depth;
    bool is_bgr = false;
};

// The names of ROS's sensor_msgs, which others use, too.
constexpr std::array<Encoding, 22> kEncodings = {
    {{"mono8", 1, Depth::bytes},        {"mono16", 1, Depth::words},      {"rgb8", 3, Depth::bytes},
     {"rgba8", 4, Depth::bytes},        {"bgr8", 3, Depth::bytes, true},  {"bgra8", 4, Depth::bytes, true},
     {"rgb16", 3, Depth::words},        {"rgba16", 4, Depth::words},      {"bgr16", 3, Depth::words, true},
     {"bgra16", 4, Depth::words, true}, {"32fc1", 1, Depth::floats},      {"8uc1", 1, Depth::bytes},
     {"16uc1", 1, Depth::words},        {"8uc3", 3, Depth::bytes, true},  {"8uc4", 4, Depth::bytes, true},
     {"16uc3", 3, Depth::words, true},  {"16uc4", 4, Depth::words, true}, {"32fc3", 3, Depth::floats, true},
     {"32fc4", 4, Depth::floats, true}, {"gray8", 1, Depth::bytes},       {"gray16", 1, Depth::words},
     {"float32", 1, Depth::floats}}};

std::size_t bytes_of(Depth depth) {
    return depth == Depth::bytes ? 1 : depth == Depth::words ? 2 : 4;
}

base::Error bad(std::string message) {
    return base::make_error(base::ErrorCode::bad_answer, std::move(message));
}

const Encoding* encoding_of(std::string_view word) {
    const auto is_same = [word](std::string_view name) {
        return std::ranges::equal(name, word, [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
    };
    const auto* const found = std::ranges::find_if(kEncodings, is_same, &Encoding::name);
    return found == kEncodings.end() ? nullptr : found;
}

// By the number of bytes alone: only where nothing but one encoding without padding can be meant.
base::Result<Encoding> guess_encoding(const PlainPicture& picture) {
    const std::size_t pixels = picture.step != 0 ? picture.width : std::size_t{picture.width} * picture.height;
    const std::size_t bytes = picture.step != 0 ? picture.step : picture.pixels.size();
    for (const auto* const name : {"mono8", "rgb8", "rgba8"}) {
        const auto* const encoding = encoding_of(name);
        if (pixels * encoding->channels == bytes) return *encoding;
    }
    return bad("the answer does not say how its pixels are encoded, and " + std::to_string(bytes) + " bytes " +
               (picture.step != 0 ? "for a row of " : "for ") + std::to_string(pixels) +
               " pixels do not tell: the encoding has to be given, with ?layout=encoding: and a field or a name such as mono16");
}

base::Result<Encoding> find_encoding(const PlainPicture& picture) {
    if (picture.encoding.empty()) return guess_encoding(picture);
    if (const auto* const found = encoding_of(picture.encoding)) return *found;
    return bad("the pixels are encoded as '" + picture.encoding.substr(0, 40) + "'; what can be shown is " + plain_encodings());
}

// Without gaps, in the order red, green, blue, alpha; one of the two.
struct Samples {
    std::size_t channels = 0;
    std::vector<std::uint8_t> bytes;
    std::vector<std::uint16_t> words;
};

template <typename T>
std::vector<T> read_rows(const PlainPicture& picture, const Encoding& encoding, std::size_t step) {
    const std::size_t row = std::size_t{picture.width} * encoding.channels;
    std::vector<T> all(row * picture.height);
    std::string kept;
    std::string_view pixels;
    if (picture.pixels.segments().size() == 1)
        pixels = picture.pixels.segments().front();
    else
        pixels = kept = picture.pixels.flatten();
    for (std::size_t y = 0; y < picture.height; ++y) std::memcpy(all.data() + y * row, pixels.data() + y * step, row * sizeof(T));
    if (sizeof(T) > 1 && picture.is_bigendian) {
        auto* bytes = reinterpret_cast<std::uint8_t*>(all.data());
        for (std::size_t i = 0; i < all.size(); ++i) std::reverse(bytes + i * sizeof(T), bytes + (i + 1) * sizeof(T));
    }
    if (encoding.is_bgr) {
        for (std::size_t i = 0; i + 2 < all.size(); i += encoding.channels) std::swap(all[i], all[i + 2]);
    }
    return all;
}

// Grey or colours from the least to the greatest over all of 16 bits; alpha, the fourth channel, is a share. What is no number is
// 0.
std::vector<std::uint16_t> spread(const std::vector<float>& values, std::size_t channels) {
    const auto is_alpha = [channels](std::size_t i) { return channels == 4 && i % 4 == 3; };
    float least = std::numeric_limits<float>::infinity();
    float greatest = -least;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (is_alpha(i) || !std::isfinite(values[i])) continue;
        least = std::min(least, values[i]);
        greatest = std::max(greatest, values[i]);
    }
    const double range = greatest > least ? double{greatest} - double{least} : 1;
    std::vector<std::uint16_t> words(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) continue;
        const double share = is_alpha(i) ? std::clamp(double{values[i]}, 0.0, 1.0) : (double{values[i]} - double{least}) / range;
        words[i] = static_cast<std::uint16_t>(std::lround(share * 65535));
    }
    return words;
}

// Values of any type over all of 16 bits, whatever this picture holds.
template <typename T>
std::vector<std::uint16_t> spread_over(const ValueRange& range, const std::vector<T>& values) {
    const double scale = 65535 / (range.greatest - range.least);
    std::vector<std::uint16_t> words(values.size());
    std::ranges::transform(values, words.begin(), [&range, scale](T given) {
        const auto value = static_cast<double>(given);
        if (std::isnan(value)) return std::uint16_t{0};
        return static_cast<std::uint16_t>(std::lround((std::clamp(value, range.least, range.greatest) - range.least) * scale));
    });
    return words;
}

// Grey that uses little of its range, as distances do, is spread over all of it unless it has been spread already.
std::vector<std::uint8_t> narrow(const std::vector<std::uint16_t>& words, std::size_t channels, bool is_spread) {
    std::uint32_t greatest = 65535;
    if (channels == 1 && !is_spread && !words.empty()) greatest = std::max<std::uint32_t>(*std::ranges::max_element(words), 1);
    std::vector<std::uint8_t> bytes(words.size());
    std::ranges::transform(words, bytes.begin(),
                           [greatest](std::uint16_t word) { return static_cast<std::uint8_t>(word * 255U / greatest); });
    return bytes;
}

Rgba8 to_rows(const PlainPicture& picture, const std::vector<std::uint8_t>& bytes, std::size_t channels) {
    Rgba8 rows = make_rows(picture.width, picture.height, channels == 4);
    std::uint8_t* to = rows.owned.get();
    for (std::size_t i = 0; i < std::size_t{picture.width} * picture.height; ++i, to += 4) {
        const std::uint8_t* from = bytes.data() + i * channels;
        to[0] = from[0];
        to[1] = channels == 1 ? from[0] : from[1];
        to[2] = channels == 1 ? from[0] : from[2];
        to[3] = channels == 4 ? from[3] : 255;
    }
    return rows;
}

base::Result<std::size_t> check_layout(const PlainPicture& picture, const Encoding& encoding) {
    const std::size_t row = std::size_t{picture.width} * encoding.channels * bytes_of(encoding.depth);
    const std::size_t step = picture.step != 0 ? picture.step : row;
    const auto says =
        std::to_string(picture.width) + "×" + std::to_string(picture.height) + " pixels of " + std::string(encoding.name);
    if (step < row)
        return bad("the answer says " + std::to_string(step) + " bytes a row, and " + says + " need " + std::to_string(row));
    constexpr std::size_t kLongestStep = std::size_t{1} << 40U;  // so that no product overflows
    const std::size_t needed = std::min(step, kLongestStep) * (std::size_t{picture.height} - 1) + row;
    if (picture.pixels.size() < needed)
        return bad("the answer has " + std::to_string(picture.pixels.size()) + " bytes of pixels, and " + says + " need " +
                   std::to_string(needed));
    return step;
}

Samples read_samples(const PlainPicture& picture, const Encoding& encoding, std::size_t step,
                     const std::optional<ValueRange>& range) {
    Samples samples;
    samples.channels = encoding.channels;
    if (encoding.depth == Depth::bytes) {
        samples.bytes = read_rows<std::uint8_t>(picture, encoding, step);
        if (range) samples.words = spread_over(*range, std::exchange(samples.bytes, {}));
    } else if (encoding.depth == Depth::words) {
        samples.words = read_rows<std::uint16_t>(picture, encoding, step);
        if (range) samples.words = spread_over(*range, samples.words);
    } else {
        const auto values = read_rows<float>(picture, encoding, step);
        samples.words = range ? spread_over(*range, values) : spread(values, encoding.channels);
    }
    return samples;
}

// `is_spread`: the words use the range that they are to have.
base::Result<std::string> encode_samples(const PlainPicture& picture, Samples samples, Format format, int quality,
                                         bool is_spread) {
    const bool is_wide = !samples.words.empty();
    if (format == Format::png) {
        for (auto& word : samples.words) word = static_cast<std::uint16_t>(word << 8U | word >> 8U);
        const auto* rows = is_wide ? reinterpret_cast<const std::uint8_t*>(samples.words.data()) : samples.bytes.data();
        return encode_png(PngSamples{picture.width, picture.height, samples.channels, is_wide ? 16U : 8U, rows});
    }
    if (is_wide) samples.bytes = narrow(samples.words, samples.channels, is_spread);
    return encode_rows(to_rows(picture, samples.bytes, samples.channels), format, quality);
}

// Three channels as four, opaque.
std::vector<float> with_alpha(const std::vector<float>& colours) {
    std::vector<float> all;
    all.reserve(colours.size() / 3 * 4);
    for (std::size_t i = 0; i + 2 < colours.size(); i += 3)
        all.insert(all.end(), {colours[i], colours[i + 1], colours[i + 2], 1.0F});
    return all;
}

// Values as they are: grey in one channel, colours in four. Alpha is a share, from 0 to 1, as EXR has it.
base::Result<std::string> encode_values(const PlainPicture& picture, const Encoding& encoding, std::size_t step) {
    if (encoding.depth == Depth::bytes)
        return base::make_error(base::ErrorCode::not_acceptable,
                                "EXR is for values that a picture would lose, such as 32FC1 and mono16, and these pixels are " +
                                    std::string(encoding.name) + "; ask for png, jpeg or webp");
    std::vector<float> values;
    if (encoding.depth == Depth::floats) {
        values = read_rows<float>(picture, encoding, step);
    } else {
        const auto words = read_rows<std::uint16_t>(picture, encoding, step);
        values.assign(words.begin(), words.end());
        if (encoding.channels == 4)
            for (std::size_t i = 3; i < values.size(); i += 4) values[i] /= 65535.0F;
    }
    if (encoding.channels == 3) values = with_alpha(values);
    RenderImage image;
    image.type = encoding.channels == 1 ? ImageType::hdr_mono : ImageType::hdr_rgba;
    image.is_linear = true;
    image.width = picture.width;
    image.height = picture.height;
    const std::string_view bytes(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    image.pixels = base::ByteChain::own(std::string(bytes));
    return encode_exr(image);
}

}  // namespace

bool is_plain_encoding(std::string_view word) {
    return encoding_of(word) != nullptr;
}

std::string plain_encodings() {
    std::string names;
    for (const auto& encoding : kEncodings) names += (names.empty() ? "" : ", ") + std::string(encoding.name);
    return names;
}

base::Result<std::string> encode_plain(const PlainPicture& picture, Format format, int quality,
                                       const std::optional<ValueRange>& range) {
    constexpr std::uint32_t kLongestSide = 65535;
    if (picture.width == 0 || picture.height == 0) return bad("the answer has no picture there: its width or height is 0");
    if (picture.width > kLongestSide || picture.height > kLongestSide)
        return bad("the answer says that its picture is " + std::to_string(picture.width) + "×" + std::to_string(picture.height) +
                   " pixels; what can be shown has at most " + std::to_string(kLongestSide) + " a side");
    const auto encoding = find_encoding(picture);
    if (!encoding) return encoding.error();
    const auto step = check_layout(picture, *encoding);
    if (!step) return step.error();
    if (format == Format::exr) return encode_values(picture, *encoding, *step);
    if (range && encoding->channels != 1)
        return base::make_error(
            base::ErrorCode::bad_query,
            "a range is for grey, such as 32FC1 and mono16, and these pixels are " + std::string(encoding->name));
    return encode_samples(picture, read_samples(picture, *encoding, *step, range), format, quality, range.has_value());
}

}  // namespace octane::frames
