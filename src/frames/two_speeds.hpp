// Room: frames. Two speeds: smaller, cheaper frames while the camera moves, and a last one in full quality once the render has
// converged. docs/api.md §3. Pure.
#pragma once

#include <set>

#include "frames/image.hpp"
#include "frames/variant.hpp"

namespace octane::frames {

// Whether frames look different in that form. Only pictures that lose something have other forms than `full`.
bool has_form(const Variant& variant, Form form);

// The variant in which a frame of that form is made; it has but this form itself.
Variant in_form(const Variant& variant, Form form);

// The pictures that viewers of the variant may see, of all forms: picture_key() of each, each once.
std::set<Variant> picture_keys(const Variant& variant);

// No sample will be added to it any more.
bool is_converged(const ImageFacts& image);

}  // namespace octane::frames
