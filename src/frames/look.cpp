#include "frames/look.hpp"

namespace octane::frames {

std::optional<Curve> parse_curve(std::string_view word) {
    if (word == "srgb") return Curve::srgb;
    if (word == "linear") return Curve::linear;
    if (word == "aces") return Curve::aces;
    return std::nullopt;
}

std::optional<Alpha> parse_alpha(std::string_view word) {
    if (word == "keep") return Alpha::keep;
    if (word == "opaque") return Alpha::opaque;
    if (word == "checkerboard") return Alpha::checkerboard;
    return std::nullopt;
}

}  // namespace octane::frames
