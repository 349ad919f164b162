// Room: wire. How deep JSON may be nested, in requests and answers alike.
#pragma once

namespace octane::wire {

// Objects and arrays inside one another, the outermost included, as the proxy itself writes the message: what one direction
// takes, the other takes too. Reading keeps its levels on the heap; writing recurses, and 100 levels of the costliest kind (a
// Struct) fit in 512 KiB of stack even without optimisation and under AddressSanitizer (depth_test.cpp). protobuf's own parsers
// end at 100 messages.
inline constexpr int kMostLevels = 100;

}  // namespace octane::wire
