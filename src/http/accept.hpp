// Room: http. What an Accept header says of media types: RFC 9110 §12.5.1. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace octane::http {

// Which of `types` the client likes best; of those it likes equally the first. The first of all where Accept is empty; nothing
// where it wants none of them.
std::optional<std::size_t> best_media_type(std::string_view accept, std::span<const std::string_view> types);

}  // namespace octane::http
