#include "frames/raw_facts.hpp"

#include "frames/tone.hpp"
#include "wire/json_text.hpp"

namespace octane::frames {
namespace {

// The numbers of ImageType as what they are.
const char* type_name(ImageType type) {
    switch (type) {
        case ImageType::ldr_rgba: return "LDR_RGBA";
        case ImageType::ldr_mono: return "LDR_MONO";
        case ImageType::hdr_rgba: return "HDR_RGBA";
        case ImageType::hdr_mono: return "HDR_MONO";
        case ImageType::ldr_mono_alpha: return "LDR_MONO_ALPHA";
        case ImageType::hdr_mono_alpha: return "HDR_MONO_ALPHA";
        case ImageType::half_rgba: return "HALF_RGBA";
        case ImageType::half_mono: return "HALF_MONO";
        case ImageType::half_mono_alpha: return "HALF_MONO_ALPHA";
    }
    return "UNKNOWN";
}

std::string number_text(float value) {
    std::string text;
    wire::append_json_number(text, value);
    return text;
}

}  // namespace

base::Result<std::vector<std::pair<std::string, std::string>>> raw_facts(const RenderImage& image) {
    const auto layout = resolve_layout(image);
    if (!layout) return layout.error();
    return std::vector<std::pair<std::string, std::string>>{
        {"X-Width", std::to_string(image.width)},
        {"X-Height", std::to_string(image.height)},
        {"X-Pitch", std::to_string(image.pitch)},
        {"X-Row-Bytes", std::to_string(layout->stride)},
        {"X-Pixel-Bytes", std::to_string(layout->bytes_per_pixel)},
        {"X-Image-Type", std::to_string(static_cast<std::int32_t>(image.type))},
        {"X-Image-Type-Name", type_name(image.type)},
        {"X-Color-Space", std::to_string(image.color_space)},
        {"X-Is-Linear", holds_linear_light(image) ? "1" : "0"},
        {"X-Has-Alpha", image.has_alpha ? "1" : "0"},
        {"X-Premultiplied-Alpha-Type", std::to_string(image.premultiplied_alpha_type)},
        {"X-Keep-Environment", image.keeps_environment ? "1" : "0"},
        {"X-Render-Pass-Id", std::to_string(image.render_pass_id)},
        {"X-Samples-Per-Pixel", number_text(image.tonemapped_samples)},
        {"X-Render-Time", number_text(image.render_time)},
        {"X-Change-Level", std::to_string(image.change_level)},
    };
}

}  // namespace octane::frames
