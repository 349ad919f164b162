// Room: http. The files of a folder as a browser wants them: typed, compressed, cached, and nothing outside the folder.
//
// Refused, as if they were not there: what a path or a link leads to outside, names that begin with a dot (but .well-known), and
// what is no regular file. Errors of the disk are the same as "not there".
//
// Any thread; takes as long as the disk and the compression take, so not on a loop.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "http/body_cache.hpp"
#include "http/message.hpp"

namespace octane::http {

// Files up to this size are kept in the cache and compressed unless NAME.br or NAME.gz lies beside them; larger ones are read
// while they are sent, and can be had in parts (Range).
inline constexpr std::uintmax_t kLargestKeptFile = 4UL << 20U;  // bytes

// The file at `name` ("/assets/app.js") below the folder: 200, 206, 304 or 416. Nothing if there is none.
std::optional<Response> find_static_file(const std::filesystem::path& folder, const std::string& name, const Request& request,
                                         BodyCache& cache);

// The value of Cache-Control: a name that holds a hash of its content ("index-BkH7fK3d.js") never changes its meaning; of
// everything else the browser asks each time whether it is still the same.
std::string_view cache_rule_of(std::string_view file_name);

}  // namespace octane::http
