// Room: frames. Two speeds: smaller, cheaper frames while the camera moves, and a last one in full quality once the render has
// converged. CONTRACT §3. Pure.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "frames/image.hpp"
#include "frames/variant.hpp"

namespace octane::frames {

// In which form a frame is made, the poorest first: a frame that was shown is shown again only in a better form.
enum class Form : std::uint8_t { motion, full, final };

// Whether frames look different in that form. Only pictures that lose something have other forms than `full`.
bool has_form(const Variant& variant, Form form);

// The variant in which a frame of that form is made; it has but this form itself.
Variant in_form(const Variant& variant, Form form);

// The pictures that viewers of the variant may see, of all forms: picture_key() of each, each once.
std::set<Variant> picture_keys(const Variant& variant);

// No sample will be added to it any more.
bool is_converged(const RenderImage& image);

// The member that says which form a frame has, with a comma before it; nothing for `full`.
std::string form_fact(Form form);

}  // namespace octane::frames
