#include "endpoints/frame_format.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <string>

#include "http/header_list.hpp"

namespace octane::endpoints {
namespace {

using frames::Format;

struct Choice {
    std::string_view mime;
    FrameFormat format;
};

// In the order of the proxy's own preference: where a client likes several equally, it gets what is cheapest to make.
constexpr std::array<Choice, 6> kChoices = {{{"image/jpeg", {false, Format::jpeg, true}},
                                             {"image/png", {false, Format::png, true}},
                                             {"image/webp", {false, Format::webp, true}},
                                             {"image/x-exr", {false, Format::exr, true}},
                                             {"application/json", {true, Format::raw, true}},
                                             {"application/octet-stream", {false, Format::raw, true}}}};

std::optional<FrameFormat> by_name(std::string_view name) {
    if (name == "json") return FrameFormat{true, Format::raw, false};
    const auto format = frames::parse_format(name);
    if (!format || *format == Format::both) return std::nullopt;
    return FrameFormat{false, *format, false};
}

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
        const auto parameter = http::take_item(parameters, ';');
        if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
        double quality = 0;
        const auto digits = parameter.substr(2);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), quality);
        return error == std::errc() ? quality : 0;
    }
    return 1;
}

// How much the client likes the type: the most exact of its ranges that names it decides.
double quality_of(std::string_view accept, std::string_view mime) {
    int best = 0;
    double quality = 0;
    while (!accept.empty()) {
        auto parameters = http::take_item(accept);
        const auto range = http::take_item(parameters, ';');
        const int how = exactness(range, mime);
        if (how <= best) continue;
        best = how;
        quality = quality_in(parameters);
    }
    return quality;
}

}  // namespace

base::Result<FrameFormat> choose_frame_format(std::string_view path, const http::Query& query, std::string_view accept) {
    const auto dot = path.rfind('.');
    if (dot != std::string_view::npos) {
        const auto format = by_name(path.substr(dot + 1));
        if (format) return *format;
    }
    if (const auto word = query.find("format")) {
        const auto format = by_name(*word);
        if (format) return *format;
        return base::make_error(base::ErrorCode::bad_query, "?format= is '" + std::string(word->substr(0, 40)) +
                                                                "'; here it takes jpeg, png, webp, exr, raw or json");
    }
    if (http::trim(accept).empty()) return FrameFormat{};
    const Choice* best = nullptr;
    double best_quality = 0;
    for (const auto& choice : kChoices) {
        const double quality = quality_of(accept, choice.mime);
        if (quality <= best_quality) continue;
        best = &choice;
        best_quality = quality;
    }
    if (best != nullptr) return best->format;
    return base::make_error(base::ErrorCode::not_acceptable,
                            "a frame is to be had as image/jpeg, image/png, image/webp, image/x-exr, application/json or "
                            "application/octet-stream, and Accept wants none of them");
}

}  // namespace octane::endpoints
