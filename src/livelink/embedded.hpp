// Room: livelink. What the build embeds in the binary.
#pragma once

#include <string_view>

namespace octane::livelink {

// Serialized FileDescriptorSets with all imports, as compiled from proto/octane/<release>/.
std::string_view embedded_alpha5();
std::string_view embedded_beta2();

// proto/octane/releases.csv.
std::string_view embedded_release_map();

}  // namespace octane::livelink
