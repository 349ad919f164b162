// Room: frames. Pixels as cameras and robots send them, row after row under a name of their encoding, as a picture file. Runs on
// workers; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "frames/variant.hpp"

namespace octane::frames {

struct PlainPicture {
    std::string encoding;  // one of plain_encodings(), in any case; empty: told by how many bytes there are
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::size_t step = 0;       // bytes from one row to the next; 0: no more than a row needs
    bool is_bigendian = false;  // of values of several bytes
    base::ByteChain pixels;
};

// "mono8, mono16, rgb8, …", for those who are told what there is.
std::string plain_encodings();

// As PNG, JPEG or WebP. PNG keeps 16-bit values; floats become 16-bit grey from the least to the greatest, and what is no number
// 0. JPEG and WebP have eight bits, so larger values are spread over those in the same way. Errors: 50002 bad_answer where the
// bytes do not fit what is said of them, 40601 for a size that the format cannot have.
base::Result<std::string> encode_plain(const PlainPicture& picture, Format format, int quality);

}  // namespace octane::frames
