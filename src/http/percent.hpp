// Room: http. Percent-decoding of paths and queries.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace octane::http {

enum class PlusSign : bool { literal, space };

// Nothing if an escape is cut short or not hexadecimal, or if the text would hold a NUL byte.
std::optional<std::string> percent_decode(std::string_view text, PlusSign plus);

}  // namespace octane::http
