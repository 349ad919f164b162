// Room: frames. IEEE half floats.
#pragma once

#include <cstddef>
#include <cstdint>

namespace octane::frames {

// `count` halves, which need no alignment, as floats: exact, subnormal, infinite and not a number included. With the processor's
// own instruction where it has one.
void halves_to_floats(const char* halves, float* floats, std::size_t count);

// The same without it.
void halves_to_floats_portable(const char* halves, float* floats, std::size_t count);

}  // namespace octane::frames
