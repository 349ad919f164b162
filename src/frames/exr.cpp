#include "frames/exr.hpp"

#include <ImathBox.h>
#include <ImfChannelList.h>
#include <ImfFloatAttribute.h>
#include <ImfFrameBuffer.h>
#include <ImfHeader.h>
#include <ImfIO.h>
#include <ImfIntAttribute.h>
#include <ImfOutputFile.h>
#include <ImfStandardAttributes.h>
#include <ImfStringAttribute.h>
#include <half.h>

#include <cstdint>
#include <cstring>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "frames/pixel_rows.hpp"
#include "frames/rgba8.hpp"
#include "frames/tone.hpp"

namespace octane::frames {
namespace {

// OpenEXR writes to a place, mostly the end, and comes back for the table of its lines.
class StringStream : public Imf::OStream {
  public:
    explicit StringStream(std::size_t expected) : Imf::OStream("frame") { bytes_.reserve(expected); }
    void write(const char bytes[], int count) override {
        const auto size = static_cast<std::size_t>(count);
        if (place_ + size > bytes_.size()) bytes_.resize(place_ + size);
        std::memcpy(bytes_.data() + place_, bytes, size);
        place_ += size;
    }
    std::uint64_t tellp() override { return place_; }
    void seekp(std::uint64_t place) override { place_ = place; }
    std::string take() { return std::move(bytes_); }

  private:
    std::string bytes_;
    std::size_t place_ = 0;
};

const char* channel_names(std::size_t channels) {
    return channels == 4 ? "RGBA" : channels == 2 ? "YA" : "Y";
}

bool holds_bytes(ImageType type) {
    return pixel_kind(type).channel_bytes == 1;
}
bool holds_floats(ImageType type) {
    return pixel_kind(type).channel_bytes == sizeof(float);
}

Imf::Chromaticities chromaticities_of(std::int32_t color_space) {
    using Imath::V2f;
    constexpr std::int32_t kAces2065 = 3, kAcesCg = 4, kXyz = 5;
    const V2f aces_white(0.32168F, 0.33767F);
    if (color_space == kAces2065) return {V2f(0.7347F, 0.2653F), V2f(0, 1), V2f(0.0001F, -0.077F), aces_white};
    if (color_space == kAcesCg) return {V2f(0.713F, 0.293F), V2f(0.165F, 0.83F), V2f(0.128F, 0.044F), aces_white};
    if (color_space == kXyz) return {V2f(1, 0), V2f(0, 1), V2f(0, 0), V2f(1 / 3.0F, 1 / 3.0F)};
    return {};
}

Imf::Header make_header(const RenderImage& image, std::size_t channels) {
    Imf::Header header(static_cast<int>(image.width), static_cast<int>(image.height));
    header.compression() = Imf::NO_COMPRESSION;
    const auto type = holds_floats(image.type) ? Imf::FLOAT : Imf::HALF;
    for (const char* name = channel_names(channels); *name != '\0'; ++name)
        header.channels().insert(std::string(1, *name), Imf::Channel(type));
    const bool has_known_primaries = image.color_space >= 1 && image.color_space <= 5;
    if (has_known_primaries && channels == 4) Imf::addChromaticities(header, chromaticities_of(image.color_space));
    const bool is_linear = holds_bytes(image.type) || holds_linear_light(image);
    const int multiplied = holds_bytes(image.type) ? premultiplied::kInLight : image.premultiplied_alpha_type;
    header.insert("isLinear", Imf::IntAttribute(is_linear ? 1 : 0));
    header.insert("colorSpace", Imf::IntAttribute(image.color_space));
    header.insert("renderPassId", Imf::IntAttribute(image.render_pass_id));
    header.insert("premultipliedAlphaType", Imf::IntAttribute(multiplied));
    header.insert("samplesPerPixel", Imf::FloatAttribute(image.tonemapped_samples));
    header.insert("renderTime", Imf::FloatAttribute(image.render_time));
    header.insert("changeLevel", Imf::StringAttribute(std::to_string(image.change_level)));
    return header;
}

// Bytes as linear halves, multiplied by alpha in linear light.
void convert_bytes(const RenderImage& image, const char* from, std::size_t channels, char* to) {
    const DecodeTable& decode = DecodeTable::get();
    const bool is_light = holds_linear_light(image);
    const bool is_divided = has_transparency(image) && image.premultiplied_alpha_type == premultiplied::kEncoded && !is_light;
    const bool is_multiplied = !has_transparency(image) || image.premultiplied_alpha_type == premultiplied::kInLight ||
                               (image.premultiplied_alpha_type == premultiplied::kEncoded && is_light);
    const std::size_t colours = channels == 4 ? 3 : 1;
    for (std::size_t x = 0; x < image.width; ++x, from += channels) {
        const float alpha = channels == 1 ? 1.0F : static_cast<float>(static_cast<std::uint8_t>(from[channels - 1])) / 255.0F;
        for (std::size_t c = 0; c < channels; ++c, to += sizeof(Imath::half)) {
            const auto byte = static_cast<std::uint8_t>(from[c]);
            float value = static_cast<float>(byte) / 255.0F;
            if (c < colours) {
                if (is_divided && alpha > 0) {
                    value = decode(value / alpha) * alpha;
                } else if (!is_light) {
                    value = decode(byte);
                }
                if (!is_multiplied && !is_divided) value *= alpha;
            }
            const Imath::half half(value);
            std::memcpy(to, &half, sizeof half);
        }
    }
}

std::string write_file(const RenderImage& image, const Layout& layout) {
    const std::size_t channels = pixel_kind(image.type).channels;
    const std::size_t channel_bytes = holds_floats(image.type) ? sizeof(float) : sizeof(Imath::half);
    const std::size_t pixel = channels * channel_bytes;
    std::vector<char> row(image.width * pixel);  // what OpenEXR reads each scan line from: its rows are 0 bytes apart
    Imf::FrameBuffer buffer;
    for (std::size_t c = 0; c < channels; ++c) {
        const auto type = holds_floats(image.type) ? Imf::FLOAT : Imf::HALF;
        buffer.insert(std::string(1, channel_names(channels)[c]), Imf::Slice(type, row.data() + c * channel_bytes, pixel, 0));
    }
    StringStream stream(row.size() * image.height + std::size_t{image.height} * 16 + 2048);
    {
        Imf::OutputFile file(stream, make_header(image, channels), 0);
        file.setFrameBuffer(buffer);
        PixelRows rows(image, layout);
        for (std::uint32_t y = 0; y < image.height; ++y) {
            const char* from = rows.next();
            if (holds_bytes(image.type)) {
                convert_bytes(image, from, channels, row.data());
            } else {
                std::memcpy(row.data(), from, row.size());
            }
            file.writePixels(1);
        }
    }
    return stream.take();
}

}  // namespace

base::Result<std::string> encode_exr(const RenderImage& image) {
    const auto layout = resolve_layout(image);
    if (!layout) return layout.error();
    try {
        return write_file(image, *layout);
    } catch (const std::exception& error) {
        return base::make_error(base::ErrorCode::internal, std::string("OpenEXR could not encode the frame: ") + error.what());
    }
}

}  // namespace octane::frames
