// Room: wire. Base64 (RFC 4648 §4). Encoding uses AVX2 or SSSE3 where the processor has them, chosen once at run time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace octane::wire {

constexpr std::size_t base64_size(std::size_t bytes) {
    return (bytes + 2) / 3 * 4;
}

// Writes exactly base64_size(bytes.size()) characters to `out`, with padding.
void base64_encode(std::string_view bytes, char* out);

// Appends the encoding of the whole chain as if it were one run of bytes.
void base64_append(std::string& out, std::string_view bytes);
void base64_append(std::string& out, const base::ByteChain& bytes);

// Appends the encoding of bytes that come piece by piece, as if they were one run. finish() writes the last group.
class Base64Appender {
  public:
    explicit Base64Appender(std::string& out) : out_(out) {}
    void add(std::string_view piece);
    void finish();

  private:
    std::string& out_;
    char held_[3] = {};  // fewer than three bytes that wait for the rest of their group
    std::size_t held_size_ = 0;
};

// Standard or URL-safe alphabet, padding optional; nothing else is accepted, white space included.
std::optional<std::string> base64_decode(std::string_view text);

// The same in two steps, to decode into memory that is already there: how many bytes come out (nothing if no text of this
// length and padding can be base64), and the decoding of exactly that many; false if a character is not of the alphabet.
std::optional<std::size_t> base64_decoded_size(std::string_view text);
bool base64_decode_to(std::string_view text, char* out);

}  // namespace octane::wire
