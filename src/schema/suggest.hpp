// Room: schema. "Did you mean": the known names nearest to one that was not found.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace octane::schema {

// At most three of `known`, nearest first, equals in the order of the alphabet; none if nothing is near, or if `wanted` is longer
// than any real name (the cost grows with its length). Near is a small edit distance without regard to case, or one name holding
// the other.
std::vector<std::string_view> nearest_names(std::string_view wanted, const std::vector<std::string_view>& known);

// "; did you mean A, B or C?" for a sentence to end with. Empty without names.
std::string did_you_mean(const std::vector<std::string_view>& names);

}  // namespace octane::schema
