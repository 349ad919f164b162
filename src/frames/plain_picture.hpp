// Room: frames. Pixels as cameras and robots send them, row after row under a name of their encoding, as a file of a picture or
// of its values. Runs on workers; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "frames/variant.hpp"

namespace octane::frames {

struct PlainPicture {
    // One of plain_encodings(), in any case; empty: mono8, rgb8 or rgba8, if exactly so many bytes are there.
    std::string encoding;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::size_t step = 0;       // bytes from one row to the next; 0: no more than a row needs
    bool is_bigendian = false;  // of values of several bytes
    base::ByteChain pixels;
};

// "mono8, mono16, rgb8, …", for those who are told what there is.
std::string plain_encodings();

bool is_plain_encoding(std::string_view word);

// Which values of grey become black and white, in the unit that they have; `least` is below `greatest`.
struct ValueRange {
    double least = 0;
    double greatest = 0;
};

// As PNG, JPEG, WebP or EXR. PNG keeps 16-bit values; floats become 16 bits from the least to the greatest grey or colour of this
// picture, alpha is a share from 0 to 1, and what is no number 0. JPEG and WebP have eight bits, so larger values are spread over
// those from 0 to the greatest. With a range all grey is spread over that instead, so that pictures of one stream can be
// compared; what lies beyond it, infinity too, is its end. EXR keeps values as they are, as floats, which 16 bits fit without
// loss: grey in Y, colours in R, G, B and A, where alpha is a share.
//
// Errors: 50002 bad_answer where the bytes do not fit what is said of them, or it is not certain what they are; 40601
// not_acceptable for a size or an encoding that the format cannot have; 40006 bad_query for a range of colours.
base::Result<std::string> encode_plain(const PlainPicture& picture, Format format, int quality,
                                       const std::optional<ValueRange>& range = std::nullopt);

}  // namespace octane::frames
