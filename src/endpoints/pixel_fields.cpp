#include "endpoints/pixel_fields.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "frames/encode.hpp"
#include "wire/field_path.hpp"
#include "wire/reader.hpp"

namespace octane::endpoints {
namespace {

using base::ErrorCode;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::array<std::string_view, 3> kWidths = {"width", "cols", "w"};
constexpr std::array<std::string_view, 3> kHeights = {"height", "rows", "h"};
constexpr std::array<std::string_view, 6> kSteps = {"step", "pitch", "stride", "row_bytes", "bytes_per_line", "row_step"};
constexpr std::array<std::string_view, 3> kEncodings = {"encoding", "pixel_format", "format"};
constexpr std::array<std::string_view, 3> kOrders = {"is_bigendian", "is_big_endian", "bigendian"};

base::Error bad_pixels(std::string message) {
    return base::make_error(ErrorCode::bad_query, std::move(message));
}

bool can_be_number(const FieldDescriptor& field) {
    const auto type = field.type();
    return !field.is_repeated() && (type == FieldDescriptor::TYPE_INT32 || type == FieldDescriptor::TYPE_UINT32 ||
                                    type == FieldDescriptor::TYPE_INT64 || type == FieldDescriptor::TYPE_UINT64);
}
bool can_be_word(const FieldDescriptor& field) {
    return !field.is_repeated() &&
           (field.type() == FieldDescriptor::TYPE_STRING || field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM);
}
bool can_be_switch(const FieldDescriptor& field) {
    return !field.is_repeated() && field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL;
}

const FieldDescriptor* first_of(const Descriptor& message, std::span<const std::string_view> names,
                                bool (*fits)(const FieldDescriptor&)) {
    for (const auto name : names) {
        const auto* const field = wire::find_field(message, name);
        if (field != nullptr && fits(*field)) return field;
    }
    return nullptr;
}

std::uint64_t number_in(const base::ByteChain& message, const FieldDescriptor* field) {
    if (field == nullptr) return 0;
    return wire::last_varint(message, static_cast<std::uint32_t>(field->number())).value_or(0);
}

std::string word_in(const base::ByteChain& message, const FieldDescriptor* field) {
    if (field == nullptr) return {};
    if (field->type() == FieldDescriptor::TYPE_STRING) {
        const auto text = wire::find_bytes({{.field = field}}, message);
        return text ? text->flatten() : std::string();
    }
    const auto* const value = field->enum_type()->FindValueByNumber(static_cast<int>(number_in(message, field)));
    return value != nullptr ? value->name() : std::string();
}

// "0.3,20"
std::optional<frames::ValueRange> parse_range(std::string_view text) {
    const auto comma = text.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    const auto read = [](std::string_view digits, double& value) {
        const auto* const end = digits.data() + digits.size();
        const auto [stopped, failed] = std::from_chars(digits.data(), end, value);
        return failed == std::errc() && stopped == end;
    };
    frames::ValueRange range;
    if (!read(text.substr(0, comma), range.least) || !read(text.substr(comma + 1), range.greatest)) return std::nullopt;
    const double width = range.greatest - range.least;
    if (!(width > 0) || !std::isfinite(width) || !std::isfinite(65535 / width)) return std::nullopt;
    return range;
}

}  // namespace

base::Result<std::optional<PixelFields>> PixelFields::from(const http::Query& query, const wire::BytesPath& pixels) {
    const auto word = query.find("picture");
    if (!word) {
        for (const char* const name : {"layout", "quality", "value-range"}) {
            if (query.find(name))
                return bad_pixels("?" + std::string(name) + "= is for ?picture=, which makes a picture of raw pixels");
        }
        return std::optional<PixelFields>();
    }
    PixelFields fields;
    const auto format = frames::parse_format(*word);
    if (!format || *format == frames::Format::both || *format == frames::Format::raw)
        return bad_pixels("?picture= is '" + std::string(word->substr(0, 40)) + "'; it takes png, jpeg, webp or exr");
    fields.format_ = *format;
    if (const auto text = query.find("quality")) {
        const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), fields.quality_);
        if (failed != std::errc() || end != text->data() + text->size() || fields.quality_ < 1 || fields.quality_ > 100)
            return bad_pixels("?quality= is '" + std::string(text->substr(0, 40)) + "'; it takes a number from 1 to 100");
    }
    if (const auto text = query.find("value-range")) {
        fields.range_ = parse_range(*text);
        if (!fields.range_)
            return bad_pixels("?value-range= is '" + std::string(text->substr(0, 40)) +
                              "'; it takes the values that are black and white, the lower one first, such as 0.3,20");
        if (fields.format_ == frames::Format::exr)
            return bad_pixels("?value-range= is for png, jpeg and webp; exr keeps the values as they are");
    }
    fields.holder_.assign(pixels.begin(), pixels.end() - 1);
    const Descriptor& holder = *pixels.back().field->containing_type();
    fields.width_ = first_of(holder, kWidths, can_be_number);
    fields.height_ = first_of(holder, kHeights, can_be_number);
    fields.step_ = first_of(holder, kSteps, can_be_number);
    fields.encoding_ = first_of(holder, kEncodings, can_be_word);
    fields.is_bigendian_ = first_of(holder, kOrders, can_be_switch);
    struct Part {
        std::string_view name;
        const FieldDescriptor** field;
        bool (*fits)(const FieldDescriptor&);
    };
    const std::array<Part, 5> parts = {{{"width", &fields.width_, can_be_number},
                                        {"height", &fields.height_, can_be_number},
                                        {"step", &fields.step_, can_be_number},
                                        {"encoding", &fields.encoding_, can_be_word},
                                        {"bigendian", &fields.is_bigendian_, can_be_switch}}};
    std::string_view layout = query.find("layout").value_or("");
    while (!layout.empty()) {
        const auto comma = layout.find(',');
        const auto pair = layout.substr(0, comma);
        layout.remove_prefix(comma == std::string_view::npos ? layout.size() : comma + 1);
        const auto colon = pair.find(':');
        const auto part = std::ranges::find(parts, pair.substr(0, colon), &Part::name);
        const auto* const field = colon == std::string_view::npos ? nullptr : wire::find_field(holder, pair.substr(colon + 1));
        if (field == nullptr && colon != std::string_view::npos && pair.substr(0, colon) == "encoding" &&
            frames::is_plain_encoding(pair.substr(colon + 1))) {
            fields.encoding_word_ = pair.substr(colon + 1);
            continue;
        }
        if (part == parts.end() || field == nullptr || !part->fits(*field)) {
            return bad_pixels("?layout= has '" + std::string(pair.substr(0, 60)) +
                              "'; it takes width, height, step, encoding or bigendian, a colon and a field of " +
                              holder.full_name() + " that can be that; encoding also a name such as mono16");
        }
        *part->field = field;
    }
    if (fields.width_ == nullptr || fields.height_ == nullptr)
        return bad_pixels("?picture= needs to know the width and height, and " + holder.full_name() +
                          " has no numbers of these names; ?layout=width:<field>,height:<field> says which they are");
    fields.name_ = std::string(*word) + ' ' + std::to_string(fields.quality_) + ' ' +
                   std::string(query.find("layout").value_or("")) + ' ' + std::string(query.find("value-range").value_or(""));
    return std::optional<PixelFields>(std::move(fields));
}

std::string_view PixelFields::type() const {
    return frames::mime_of(format_);
}

base::Result<std::string> PixelFields::encode(const base::ByteChain& answer, base::ByteChain pixels) const {
    base::ByteChain message = answer;
    if (!holder_.empty()) {
        auto found = wire::find_bytes(holder_, answer);
        if (!found) return std::move(found).error();
        message = *std::move(found);
    }
    constexpr std::uint64_t kTooMany = 1U << 31U;
    frames::PlainPicture picture;
    picture.width = static_cast<std::uint32_t>(std::min(number_in(message, width_), kTooMany));
    picture.height = static_cast<std::uint32_t>(std::min(number_in(message, height_), kTooMany));
    picture.step = static_cast<std::size_t>(std::min(number_in(message, step_), kTooMany));
    picture.encoding = encoding_word_.empty() ? word_in(message, encoding_) : encoding_word_;
    picture.is_bigendian = number_in(message, is_bigendian_) != 0;
    picture.pixels = std::move(pixels);
    return frames::encode_plain(picture, format_, quality_, range_);
}

}  // namespace octane::endpoints
