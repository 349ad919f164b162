// Room: wire. Names that a mistyped one may have meant, for error messages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace octane::wire {

bool equals_ignoring_case(std::string_view a, std::string_view b);

// At most `count` candidates, the likeliest first: those that contain the name or are contained in it, then those a few edits
// away. Candidates that resemble it in no way are left out. Case does not count. Cost: candidates × length², so only for
// failures.
std::vector<std::string_view> nearest_names(std::string_view name, const std::vector<std::string_view>& candidates,
                                            std::size_t count);

// "a, b, c"; what is beyond `most` is counted: "a, b and 7 more".
std::string join_names(const std::vector<std::string_view>& names, std::size_t most);

}  // namespace octane::wire
