// Room: http. Media types by a file's name, and which of them are worth compressing.
#pragma once

#include <string>
#include <string_view>

namespace octane::http {

// By extension, in any case; application/octet-stream if it is none that a page is made of.
std::string media_type_of(std::string_view file_name);

// Text in the wide sense; pictures, fonts and archives are compressed already.
bool is_compressible(std::string_view media_type);

}  // namespace octane::http
