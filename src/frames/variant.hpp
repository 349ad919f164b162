// Room: frames. The form in which a viewer wants its frames, and one frame in that form.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace octane::frames {

enum class Format : std::uint8_t { both, raw, jpeg, png, webp };

// Viewers that ask for equal variants share every byte of their frames.
struct Variant {
    Format format = Format::both;
    int quality = 85;             // 1…100, for jpeg and webp
    std::uint32_t max_width = 0;  // pixels; the picture is made to fit inside, never larger than it is; 0: no limit
    std::uint32_t max_height = 0;
    std::optional<std::int32_t> render_pass;  // by renderPassId; none: the first image of the frame
    auto operator<=>(const Variant&) const = default;
};

std::optional<Format> parse_format(std::string_view word);

// A frame in one variant: what follows the viewer's own first bytes of the event (its id and how many it missed).
struct VariantFrame {
    std::uint64_t seq = 0;
    std::uint64_t epoch = 0;
    base::ByteChain event;
};

}  // namespace octane::frames
