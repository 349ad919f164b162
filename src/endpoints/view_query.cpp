#include "endpoints/view_query.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "endpoints/render_pass.hpp"

namespace octane::endpoints {
namespace {

using base::Done;
using base::Result;
using frames::Variant;
using frames::ViewerOptions;

constexpr std::uint32_t kLargestSide = 65535;
constexpr double kMostStops = frames::kLargestExposure / 1000.0;

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

Result<Done> read_format(const http::Query& query, Variant& variant, std::string_view formats) {
    if (const auto word = query.find("format")) {
        const auto format = frames::parse_format(*word);
        if (!format) return bad("format", *word, formats);
        variant.format = *format;
    }
    if (const auto text = query.find("quality")) {
        const auto quality = read_number<int>(*text);
        if (!quality || *quality < 1 || *quality > 100) return bad("quality", *text, "a number from 1 to 100");
        variant.quality = *quality;
    }
    return Done{};
}

Result<Done> read_size(const http::Query& query, Variant& variant) {
    for (const auto& [name, side] : {std::pair("width", &variant.max_width), std::pair("height", &variant.max_height)}) {
        const auto text = query.find(name);
        if (!text) continue;
        const auto pixels = read_number<std::uint32_t>(*text);
        if (!pixels || *pixels == 0 || *pixels > kLargestSide) return bad(name, *text, "a number of pixels from 1 to 65535");
        *side = *pixels;
    }
    return Done{};
}

Result<Done> read_rate(const http::Query& query, ViewerOptions& options) {
    const auto text = query.find("fps");
    if (!text) return Done{};
    const auto fps = read_number<double>(*text);
    if (!fps || !std::isfinite(*fps) || *fps < 0.01 || *fps > 1000)
        return bad("fps", *text, "frames per second from 0.01 to 1000");
    options.frame_interval = std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / *fps));
    return Done{};
}

Result<Done> read_events(const http::Query& query, ViewerOptions& options) {
    const auto words = query.find("events");
    if (!words) return Done{};
    for (std::string_view rest = *words;;) {
        const auto comma = rest.find(',');
        const auto word = rest.substr(0, comma);
        if (word != "calls" && word != "statistics")
            return bad("events", *words, "calls, statistics, or both with a comma between them");
        (word == "calls" ? options.wants_calls : options.wants_statistics) = true;
        if (comma == std::string_view::npos) return Done{};
        rest.remove_prefix(comma + 1);
    }
}

Result<Done> read_look(const http::Query& query, frames::Look& look) {
    if (const auto text = query.find("exposure")) {
        // "+1.5" is sent as "%2B1.5", and as "+1.5" by those who forget that a plus means a space.
        std::string_view number = *text;
        if ((number.starts_with('+') || number.starts_with(' ')) && !number.substr(1).starts_with('-')) number.remove_prefix(1);
        const auto stops = read_number<double>(number);
        if (!stops || !(std::abs(*stops) <= kMostStops)) return bad("exposure", *text, "stops from -32 to 32, such as 1.5");
        look.exposure_millistops = static_cast<std::int32_t>(std::lround(*stops * 1000));
    }
    if (const auto word = query.find("curve")) {
        const auto curve = frames::parse_curve(*word);
        if (!curve) return bad("curve", *word, "srgb, linear or aces");
        look.curve = *curve;
    }
    if (const auto word = query.find("alpha")) {
        const auto alpha = frames::parse_alpha(*word);
        if (!alpha) return bad("alpha", *word, "keep, opaque or checkerboard");
        look.alpha = *alpha;
    }
    return Done{};
}

// "640,60": a width and a quality.
Result<Done> read_motion(const http::Query& query, Variant& variant) {
    const auto text = query.find("motion");
    if (!text) return Done{};
    const auto comma = text->find(',');
    const auto width = read_number<std::uint32_t>(text->substr(0, comma));
    const auto quality = comma == std::string_view::npos ? std::nullopt : read_number<int>(text->substr(comma + 1));
    if (!width || !quality || *width == 0 || *width > kLargestSide || *quality < 1 || *quality > 100)
        return bad("motion", *text, "a width in pixels and a quality from 1 to 100, such as 640,60");
    variant.motion = frames::MotionForm{*width, *quality};
    return Done{};
}

// "png", or a format that loses something with a quality: "webp,95".
Result<Done> read_final(const http::Query& query, Variant& variant) {
    const auto text = query.find("final");
    if (!text) return Done{};
    const auto comma = text->find(',');
    const auto format = frames::parse_format(text->substr(0, comma));
    const bool is_lossy = format == frames::Format::jpeg || format == frames::Format::webp;
    frames::LastForm last;
    bool is_fit = format == frames::Format::png || is_lossy;
    if (is_fit) last.format = *format;
    if (comma != std::string_view::npos) {
        const auto quality = read_number<int>(text->substr(comma + 1));
        is_fit = is_fit && is_lossy && quality && *quality >= 1 && *quality <= 100;
        if (is_fit) last.quality = *quality;
    }
    if (!is_fit) return bad("final", *text, "png, or jpeg or webp with a quality from 1 to 100, such as webp,95");
    variant.last = last;
    return Done{};
}

}  // namespace

Result<ViewerOptions> read_view_query(const http::Query& query, const schema::Schema& schema, ViewerOptions options,
                                      std::string_view formats) {
    Variant& variant = options.variant;
    for (const auto& read :
         {read_format(query, variant, formats), read_size(query, variant), read_rate(query, options),
          read_look(query, variant.look), read_events(query, options), read_motion(query, variant), read_final(query, variant)}) {
        if (!read) return read.error();
    }
    if (const auto word = query.find("pass")) {
        const auto pass = find_render_pass(*word, schema);
        if (!pass) return pass.error();
        variant.render_pass = *pass;
    }
    return options;
}

}  // namespace octane::endpoints
