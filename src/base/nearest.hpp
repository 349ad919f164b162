// Room: base. "Did you mean": the known names nearest to one that was not found, lists of names for sentences, and names without
// regard to case.
//
// Pure functions, callable from any thread. Letter case is ASCII's.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace octane::base {

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string lowered(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);

// At most `most` of `known`, nearest first, equals in the order of the alphabet; none if nothing is near, or if `wanted` is
// longer than any real name. Near is a small edit distance without regard to case, or one name holding the other. Cost: names ×
// length², so only for failures.
std::vector<std::string_view> nearest_names(std::string_view wanted, const std::vector<std::string_view>& known,
                                            std::size_t most = 3);

// "; did you mean A, B or C?" for a sentence to end with. Empty without names.
std::string did_you_mean(const std::vector<std::string_view>& names);

// "a, b, c"; what is beyond `most` is counted: "a, b and 7 more".
std::string join_names(const std::vector<std::string_view>& names, std::size_t most);

}  // namespace octane::base
