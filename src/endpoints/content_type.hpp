// Room: endpoints. Media types: from a file's name, and from its first bytes.
#pragma once

#include <string>
#include <string_view>

namespace octane::endpoints {

// By extension; application/octet-stream if it is none that a page is made of.
std::string content_type_of(std::string_view file_name);

// By signature: JPEG, PNG, WebP, GIF, TIFF, OpenEXR, Radiance HDR, ZIP; application/octet-stream otherwise.
std::string recognise_content(std::string_view first_bytes);

}  // namespace octane::endpoints
