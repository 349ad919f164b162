#include "http/accept.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <system_error>

#include "http/header_list.hpp"

namespace octane::http {
namespace {

bool is_same(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b,
                              [](unsigned char one, unsigned char other) { return std::tolower(one) == std::tolower(other); });
}

// How exactly a range of RFC 9110 §12.5.1 names the type; 0: not at all.
int exactness(std::string_view range, std::string_view mime) {
    if (is_same(range, mime)) return 3;
    if (range.ends_with("/*") && is_same(range.substr(0, range.size() - 1), mime.substr(0, range.size() - 1))) return 2;
    return range == "*/*" ? 1 : 0;
}

double quality_in(std::string_view parameters) {
    while (!parameters.empty()) {
        const auto parameter = take_item(parameters, ';');
        if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
        double quality = 0;
        const auto digits = parameter.substr(2);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), quality);
        return error == std::errc() && quality > 0 ? std::min(quality, 1.0) : 0;  // "nan" is a number to from_chars()
    }
    return 1;
}

// How much the client likes the type: the most exact of its ranges that names it decides.
double quality_of(std::string_view accept, std::string_view mime) {
    int best = 0;
    double quality = 0;
    while (!accept.empty()) {
        auto parameters = take_item(accept);
        const auto range = take_item(parameters, ';');
        const int how = exactness(range, mime);
        if (how <= best) continue;
        best = how;
        quality = quality_in(parameters);
    }
    return quality;
}

}  // namespace

std::optional<std::size_t> best_media_type(std::string_view accept, std::span<const std::string_view> types) {
    if (trim(accept).empty()) return 0;
    std::optional<std::size_t> best;
    double best_quality = 0;
    for (std::size_t i = 0; i < types.size(); ++i) {
        const double quality = quality_of(accept, types[i]);
        if (quality <= best_quality) continue;
        best = i;
        best_quality = quality;
    }
    return best;
}

}  // namespace octane::http
