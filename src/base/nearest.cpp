#include "base/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

namespace octane::base {
namespace {

constexpr std::size_t kLongestName = 100;
constexpr std::size_t kShortestPart = 3;  // what a name must at least hold of the other

// Insertions, deletions, substitutions and swaps of neighbours, each counted once.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> current(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            current[j] = std::min({last[j] + 1, current[j - 1] + 1, change});
            const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (is_swap) current[j] = std::min(current[j], before_last[j - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, current);
    }
    return last[b.size()];
}

}  // namespace

std::string lowered(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::vector<std::string_view> nearest_names(std::string_view wanted, const std::vector<std::string_view>& known,
                                            std::size_t most) {
    if (wanted.empty() || wanted.size() > kLongestName) return {};
    const std::string target = lowered(wanted);
    const std::size_t allowed = std::clamp<std::size_t>(target.size() / 3, 1, 4);

    std::vector<std::tuple<std::size_t, std::string_view>> near;
    for (const auto name : known) {
        if (name.size() > kLongestName) continue;
        const std::string candidate = lowered(name);
        const std::size_t shorter = std::min(target.size(), candidate.size());
        const std::size_t longer = std::max(target.size(), candidate.size());
        const bool may_be_near = longer - shorter <= allowed;
        const std::size_t distance = may_be_near ? edit_distance(target, candidate) : longer - shorter;
        const bool holds = shorter >= kShortestPart &&
                           (candidate.find(target) != std::string::npos || target.find(candidate) != std::string::npos);
        if (distance <= allowed || holds) near.emplace_back(distance, name);
    }
    std::sort(near.begin(), near.end());
    std::vector<std::string_view> names;
    for (const auto& [distance, name] : near) {
        if (names.size() == most) break;
        names.push_back(name);
    }
    return names;
}

std::string did_you_mean(const std::vector<std::string_view>& names) {
    if (names.empty()) return "";
    std::string text = "; did you mean ";
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
        text += names[i];
    }
    return text + "?";
}

std::string join_names(const std::vector<std::string_view>& names, std::size_t most) {
    std::string joined;
    for (std::size_t i = 0; i < names.size() && i < most; ++i) joined.append(i == 0 ? "" : ", ").append(names[i]);
    if (names.size() > most) joined += " and " + std::to_string(names.size() - most) + " more";
    return joined;
}

}  // namespace octane::base
