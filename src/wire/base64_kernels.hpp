// Room: wire. The inner loops of base64 encoding, one per instruction set.
//
// A kernel encodes whole groups of three bytes from the front and says how many bytes it took; what is left is the caller's.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace octane::wire {

using Base64Kernel = std::size_t (*)(const char* in, std::size_t size, char* out);

struct NamedBase64Kernel {
    std::string_view name;
    Base64Kernel encode;
};

// Those that this processor can run, fastest first; the last is the portable one and leaves fewer than three bytes.
std::vector<NamedBase64Kernel> base64_kernels();

}  // namespace octane::wire
