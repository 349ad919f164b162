// Room: frames. What one must know to read a picture's buffer as it came: the headers of `/render/frame.raw`. docs/api.md §3.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "frames/image.hpp"

namespace octane::frames {

// Header names with their values; the payload they describe is image.pixels. Numbers are the renderer's. X-Row-Bytes is the
// distance of two rows in bytes, which settles what unit the renderer's pitch has. Errors: resolve_layout's.
base::Result<std::vector<std::pair<std::string, std::string>>> raw_facts(const RenderImage& image);

}  // namespace octane::frames
