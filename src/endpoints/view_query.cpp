#include "endpoints/view_query.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

namespace octane::endpoints {
namespace {

constexpr std::uint32_t kLargestSide = 65535;

base::Error bad(std::string_view name, std::string_view value, std::string_view rule) {
    return base::make_error(base::ErrorCode::bad_query, "?" + std::string(name) + "= is '" + std::string(value.substr(0, 40)) +
                                                            "'; it takes " + std::string(rule));
}

template <typename Number>
std::optional<Number> read_number(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string upper(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return result;
}

// "BEAUTY" and "render_pass_beauty" are one name; a number stands for itself.
std::optional<std::int32_t> find_pass(std::string_view word, const schema::Schema& schema) {
    if (const auto number = read_number<std::int32_t>(word)) return number;
    constexpr std::string_view kPrefix = "RENDER_PASS_";
    const auto* passes = schema.pool().FindEnumTypeByName("octaneapi.RenderPassId");
    if (passes == nullptr) return std::nullopt;
    std::string name = upper(word);
    if (!name.starts_with(kPrefix)) name = std::string(kPrefix) + name;
    const auto* value = passes->FindValueByName(name);
    if (value == nullptr) return std::nullopt;
    return value->number();
}

}  // namespace

base::Result<frames::ViewerOptions> read_view_query(const http::Query& query, const schema::Schema& schema) {
    frames::ViewerOptions options;
    if (const auto word = query.find("format")) {
        const auto format = frames::parse_format(*word);
        if (!format) return bad("format", *word, "both, raw, jpeg, png or webp");
        options.variant.format = *format;
    }
    if (const auto text = query.find("quality")) {
        const auto quality = read_number<int>(*text);
        if (!quality || *quality < 1 || *quality > 100) return bad("quality", *text, "a number from 1 to 100");
        options.variant.quality = *quality;
    }
    for (const auto& [name, side] :
         {std::pair("width", &options.variant.max_width), std::pair("height", &options.variant.max_height)}) {
        const auto text = query.find(name);
        if (!text) continue;
        const auto pixels = read_number<std::uint32_t>(*text);
        if (!pixels || *pixels == 0 || *pixels > kLargestSide) return bad(name, *text, "a number of pixels from 1 to 65535");
        *side = *pixels;
    }
    if (const auto text = query.find("fps")) {
        const auto fps = read_number<double>(*text);
        if (!fps || !std::isfinite(*fps) || *fps < 0.01 || *fps > 1000)
            return bad("fps", *text, "frames per second from 0.01 to 1000");
        options.frame_interval = std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / *fps));
    }
    if (const auto word = query.find("pass")) {
        options.variant.render_pass = find_pass(*word, schema);
        if (!options.variant.render_pass)
            return bad("pass", *word, "a render pass by number or by name, such as 0, BEAUTY or RENDER_PASS_DIFFUSE");
    }
    return options;
}

}  // namespace octane::endpoints
