#include "frames/two_speeds.hpp"

#include <algorithm>

#include "frames/picture.hpp"

namespace octane::frames {

bool has_form(const Variant& variant, Form form) {
    const bool is_lossy = variant.format == Format::jpeg || variant.format == Format::webp;
    switch (form) {
        case Form::motion: return variant.motion.has_value() && (is_lossy || variant.format == Format::both);
        case Form::full: return true;
        case Form::final: return variant.last.has_value() && is_lossy;  // `both` carries the renderer's own buffer already
    }
    return false;
}

Variant in_form(const Variant& variant, Form form) {
    Variant made = variant;
    made.motion.reset();
    made.last.reset();
    if (!has_form(variant, form)) return made;
    if (form == Form::motion) {
        const std::uint32_t width = variant.motion->max_width;
        made.max_width = made.max_width == 0 ? width : std::min(made.max_width, width);
        made.quality = variant.motion->quality;
    } else if (form == Form::final) {
        made.format = variant.last->format;
        made.quality = variant.last->quality;
    }
    return made;
}

std::set<Variant> picture_keys(const Variant& variant) {
    std::set<Variant> keys;
    for (const Form form : {Form::motion, Form::full, Form::final}) keys.insert(picture_key(in_form(variant, form)));
    return keys;
}

bool is_converged(const ImageFacts& image) {
    return image.max_samples > 0 && image.tonemapped_samples >= image.max_samples && !image.has_pending_updates;
}

}  // namespace octane::frames
