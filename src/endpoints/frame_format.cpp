#include "endpoints/frame_format.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "http/accept.hpp"
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
    std::array<std::string_view, kChoices.size()> types;
    std::ranges::transform(kChoices, types.begin(), &Choice::mime);
    if (const auto best = http::best_media_type(accept, types)) return kChoices[*best].format;
    return base::make_error(base::ErrorCode::not_acceptable,
                            "a frame is to be had as image/jpeg, image/png, image/webp, image/x-exr, application/json or "
                            "application/octet-stream, and Accept wants none of them");
}

}  // namespace octane::endpoints
