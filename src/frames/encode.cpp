#include "frames/encode.hpp"

#include <turbojpeg.h>
#include <webp/encode.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "frames/exr.hpp"
#include "frames/png.hpp"
#include "frames/rgba8.hpp"
#include "frames/scale.hpp"

namespace octane::frames {
namespace {

// The longest side that libwebp and libjpeg take.
constexpr std::uint32_t kMaxWebp = 16383;
constexpr std::uint32_t kMaxJpeg = 65500;

base::Error too_large(std::string_view format, std::uint32_t most, PictureSize size, std::string_view others) {
    return base::make_error(base::ErrorCode::not_acceptable, "a " + std::string(format) + " picture has at most " +
                                                                 std::to_string(most) + " pixels a side and this frame is " +
                                                                 std::to_string(size.width) + "×" + std::to_string(size.height) +
                                                                 "; ask with width= or height=, or for " + std::string(others));
}

base::Result<base::Done> check_size(Format format, PictureSize size) {
    const std::uint32_t longest = std::max(size.width, size.height);
    if (format == Format::webp && longest > kMaxWebp) return too_large("WebP", kMaxWebp, size, "jpeg or png");
    const bool is_jpeg = format == Format::jpeg || format == Format::both;
    if (is_jpeg && longest > kMaxJpeg) return too_large("JPEG", kMaxJpeg, size, "png");
    return base::Done{};
}

base::Error refused(std::string_view library, std::string_view why) {
    return base::make_error(base::ErrorCode::internal, std::string(library) + " could not encode the frame: " + std::string(why));
}

base::Result<std::string> encode_jpeg(const Rgba8& rows, int quality) {
    // A compressor keeps tables and buffers; each worker has one for its life.
    thread_local const std::unique_ptr<void, int (*)(void*)> compressor(tjInitCompress(), tjDestroy);
    if (!compressor) return refused("TurboJPEG", tjGetErrorStr2(nullptr));
    const int width = static_cast<int>(rows.width);
    const int height = static_cast<int>(rows.height);
    // Who asks for much gets full colour and the exact transform.
    const bool is_fine = quality >= 90;
    const int sampling = is_fine ? TJSAMP_444 : TJSAMP_420;
    const int flags = TJFLAG_NOREALLOC | (is_fine ? TJFLAG_ACCURATEDCT : TJFLAG_FASTDCT);
    // As large as the worst picture would be. Never cleared, so what the picture does not reach costs no memory.
    unsigned long size = tjBufSize(width, height, sampling);
    const auto scratch = std::make_unique_for_overwrite<unsigned char[]>(size);
    unsigned char* to = scratch.get();
    const int failed = tjCompress2(compressor.get(), rows.pixels, width, static_cast<int>(rows.stride), height, TJPF_RGBA, &to,
                                   &size, sampling, quality, flags);
    if (failed != 0) return refused("TurboJPEG", tjGetErrorStr2(compressor.get()));
    return std::string(reinterpret_cast<const char*>(to), size);
}

// The quickest method: within a few percent of the size of the slower ones at four times their speed.
base::Result<std::string> encode_webp(const Rgba8& rows, int quality) {
    WebPConfig config;
    WebPPicture picture;
    if (WebPConfigInit(&config) == 0 || WebPPictureInit(&picture) == 0) return refused("libwebp", "it is of another version");
    config.quality = static_cast<float>(quality);
    config.method = 0;
    const std::unique_ptr<WebPPicture, void (*)(WebPPicture*)> owned(&picture, WebPPictureFree);
    picture.width = static_cast<int>(rows.width);
    picture.height = static_cast<int>(rows.height);
    WebPMemoryWriter writer;
    WebPMemoryWriterInit(&writer);
    const std::unique_ptr<WebPMemoryWriter, void (*)(WebPMemoryWriter*)> written(&writer, WebPMemoryWriterClear);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    const auto import = rows.has_alpha ? WebPPictureImportRGBA : WebPPictureImportRGBX;
    const bool is_made = import(&picture, rows.pixels, static_cast<int>(rows.stride)) != 0 && WebPEncode(&config, &picture) != 0;
    if (!is_made) return refused("libwebp", "error " + std::to_string(picture.error_code) + " of its WebPEncodingError");
    return std::string(reinterpret_cast<const char*>(writer.mem), writer.size);
}

base::Result<std::string> encode_ready(const Rgba8& rows, Format format, int quality) {
    if (format == Format::png) return encode_png(rows);
    if (format == Format::webp) return encode_webp(rows, quality);
    return encode_jpeg(rows, quality);
}

// Whether the encoder gets alpha, be it for the file or to lay the picture over a background.
AlphaUse alpha_use(const RenderImage& image, Format format, Alpha wanted) {
    if (wanted == Alpha::opaque) return AlphaUse::ignored;
    if (wanted == Alpha::checkerboard || format == Format::png || format == Format::webp) return AlphaUse::straight;
    return image.premultiplied_alpha_type == premultiplied::kNot ? AlphaUse::straight : AlphaUse::ignored;
}

}  // namespace

std::string_view mime_of(Format format) {
    switch (format) {
        case Format::png: return "image/png";
        case Format::webp: return "image/webp";
        case Format::exr: return "image/x-exr";
        case Format::raw: return "application/octet-stream";
        case Format::both:
        case Format::jpeg: break;
    }
    return "image/jpeg";
}

PictureSize fit_inside(const ImageFacts& image, const Variant& variant) {
    if (variant.format == Format::exr || variant.format == Format::raw) return {image.width, image.height};
    double scale = 1;
    if (variant.max_width > 0) scale = std::min(scale, static_cast<double>(variant.max_width) / image.width);
    if (variant.max_height > 0) scale = std::min(scale, static_cast<double>(variant.max_height) / image.height);
    const auto scaled = [scale](std::uint32_t side) {
        return std::max(1U, static_cast<std::uint32_t>(std::lround(side * scale)));
    };
    return {scaled(image.width), scaled(image.height)};
}

base::Result<std::string> encode_image(const RenderImage& image, Format format, int quality, PictureSize size, const Look& look) {
    if (format == Format::exr) return encode_exr(image);
    const auto fits = check_size(format, size);
    if (!fits) return fits.error();
    auto full = to_rgba8(image, look, alpha_use(image, format, look.alpha));
    if (!full) return std::move(full).error();
    Rgba8 rows = scale_down(*std::move(full), size.width, size.height);
    if (look.alpha == Alpha::checkerboard) {
        lay_over(rows, Background::checkerboard);
    } else if (format != Format::png && format != Format::webp) {
        lay_over(rows, Background::black);
    }
    return encode_ready(rows, format, quality);
}

base::Result<std::string> encode_rows(Rgba8 rows, Format format, int quality) {
    const auto fits = check_size(format, {rows.width, rows.height});
    if (!fits) return fits.error();
    if (format == Format::jpeg && rows.has_alpha) lay_over(rows, Background::black);
    return encode_ready(rows, format, quality);
}

}  // namespace octane::frames
