#include "wire/nearest.hpp"

#include <algorithm>
#include <utility>

namespace octane::wire {
namespace {

constexpr std::size_t kLongestCompared = 64;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
    std::string out(text.substr(0, kLongestCompared));
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({substitution, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::vector<std::string_view> nearest_names(std::string_view name, const std::vector<std::string_view>& candidates,
                                            std::size_t count) {
    const std::string wanted = lowered(name);
    if (wanted.empty()) return {};
    std::vector<std::pair<std::size_t, std::string_view>> ranked;
    for (const std::string_view candidate : candidates) {
        const std::string known = lowered(candidate);
        const std::size_t shorter = std::min(known.size(), wanted.size());
        const std::size_t longer = std::max(known.size(), wanted.size());
        const bool is_part = shorter >= 3 && (known.find(wanted) != std::string::npos || wanted.find(known) != std::string::npos);
        if (is_part) {
            ranked.emplace_back(longer - shorter, candidate);
            continue;
        }
        const std::size_t most_edits = std::max<std::size_t>(1, longer / 4);
        if (longer - shorter > most_edits) continue;
        const std::size_t distance = edit_distance(wanted, known);
        if (distance <= most_edits && distance < longer) ranked.emplace_back(kLongestCompared + distance, candidate);
    }
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string_view> nearest;
    for (std::size_t i = 0; i < ranked.size() && i < count; ++i) nearest.push_back(ranked[i].second);
    return nearest;
}

std::string join_names(const std::vector<std::string_view>& names, std::size_t most) {
    std::string joined;
    for (std::size_t i = 0; i < names.size() && i < most; ++i) joined.append(i == 0 ? "" : ", ").append(names[i]);
    if (names.size() > most) joined += " and " + std::to_string(names.size() - most) + " more";
    return joined;
}

}  // namespace octane::wire
