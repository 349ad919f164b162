// Room: endpoints. Media types from a content's first bytes.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace octane::endpoints {

// By signature: JPEG, PNG, WebP, GIF, AVIF, TIFF, JPEG 2000, OpenEXR, Radiance HDR, PLY, binary glTF, ZIP, and H.264 and AV1
// where they begin as their streams do; application/octet-stream otherwise.
std::string recognise_content(std::string_view first_bytes);
// The same of bytes that lie in pieces, of which the first may be shorter than any signature.
std::string recognise_content(const base::ByteChain& content);

}  // namespace octane::endpoints
