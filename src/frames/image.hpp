// Room: frames. One picture as the renderer sent it, and the frame it came in. Source of every field: docs/octane.md §2.
//
// A Frame is made by its source, on the hub's strand, and never changes; it is shared by workers and loops. Pixels stay in the
// slices in which they were received.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace octane::frames {

// How a pixel is stored, by the numbers that the renderer uses: docs/octane.md §2.2.
enum class ImageType : std::int32_t {
    ldr_rgba = 0,
    ldr_mono = 1,
    hdr_rgba = 2,
    hdr_mono = 3,
    ldr_mono_alpha = 4,
    hdr_mono_alpha = 5,
    half_rgba = 6,
    half_mono = 7,
    half_mono_alpha = 8,
};

struct PictureSize {
    std::uint32_t width = 0;   // pixels
    std::uint32_t height = 0;  // pixels
};

// All that the renderer says of a picture.
struct ImageFacts {
    ImageType type = ImageType::ldr_rgba;
    std::int32_t color_space = 0;
    bool is_linear = false;
    std::uint32_t width = 0;   // pixels
    std::uint32_t height = 0;  // pixels
    std::uint32_t pitch = 0;   // as sent; which unit it has is decided by resolve_layout()
    std::int32_t render_pass_id = 0;
    float tonemapped_samples = 0;  // samples per pixel of what is visible
    float calculated_samples = 0;
    float region_samples = 0;
    float max_samples = 0;
    float samples_per_second = 0;
    float render_time = 0;  // seconds since the render was restarted
    std::uint64_t change_level = 0;
    bool has_pending_updates = false;
    std::int32_t sub_sampling = 0;
    bool has_alpha = false;
    std::int32_t premultiplied_alpha_type = 0;
    bool keeps_environment = false;
};

struct RenderImage : ImageFacts {
    base::ByteChain pixels;
};

class Pictures;
std::shared_ptr<Pictures> no_pictures_yet();

struct Frame {
    std::uint64_t seq = 0;  // 1, 2, 3… over the life of the process, repeats not counted
    std::uint64_t epoch = 0;
    std::string source;  // which renderer it is of, by its address
    std::uint32_t callback_id = 0;
    std::uint64_t user_data = 0;
    std::chrono::system_clock::time_point received;  // by the proxy that the renderer sent it to
    std::vector<RenderImage> images;                 // never empty
    // What has been encoded of it so far; the one thing about a frame that changes.
    std::shared_ptr<Pictures> pictures = no_pictures_yet();
};

// Where rows lie in the pixels.
struct Layout {
    std::size_t bytes_per_pixel = 0;
    std::size_t stride = 0;  // bytes from one row to the next
};

// The rule of docs/octane.md §2.3. Error 50002 bad_answer "unexpected buffer size …" rather than a guess; also for types that
// no renderer produces.
base::Result<Layout> resolve_layout(const RenderImage& image);

// True if both show the same state of the render (docs/api.md §3: change level, samples per pixel, render time and size all
// equal).
bool is_repeat(const Frame& previous, const std::vector<RenderImage>& images);

}  // namespace octane::frames
