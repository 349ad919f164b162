#include <bit>
#include <utility>

#include "livelink/callback_wire.hpp"
#include "wire/reader.hpp"

namespace octane::livelink {
namespace {

using wire::Reader;

// Field numbers: tools/schema/octane-api/*/messages.csv, the same in every release; a test compares them with the loaded schemas.
namespace field {
constexpr std::uint32_t kArrayData = 1;
constexpr std::uint32_t kType = 1, kColorSpace = 2, kIsLinear = 3, kSize = 5, kPitch = 6, kBuffer = 7, kRenderPassId = 8,
                        kTonemapped = 9, kCalculated = 10, kRegion = 11, kMax = 12, kPerSecond = 13, kRenderTime = 14,
                        kChangeLevel = 15, kHasPending = 16, kSubSampling = 17, kHasAlpha = 18, kPremultiplied = 19,
                        kKeepEnvironment = 20;
constexpr std::uint32_t kSizeX = 1, kSizeY = 2, kBufferData = 1, kLevelValue = 1;
}  // namespace field

float read_float(Reader& reader) {
    return std::bit_cast<float>(reader.read_fixed32());
}

bool read_size(Reader reader, frames::RenderImage& image) {
    while (reader.next()) {
        if (reader.field() == field::kSizeX) image.width = static_cast<std::uint32_t>(reader.read_varint());
        if (reader.field() == field::kSizeY) image.height = static_cast<std::uint32_t>(reader.read_varint());
    }
    return !reader.failed();
}

bool read_buffer(Reader reader, const std::shared_ptr<const void>& owner, frames::RenderImage& image) {
    while (reader.next()) {
        if (reader.field() == field::kBufferData) image.pixels = reader.share_bytes(owner);
    }
    return !reader.failed();
}

bool read_level(Reader reader, frames::RenderImage& image) {
    while (reader.next()) {
        if (reader.field() == field::kLevelValue) image.change_level = reader.read_varint();
    }
    return !reader.failed();
}

bool read_field(Reader& reader, const std::shared_ptr<const void>& owner, frames::RenderImage& image) {
    switch (reader.field()) {
        case field::kType: image.type = static_cast<frames::ImageType>(reader.read_varint()); break;
        case field::kColorSpace: image.color_space = static_cast<std::int32_t>(reader.read_varint()); break;
        case field::kIsLinear: image.is_linear = reader.read_varint() != 0; break;
        case field::kSize: return read_size(reader.read_message(), image);
        case field::kPitch: image.pitch = static_cast<std::uint32_t>(reader.read_varint()); break;
        case field::kBuffer: return read_buffer(reader.read_message(), owner, image);
        case field::kRenderPassId: image.render_pass_id = static_cast<std::int32_t>(reader.read_varint()); break;
        case field::kTonemapped: image.tonemapped_samples = read_float(reader); break;
        case field::kCalculated: image.calculated_samples = read_float(reader); break;
        case field::kRegion: image.region_samples = read_float(reader); break;
        case field::kMax: image.max_samples = read_float(reader); break;
        case field::kPerSecond: image.samples_per_second = read_float(reader); break;
        case field::kRenderTime: image.render_time = read_float(reader); break;
        case field::kChangeLevel: return read_level(reader.read_message(), image);
        case field::kHasPending: image.has_pending_updates = reader.read_varint() != 0; break;
        case field::kSubSampling: image.sub_sampling = static_cast<std::int32_t>(reader.read_varint()); break;
        case field::kHasAlpha: image.has_alpha = reader.read_varint() != 0; break;
        case field::kPremultiplied: image.premultiplied_alpha_type = static_cast<std::int32_t>(reader.read_varint()); break;
        case field::kKeepEnvironment: image.keeps_environment = reader.read_varint() != 0; break;
        default: break;
    }
    return true;
}

bool read_image(Reader reader, const std::shared_ptr<const void>& owner, frames::RenderImage& image) {
    while (reader.next()) {
        if (!read_field(reader, owner, image)) return false;
    }
    return !reader.failed();
}

}  // namespace

base::Result<std::vector<frames::RenderImage>> parse_images(const base::ByteChain& array,
                                                            const std::shared_ptr<const void>& owner) {
    std::vector<frames::RenderImage> images;
    Reader reader(array);
    while (reader.next()) {
        if (reader.field() != field::kArrayData) continue;
        if (!read_image(reader.read_message(), owner, images.emplace_back())) {
            return base::make_error(base::ErrorCode::bad_answer, "Octane sent a render image that is not well-formed protobuf");
        }
    }
    if (reader.failed())
        return base::make_error(base::ErrorCode::bad_answer, "Octane sent render images that are not well-formed protobuf");
    return images;
}

}  // namespace octane::livelink
