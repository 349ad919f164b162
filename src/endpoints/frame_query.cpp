#include "endpoints/frame_query.hpp"

#include <charconv>
#include <utility>

#include "frames/picture.hpp"

namespace octane::endpoints {
namespace {

constexpr std::uint64_t kLongestWait = 60000;  // milliseconds

base::Result<std::optional<std::uint64_t>> read_count(const http::Query& query, std::string_view name, std::uint64_t most,
                                                      std::string_view rule) {
    const auto text = query.find(name);
    if (!text) return std::optional<std::uint64_t>();
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error == std::errc() && end == text->data() + text->size() && number <= most) return std::optional(number);
    return base::make_error(base::ErrorCode::bad_query, "?" + std::string(name) + "= is '" + std::string(text->substr(0, 40)) +
                                                            "'; it takes " + std::string(rule));
}

// "SEQ", or "EPOCH.SEQ".
base::Result<std::optional<FrameMark>> read_mark(const http::Query& query) {
    const auto text = query.find("after");
    if (!text) return std::optional<FrameMark>();
    FrameMark mark;
    const char* at = text->data();
    const char* const end = at + text->size();
    auto read = std::from_chars(at, end, mark.seq);
    if (read.ec == std::errc() && read.ptr != end && *read.ptr == '.') {
        mark.epoch = mark.seq;
        read = std::from_chars(read.ptr + 1, end, mark.seq);
    }
    if (read.ec == std::errc() && read.ptr == end) return std::optional(mark);
    return base::make_error(base::ErrorCode::bad_query,
                            "?after= is '" + std::string(text->substr(0, 40)) +
                                "'; it takes the seq of a frame, a whole number, or its epoch and seq, such as 1234.56");
}

// All that the bytes of a form depend on, besides the frame.
std::string form_tag(const FrameQuery& query, bool is_stale) {
    const frames::Variant form = frames::picture_key(query.variant);
    if (query.format.is_description) return is_stale ? "json.stale" : "json";
    std::string tag(frames::kFormatNames[static_cast<std::size_t>(form.format)]);
    const auto add = [&tag](std::int64_t number) { tag += '.' + std::to_string(number); };
    if (form.render_pass) tag += ".p" + std::to_string(*form.render_pass);
    if (form.format == frames::Format::raw || form.format == frames::Format::exr) return tag;
    add(form.quality);
    add(form.max_width);
    add(form.max_height);
    add(form.look.exposure_millistops);
    add(static_cast<std::int64_t>(form.look.curve));
    add(static_cast<std::int64_t>(form.look.alpha));
    return tag;
}

}  // namespace

base::Result<FrameQuery> read_frame_query(const http::Request& request, const schema::Schema& schema) {
    FrameQuery result;
    const auto format = choose_frame_format(request.path, request.query, request.header("Accept"));
    if (!format) return format.error();
    result.format = *format;
    http::Query view = request.query;
    view.remove("format");
    const auto options = read_view_query(view, schema);
    if (!options) return options.error();
    result.variant = options->variant;
    result.variant.format = format->format;
    result.variant.container = frames::Container::frame;
    const auto after = read_mark(request.query);
    if (!after) return after.error();
    result.after = *after;
    const auto wait = read_count(request.query, "wait", kLongestWait, "milliseconds from 0 to 60000");
    if (!wait) return wait.error();
    if (*wait) result.wait = std::chrono::milliseconds(**wait);
    const auto fresh = read_count(request.query, "fresh", 1, "0 or 1");
    if (!fresh) return fresh.error();
    result.wants_fresh = fresh->value_or(0) == 1;
    return result;
}

std::string make_frame_etag(std::string_view run, const frames::Frame& frame, const FrameQuery& query, bool is_stale) {
    std::string tag = "\"";
    tag += run;
    tag += '-' + std::to_string(frame.epoch) + '-' + std::to_string(frame.seq) + '-' + form_tag(query, is_stale) + '"';
    return tag;
}

bool names_etag(std::string_view if_none_match, std::string_view etag) {
    return if_none_match == "*" || if_none_match.find(etag) != std::string_view::npos;
}

}  // namespace octane::endpoints
