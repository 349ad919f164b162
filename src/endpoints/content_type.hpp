// Room: endpoints. Media types from a content's first bytes.
#pragma once

#include <string>
#include <string_view>

namespace octane::endpoints {

// By signature: JPEG, PNG, WebP, GIF, TIFF, OpenEXR, Radiance HDR, ZIP; application/octet-stream otherwise.
std::string recognise_content(std::string_view first_bytes);

}  // namespace octane::endpoints
