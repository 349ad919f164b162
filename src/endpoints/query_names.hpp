// Room: endpoints. Which options the query of a path may have. docs/api.md §2.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

using QueryNames = std::span<const std::string_view>;

// Of POST /<service>/<method>.
inline constexpr std::array<std::string_view, 15> kCallParameters = {"defaults", "enums",   "bare",   "raw",     "update",
                                                                     "type",     "stream",  "policy", "share",   "raw-body",
                                                                     "bytes",    "picture", "layout", "quality", "value-range"};

// Of GET /readyz.
inline constexpr std::array<std::string_view, 1> kReadinessParameters = {"octane"};

// Error 40006 bad_query for an option that the path does not have, with the nearest names. Every path may have `token`, and what
// pages put into an address so that a cache does not know it: see kMeaningless in the source.
base::Result<base::Done> check_query_names(const http::Query& query, QueryNames known);

// Whether the name is an option of a call, and no field of its request; `token` is one too.
bool is_call_option(std::string_view name);
// Whether it is one of those that mean nothing where they are nothing else.
bool is_meaningless(std::string_view name);

}  // namespace octane::endpoints
