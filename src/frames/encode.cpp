#include "frames/encode.hpp"

#include <spng.h>
#include <turbojpeg.h>
#include <webp/encode.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <utility>

#include "frames/rgba8.hpp"

namespace octane::frames {
namespace {

base::Error refused(std::string_view library, std::string_view why) {
    return base::make_error(base::ErrorCode::internal, std::string(library) + " could not encode the frame: " + std::string(why));
}

base::Result<std::string> encode_jpeg(const Rgba8& rows, int quality) {
    // A compressor keeps tables and buffers; each worker has one for its life.
    thread_local const std::unique_ptr<void, int (*)(void*)> compressor(tjInitCompress(), tjDestroy);
    if (!compressor) return refused("TurboJPEG", tjGetErrorStr2(nullptr));
    const int width = static_cast<int>(rows.width);
    const int height = static_cast<int>(rows.height);
    const int sampling = quality >= 90 ? TJSAMP_444 : TJSAMP_420;
    std::string out(tjBufSize(width, height, sampling), '\0');
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    unsigned long size = out.size();
    const int failed = tjCompress2(compressor.get(), rows.pixels, width, static_cast<int>(rows.stride), height, TJPF_RGBA, &to,
                                   &size, sampling, quality, TJFLAG_NOREALLOC | TJFLAG_FASTDCT);
    if (failed != 0) return refused("TurboJPEG", tjGetErrorStr2(compressor.get()));
    out.resize(size);
    return out;
}

base::Result<std::string> encode_png(const Rgba8& rows) {
    const std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> context(spng_ctx_new(SPNG_CTX_ENCODER), spng_ctx_free);
    if (!context) return refused("libspng", "out of memory");
    spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1);
    spng_set_option(context.get(), SPNG_IMG_COMPRESSION_LEVEL, 1);  // frames are short-lived: speed before size
    spng_set_option(context.get(), SPNG_FILTER_CHOICE, SPNG_FILTER_CHOICE_SUB);
    spng_ihdr header{};
    header.width = rows.width;
    header.height = rows.height;
    header.bit_depth = 8;
    header.color_type = SPNG_COLOR_TYPE_TRUECOLOR_ALPHA;
    spng_set_ihdr(context.get(), &header);
    int error = spng_encode_image(context.get(), nullptr, 0, SPNG_FMT_PNG, SPNG_ENCODE_PROGRESSIVE | SPNG_ENCODE_FINALIZE);
    const std::size_t row = std::size_t{rows.width} * 4;
    for (std::size_t y = 0; y < rows.height && error == 0; ++y)
        error = spng_encode_row(context.get(), rows.pixels + y * rows.stride, row);
    if (error != 0 && error != SPNG_EOI) return refused("libspng", spng_strerror(error));
    std::size_t size = 0;
    const std::unique_ptr<void, void (*)(void*)> bytes(spng_get_png_buffer(context.get(), &size, &error), std::free);
    if (!bytes) return refused("libspng", spng_strerror(error));
    return std::string(static_cast<const char*>(bytes.get()), size);
}

base::Result<std::string> encode_webp(const Rgba8& rows, int quality) {
    std::uint8_t* bytes = nullptr;
    const std::size_t size = WebPEncodeRGBA(rows.pixels, static_cast<int>(rows.width), static_cast<int>(rows.height),
                                            static_cast<int>(rows.stride), static_cast<float>(quality), &bytes);
    const std::unique_ptr<void, void (*)(void*)> owned(bytes, WebPFree);
    if (size == 0) return refused("libwebp", "a WebP picture has at most 16383 pixels a side");
    return std::string(static_cast<const char*>(owned.get()), size);
}

}  // namespace

std::string_view mime_of(Format format) {
    switch (format) {
        case Format::png: return "image/png";
        case Format::webp: return "image/webp";
        case Format::both:
        case Format::raw:
        case Format::jpeg: break;
    }
    return "image/jpeg";
}

PictureSize fit_inside(const RenderImage& image, const Variant& variant) {
    double scale = 1;
    if (variant.max_width > 0) scale = std::min(scale, static_cast<double>(variant.max_width) / image.width);
    if (variant.max_height > 0) scale = std::min(scale, static_cast<double>(variant.max_height) / image.height);
    const auto scaled = [scale](std::uint32_t side) {
        return std::max(1U, static_cast<std::uint32_t>(std::lround(side * scale)));
    };
    return {scaled(image.width), scaled(image.height)};
}

base::Result<std::string> encode_image(const RenderImage& image, Format format, int quality, PictureSize size) {
    auto full = to_rgba8(image);
    if (!full) return std::move(full).error();
    const auto scaled = scale_down(std::move(*full), size.width, size.height);
    if (!scaled) return scaled.error();
    const Rgba8& rows = *scaled;
    if (format == Format::png) return encode_png(rows);
    if (format == Format::webp) return encode_webp(rows, quality);
    return encode_jpeg(rows, quality);
}

}  // namespace octane::frames
