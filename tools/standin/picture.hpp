// Stand-in renderer: one finished picture with the facts that Octane sends along with it.
#pragma once

#include <grpcpp/support/slice.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace octane::standin {

enum class ImageType : int {
    ldr_rgba = 0,
    hdr_rgba = 2,
    ldr_mono_alpha = 4,
    hdr_mono_alpha = 5,
    half_rgba = 6,
    half_mono_alpha = 8
};

constexpr std::uint32_t bytes_per_pixel(ImageType type) {
    switch (type) {
        case ImageType::ldr_rgba: return 4;
        case ImageType::hdr_rgba: return 16;
        case ImageType::ldr_mono_alpha: return 2;
        case ImageType::hdr_mono_alpha: return 8;
        case ImageType::half_rgba: return 8;
        case ImageType::half_mono_alpha: return 4;
    }
    return 4;
}
constexpr bool is_linear(ImageType type) {
    return type != ImageType::ldr_rgba && type != ImageType::ldr_mono_alpha;
}

// How colours have been multiplied by alpha; the numbers of PremultipliedAlphaType.
enum class PremultipliedAlpha : int { none = 0, linearized = 1, encoded = 2 };

// The facts that every picture of one frame has in common.
struct FrameFacts {
    float samples = 0;  // per pixel
    float region_samples = 0;
    float max_samples = 0;
    float samples_per_second = 0;
    float render_time = 0;  // seconds since the restart
    std::uint64_t change_level = 0;
    bool has_pending_updates = false;
    int sub_sampling = 1;
};

struct Picture {
    ImageType type = ImageType::ldr_rgba;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t pitch = 0;  // pixels a row
    int render_pass = 0;
    bool has_alpha = false;
    grpc::Slice pixels;  // shared by every event and grab that carries the picture
    PremultipliedAlpha premultiplied = PremultipliedAlpha::linearized;
    bool keeps_environment = false;
    std::optional<int> color_space;  // NamedColorSpace; none: sRGB for bytes, linear sRGB for floats
    bool has_pass_id = true;         // false: renderPassId stays unset, as the SDK's own converter leaves it
};

// NamedColorSpace: 2 to 5 are linear ones, 1 is sRGB, 0 says nothing.
inline bool is_linear(const Picture& picture) {
    if (picture.color_space.value_or(0) == 0) return is_linear(picture.type);
    return *picture.color_space >= 2 && *picture.color_space <= 5;
}

struct Frame {
    std::uint64_t number = 0;
    FrameFacts facts;
    std::vector<Picture> pictures;
    std::optional<std::uint64_t> user_data;  // instead of the registered value
};

}  // namespace octane::standin
