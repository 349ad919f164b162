#include "endpoints/raw_bytes.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <utility>

#include "endpoints/content_type.hpp"

namespace octane::endpoints {
namespace {

using base::ErrorCode;

// As a header's value: one slash, and nothing that would end the line.
bool is_media_type(std::string_view text) {
    constexpr std::size_t kLongest = 200;
    const auto slash = text.find('/');
    const bool is_plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7F; });
    return is_plain && text.size() <= kLongest && slash != std::string_view::npos && slash > 0 && slash + 1 < text.size();
}

}  // namespace

void keep_harmless(http::Response& response) {
    response.headers.emplace_back("Content-Security-Policy", "sandbox");
}

std::optional<wire::BytesPath> RawBytes::http_body(const google::protobuf::Descriptor& message, std::string_view part) {
    if (part.empty() && message.full_name() != "google.api.HttpBody") return std::nullopt;  // each call asks this
    auto path = wire::parse_bytes_path(message, part.empty() ? "data" : std::string(part) + ".data");
    if (!path || path->back().field->containing_type()->full_name() != "google.api.HttpBody") return std::nullopt;
    const bool is_listed = std::ranges::any_of(*path, [](const wire::BytesStep& step) { return step.field->is_repeated(); });
    return is_listed ? std::nullopt : std::optional(*std::move(path));
}

wire::BytesPath RawBytes::content_type_beside(wire::BytesPath data) {
    data.back().field = data.back().field->containing_type()->FindFieldByName("content_type");
    return data;
}

base::Result<std::optional<RawBytes>> RawBytes::from(const http::Query& query, const google::protobuf::Descriptor& answer,
                                                     std::string_view part) {
    const auto asked = query.find("raw");
    const auto type = query.find("type");
    const auto body = asked ? std::nullopt : http_body(answer, part);
    if (asked && asked->empty())
        return base::make_error(ErrorCode::bad_query,
                                "?raw= takes the path of a bytes field, such as renderImages.data.0.buffer.data");
    if (type && !is_media_type(*type))
        return base::make_error(ErrorCode::bad_query, "?type= is '" + std::string(type->substr(0, 40)) +
                                                          "'; it takes a media type, such as image/jpeg");
    if (!asked && !body) {
        if (query.all().empty()) return std::optional<RawBytes>();
        for (const char* const name : {"type", "picture", "layout", "quality", "value-range"}) {
            if (query.find(name))
                return base::make_error(ErrorCode::bad_query,
                                        "?" + std::string(name) + "= says more of what ?raw= names, and there is no ?raw=");
        }
        return std::optional<RawBytes>();
    }
    RawBytes raw;
    if (body) {
        raw.path_ = *body;
    } else {
        auto path = wire::parse_bytes_path(answer, *asked);
        if (!path) return std::move(path).error();
        raw.path_ = *std::move(path);
    }
    if (type) raw.type_ = *type;
    auto pixels = PixelFields::from(query, raw.path_);
    if (!pixels) return std::move(pixels).error();
    raw.pixels_ = *std::move(pixels);
    if (body && !type) raw.type_path_ = content_type_beside(*body);
    return std::optional<RawBytes>(std::move(raw));
}

base::Result<RawBytes::Content> RawBytes::of(const base::ByteChain& answer) const {
    if (pixels_) {
        Content content;
        auto file = picture(answer);
        if (!file) return std::move(file).error();
        content.bytes = base::ByteChain::own(*std::move(file));
        content.type = pixels_->type();
        return content;
    }
    auto bytes = wire::find_bytes(path_, answer);
    if (!bytes) return std::move(bytes).error();
    return content_of(*std::move(bytes), answer);
}

base::Result<RawBytes::Content> RawBytes::of_one_of_many(const base::ByteChain& answer) const {
    auto content = of(answer);
    const bool is_missing = !content && !pixels_ && content.error().code == ErrorCode::path_not_found;
    return is_missing ? content_of({}, answer) : content;
}

base::Result<RawBytes::Content> RawBytes::content_of(base::ByteChain bytes, const base::ByteChain& answer) const {
    Content content;
    content.bytes = std::move(bytes);
    content.type = type_;
    if (!type_path_.empty()) {
        auto said = wire::find_bytes(type_path_, answer);
        if (!said) return std::move(said).error();
        content.type = said->flatten();
        if (!is_media_type(content.type)) content.type.clear();
    }
    if (content.type.empty()) content.type = recognise_content(content.bytes);
    return content;
}

base::Result<std::string> RawBytes::picture(const base::ByteChain& answer) const {
    auto bytes = wire::find_bytes(path_, answer);
    if (!bytes) return std::move(bytes).error();
    return pixels_->encode(answer, *std::move(bytes));
}

}  // namespace octane::endpoints
