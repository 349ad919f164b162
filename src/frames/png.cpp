#include "frames/png.hpp"

#include <libdeflate.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace octane::frames {
namespace {

// ISO/IEC 15948: a signature, then chunks of length, name, data and the CRC of name and data.
constexpr std::string_view kSignature = "\x89PNG\r\n\x1A\n";
constexpr std::uint8_t kGrey = 0, kTruecolor = 2, kTruecolorAlpha = 6;
constexpr std::uint8_t kFilterSub = 1;
constexpr std::size_t kChunksBesideData = 128;  // bytes, and more than they take

void append_number(std::string& out, std::uint32_t number) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) out += static_cast<char>(number >> shift & 0xFFU);
}

// What close_chunk() needs to know of a chunk whose data are being appended.
std::size_t open_chunk(std::string& out, std::string_view name) {
    append_number(out, 0);
    out += name;
    return out.size();
}

void close_chunk(std::string& out, std::size_t data) {
    const std::size_t size = out.size() - data;
    const std::uint32_t crc = libdeflate_crc32(0, out.data() + data - 4, size + 4);
    std::string length;
    append_number(length, static_cast<std::uint32_t>(size));
    out.replace(data - 8, 4, length);
    append_number(out, crc);
}

// Each row with its filter in front: every byte less that of the pixel to its left.
template <std::size_t kChannels>
void filter_row(const std::uint8_t* from, std::size_t width, std::uint8_t* to) {
    *to++ = kFilterSub;
    for (std::size_t c = 0; c < kChannels; ++c) *to++ = from[c];
    for (std::size_t x = 1; x < width; ++x) {
        const auto* const left = from;
        from += 4;
        for (std::size_t c = 0; c < kChannels; ++c) *to++ = static_cast<std::uint8_t>(from[c] - left[c]);
    }
}

// The same for samples that lie without a gap; `pixel`: bytes of each.
void filter_tight_row(const std::uint8_t* from, std::size_t size, std::size_t pixel, std::uint8_t* to) {
    *to++ = kFilterSub;
    for (std::size_t i = 0; i < size; ++i) to[i] = static_cast<std::uint8_t>(from[i] - (i < pixel ? 0 : from[i - pixel]));
}

using Compressor = std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)>;

struct PngHead {
    std::uint32_t width;
    std::uint32_t height;
    unsigned bits;
    std::uint8_t color_type;
};

// `filtered`: the rows with their filters.
base::Result<std::string> write_png(const PngHead& head, const std::uint8_t* filtered, std::size_t size) {
    // Its tables are large; each worker has one for its life.
    thread_local const Compressor compressor(libdeflate_alloc_compressor(1), libdeflate_free_compressor);
    if (!compressor) return base::make_error(base::ErrorCode::internal, "libdeflate could not encode the frame: out of memory");
    const std::size_t bound = libdeflate_zlib_compress_bound(compressor.get(), size);
    const auto scratch = std::make_unique_for_overwrite<char[]>(bound);
    const std::size_t compressed = libdeflate_zlib_compress(compressor.get(), filtered, size, scratch.get(), bound);
    if (compressed == 0 || compressed > 0x7FFFFFFFU)
        return base::make_error(base::ErrorCode::internal, "libdeflate could not encode the frame: it is too large for PNG");

    std::string out;
    out.reserve(compressed + kChunksBesideData);
    out += kSignature;
    const std::size_t header = open_chunk(out, "IHDR");
    append_number(out, head.width);
    append_number(out, head.height);
    for (const std::uint8_t byte :
         {static_cast<std::uint8_t>(head.bits), head.color_type, std::uint8_t{0}, std::uint8_t{0}, std::uint8_t{0}})
        out += static_cast<char>(byte);  // depth, type, then deflate, the five filters, no interlace
    close_chunk(out, header);
    if (head.bits == 8) {
        const std::size_t color_space = open_chunk(out, "sRGB");
        out += '\0';  // perceptual
        close_chunk(out, color_space);
    }
    const std::size_t data = open_chunk(out, "IDAT");
    out.append(scratch.get(), compressed);
    close_chunk(out, data);
    close_chunk(out, open_chunk(out, "IEND"));
    return out;
}

}  // namespace

base::Result<std::string> encode_png(const Rgba8& rows) {
    const std::size_t row = 1 + std::size_t{rows.width} * (rows.has_alpha ? 4 : 3);
    const std::size_t size = row * rows.height;
    const auto filtered = std::make_unique_for_overwrite<std::uint8_t[]>(size);
    for (std::size_t y = 0; y < rows.height; ++y) {
        const auto filter = rows.has_alpha ? filter_row<4> : filter_row<3>;
        filter(rows.pixels + y * rows.stride, rows.width, filtered.get() + y * row);
    }
    return write_png({rows.width, rows.height, 8, rows.has_alpha ? kTruecolorAlpha : kTruecolor}, filtered.get(), size);
}

base::Result<std::string> encode_png(const PngSamples& samples) {
    const std::size_t pixel = samples.channels * samples.bits / 8;
    const std::size_t row = samples.width * pixel;
    const std::size_t size = (row + 1) * samples.height;
    const auto filtered = std::make_unique_for_overwrite<std::uint8_t[]>(size);
    for (std::size_t y = 0; y < samples.height; ++y)
        filter_tight_row(samples.bytes + y * row, row, pixel, filtered.get() + y * (row + 1));
    const std::uint8_t type = samples.channels == 1 ? kGrey : samples.channels == 3 ? kTruecolor : kTruecolorAlpha;
    return write_png({samples.width, samples.height, samples.bits, type}, filtered.get(), size);
}

}  // namespace octane::frames
