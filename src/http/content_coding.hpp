// Room: http. Which codings a client takes, and gzip.
#pragma once

#include <string>
#include <string_view>

namespace octane::http {

// Whether the coding ("gzip", "br") may be used by this value of Accept-Encoding: named or covered by *, and not with q=0.
bool accepts_coding(std::string_view accept_encoding, std::string_view coding);

// About 100 MB/s. Empty if there is nothing to gain.
std::string gzip(std::string_view bytes);

}  // namespace octane::http
