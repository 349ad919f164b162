// Room: http. Header values that are lists: "gzip, br;q=0.5", "keep-alive, Upgrade".
#pragma once

#include <string_view>

namespace octane::http {

// Without the spaces and tabs at both ends.
std::string_view trim(std::string_view text);

// Takes the first item and the separator after it off the list; the item may be empty. Not for quoted strings that hold the
// separator.
std::string_view take_item(std::string_view& list, char separator = ',');

}  // namespace octane::http
