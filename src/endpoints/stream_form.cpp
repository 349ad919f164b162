#include "endpoints/stream_form.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "frames/containers.hpp"
#include "http/accept.hpp"
#include "http/header_list.hpp"

namespace octane::endpoints {
namespace {

using base::ErrorCode;

constexpr std::array<std::pair<std::string_view, StreamForm>, 8> kWords = {{{"sse", StreamForm::events},
                                                                            {"events", StreamForm::events},
                                                                            {"ndjson", StreamForm::lines},
                                                                            {"lines", StreamForm::lines},
                                                                            {"json", StreamForm::array},
                                                                            {"array", StreamForm::array},
                                                                            {"multipart", StreamForm::parts},
                                                                            {"bytes", StreamForm::bytes}}};

// What Accept may name, the likeliest first: of equal wishes the first counts.
constexpr std::array<std::pair<std::string_view, StreamForm>, 6> kTypes = {{{"application/x-ndjson", StreamForm::lines},
                                                                            {"application/jsonl", StreamForm::lines},
                                                                            {"application/json", StreamForm::array},
                                                                            {"text/event-stream", StreamForm::events},
                                                                            {"multipart/x-mixed-replace", StreamForm::parts},
                                                                            {"application/ndjson", StreamForm::lines}}};

}  // namespace

base::Result<std::optional<StreamForm>> choose_stream_form(const http::Query& query, std::string_view accept, bool is_http_body) {
    const bool is_bytes = query.find("raw").has_value() || is_http_body;
    if (const auto word = query.find("stream")) {
        const auto found = std::ranges::find(kWords, *word, &std::pair<std::string_view, StreamForm>::first);
        if (found == kWords.end()) {
            return base::make_error(ErrorCode::bad_query, "?stream= is '" + std::string(word->substr(0, 40)) +
                                                              "'; it takes sse, ndjson, json, multipart or bytes");
        }
        const bool takes_bytes = found->second == StreamForm::parts || found->second == StreamForm::bytes;
        if (takes_bytes && !is_bytes) {
            return base::make_error(ErrorCode::bad_query,
                                    "?stream=" + std::string(*word) + " sends bytes: ?raw= has to say which field they are in");
        }
        if (!takes_bytes && query.find("raw")) {
            return base::make_error(ErrorCode::bad_query, "?raw= gives bytes, which ?stream=" + std::string(*word) +
                                                              " cannot carry; multipart and bytes can");
        }
        return std::optional(found->second);
    }
    if (query.find("raw")) {
        if (accept.find("multipart/x-mixed-replace") != std::string_view::npos) return std::optional(StreamForm::parts);
        return std::optional<StreamForm>();
    }
    if (is_http_body) return std::optional(StreamForm::bytes);
    if (accept.empty()) return std::optional(StreamForm::lines);
    std::vector<std::string_view> types;
    for (const auto& [type, form] : kTypes) types.push_back(type);
    // Who names a type wants that, whatever else would do.
    std::string named;
    for (std::string_view rest = accept; !rest.empty();) {
        const auto item = http::take_item(rest);
        if (!item.starts_with("*/*")) named += std::string(named.empty() ? "" : ",") + std::string(item);
    }
    auto best = named.empty() ? std::nullopt : http::best_media_type(named, types);
    if (!best) best = http::best_media_type(accept, types);
    if (!best) {
        return base::make_error(
            ErrorCode::not_acceptable,
            "a stream can be had as application/x-ndjson, text/event-stream or application/json; Accept has none of "
            "them");
    }
    return std::optional(kTypes[*best].second);
}

std::string StreamText::content_type(std::string_view first) const {
    switch (form_) {
        case StreamForm::events: return "text/event-stream";
        case StreamForm::lines: return "application/x-ndjson";
        case StreamForm::array: return "application/json";
        case StreamForm::parts: return "multipart/x-mixed-replace; boundary=" + std::string(frames::kBoundary);
        case StreamForm::bytes: break;
    }
    return first.empty() ? "application/octet-stream" : std::string(first);
}

const StreamText::Parts& StreamText::message(std::string_view json, std::uint64_t number) {
    const bool is_first = !std::exchange(has_message_, true);
    switch (form_) {
        case StreamForm::events:
            head_ = "id: " + std::to_string(number) + "\ndata: ";
            parts_ = {head_, json, "\n\n"};
            break;
        case StreamForm::array: parts_ = {opening(), is_first ? "" : ",\n", json}; break;
        default: parts_ = {json, "\n"};
    }
    return parts_;
}

const StreamText::Parts& StreamText::message(const base::ByteChain& bytes, std::string_view type, std::uint64_t number,
                                             std::uint64_t dropped) {
    parts_.clear();
    if (form_ == StreamForm::parts) {
        head_ = "--" + std::string(frames::kBoundary) + "\r\nContent-Type: " + std::string(type) +
                "\r\nContent-Length: " + std::to_string(bytes.size()) + "\r\nX-Seq: " + std::to_string(number) +
                "\r\nX-Dropped: " + std::to_string(dropped) + "\r\n\r\n";
        parts_.push_back(head_);
    }
    parts_.insert(parts_.end(), bytes.segments().begin(), bytes.segments().end());
    if (form_ == StreamForm::parts) parts_.push_back("\r\n");
    return parts_;
}

const StreamText::Parts& StreamText::heart_beat() {
    if (form_ == StreamForm::parts) return parts_;  // those of the newest message are still there
    parts_.clear();
    if (form_ == StreamForm::events) parts_ = {": still here\n\n"};
    if (form_ == StreamForm::lines) parts_ = {"\n"};
    if (form_ == StreamForm::array) parts_ = {opening(), "\n"};
    return parts_;
}

const StreamText::Parts& StreamText::end(std::string_view summary, bool has_failed) {
    parts_.clear();
    switch (form_) {
        case StreamForm::events: parts_ = {has_failed ? "event: error\ndata: " : "event: end\ndata: ", summary, "\n\n"}; break;
        case StreamForm::lines:
            if (has_failed) parts_ = {summary, "\n"};
            break;
        case StreamForm::array:
            parts_ = {opening(), has_failed && has_message_ ? ",\n" : "", has_failed ? summary : "", "]\n"};
            break;
        case StreamForm::parts: parts_ = {"--", frames::kBoundary, "--\r\n"}; break;
        case StreamForm::bytes: break;
    }
    return parts_;
}

// Of the array, once.
std::string_view StreamText::opening() {
    return std::exchange(is_open_, true) ? "" : "[";
}

}  // namespace octane::endpoints
