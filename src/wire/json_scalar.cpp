#include "wire/json_scalar.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

#include "base/nearest.hpp"
#include "base/utf8.hpp"
#include "wire/base64.hpp"
#include "wire/json_text.hpp"
#include "wire/writer.hpp"

namespace octane::wire {
namespace {

using base::join_names;
using base::nearest_names;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using Kind = JsonScalar::Kind;

constexpr std::size_t kLongestQuote = 60;

// A number in text form, by JSON's grammar as far as it matters: digits first, so that "inf" and "nan" are not numbers here.
template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
    const std::size_t first = text.starts_with('-') ? 1 : 0;
    if (text.size() == first || text[first] < '0' || text[first] > '9') return std::nullopt;
    Number number{};
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    if constexpr (std::is_floating_point_v<Number>) {
        // Out of range says both too large and too small; what is too small is the nearest number that there is.
        if (status == std::errc::result_out_of_range && end == text.data() + text.size()) {
            number = std::strtod(std::string(text).c_str(), nullptr);
            return std::abs(number) < 1 ? std::optional<Number>(number) : std::nullopt;
        }
    }
    if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<double> to_real(const JsonScalar& value) {
    switch (value.kind) {
        case Kind::negative: return value.negative == 0 ? -0.0 : static_cast<double>(value.negative);
        case Kind::natural: return static_cast<double>(value.natural);
        case Kind::real: return value.real;
        case Kind::text:
            if (*value.text == "NaN") return std::numeric_limits<double>::quiet_NaN();
            if (*value.text == "Infinity") return std::numeric_limits<double>::infinity();
            if (*value.text == "-Infinity") return -std::numeric_limits<double>::infinity();
            return parse_number<double>(*value.text);
        default: return std::nullopt;
    }
}

struct WholeNumber {
    std::uint64_t magnitude = 0;
    bool is_negative = false;  // also for -0
};

// A decimal number such as "-12", "5.0" or "1.2e3" as the whole number that it is, to the last digit; nothing if it is none, or
// is beyond 64 bits. One pass over the digits, without a double in between.
std::optional<WholeNumber> parse_whole(std::string_view text) {
    constexpr std::int64_t kFarExponent = 1'000'000'000'000;  // beyond any body's number of digits
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    WholeNumber whole;
    if (text.starts_with('-')) {
        whole.is_negative = true;
        text.remove_prefix(1);
    }
    std::size_t end = 0;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end == 0) return std::nullopt;
    const auto before_point = static_cast<std::int64_t>(end);
    if (end < text.size() && text[end] == '.') {
        for (++end; end < text.size() && is_digit(text[end]);) ++end;
    }
    const std::string_view digits = text.substr(0, end);
    std::int64_t exponent = 0;
    if (end < text.size()) {
        if (text[end] != 'e' && text[end] != 'E') return std::nullopt;
        std::string_view power = text.substr(end + 1);
        const bool is_small = power.starts_with('-');
        if (is_small || power.starts_with('+')) power.remove_prefix(1);
        if (power.empty()) return std::nullopt;
        for (const char c : power) {
            if (!is_digit(c)) return std::nullopt;
            exponent = std::min(exponent * 10 + (c - '0'), kFarExponent);
        }
        if (is_small) exponent = -exponent;
    }
    std::int64_t weight = before_point + exponent;  // the power of ten of the digit last read, plus one
    for (const char c : digits) {
        if (c == '.') continue;
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (--weight < 0) {
            if (digit != 0) return std::nullopt;
        } else {
            if (whole.magnitude > (kMost - digit) / 10) return std::nullopt;
            whole.magnitude = whole.magnitude * 10 + digit;
        }
    }
    for (; whole.magnitude != 0 && weight > 0; --weight) {
        if (whole.magnitude > kMost / 10) return std::nullopt;
        whole.magnitude *= 10;
    }
    return whole;
}

std::optional<WholeNumber> to_whole(const JsonScalar& value) {
    switch (value.kind) {
        case Kind::negative: return WholeNumber{~static_cast<std::uint64_t>(value.negative) + 1, true};
        case Kind::natural: return WholeNumber{value.natural, false};
        case Kind::real:
        case Kind::text: return parse_whole(*value.text);
        default: return std::nullopt;
    }
}

std::optional<std::int64_t> to_signed(const JsonScalar& value) {
    const auto whole = to_whole(value);
    if (!whole) return std::nullopt;
    const std::uint64_t most =
        static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + (whole->is_negative ? 1 : 0);
    if (whole->magnitude > most) return std::nullopt;
    return static_cast<std::int64_t>(whole->is_negative ? ~whole->magnitude + 1 : whole->magnitude);
}

std::optional<std::uint64_t> to_unsigned(const JsonScalar& value) {
    const auto whole = to_whole(value);
    if (!whole || (whole->is_negative && whole->magnitude != 0)) return std::nullopt;
    return whole->magnitude;
}

template <typename Narrow, typename Wide>
std::optional<Narrow> narrow(std::optional<Wide> value) {
    if (!value || *value < Wide{std::numeric_limits<Narrow>::min()} || *value > Wide{std::numeric_limits<Narrow>::max()}) {
        return std::nullopt;
    }
    return static_cast<Narrow>(*value);
}

std::optional<float> to_float(const JsonScalar& value) {
    const std::optional<double> real = to_real(value);
    if (!real) return std::nullopt;
    // A little beyond the largest float still rounds to it ("3.4028235e38" does); half a step beyond rounds to infinity.
    constexpr double kLargest = std::numeric_limits<float>::max();
    constexpr double kHalfStep = 0x1p103;
    const double size = std::fabs(*real);
    if (std::isfinite(*real) && size > kLargest) {
        if (size >= kLargest + kHalfStep) return std::nullopt;
        return static_cast<float>(std::copysign(kLargest, *real));
    }
    return static_cast<float>(*real);
}

std::optional<bool> to_bool(const JsonScalar& value) {
    switch (value.kind) {
        case Kind::boolean: return value.is_true;
        case Kind::natural: return value.natural > 1 ? std::nullopt : std::optional<bool>(value.natural == 1);
        case Kind::text:
            if (*value.text == "true") return true;
            if (*value.text == "false") return false;
            return std::nullopt;
        default: return std::nullopt;
    }
}

std::optional<std::int32_t> to_enum(const EnumDescriptor& type, const JsonScalar& value) {
    if (const auto number = narrow<std::int32_t>(to_signed(value))) return number;
    if (value.kind != Kind::text) return std::nullopt;
    if (const EnumValueDescriptor* exact = type.FindValueByName(*value.text)) return exact->number();
    for (int i = 0; i < type.value_count(); ++i) {
        if (base::equals_ignoring_case(type.value(i)->name(), *value.text)) return type.value(i)->number();
    }
    return std::nullopt;
}

bool append_fixed64(std::optional<std::uint64_t> bits, std::string& out) {
    if (!bits) return false;
    for (unsigned i = 0; i < 8; ++i) out += static_cast<char>(*bits >> (8 * i));
    return true;
}

bool append_fixed32(std::optional<std::uint32_t> bits, std::string& out) {
    if (!bits) return false;
    for (unsigned i = 0; i < 4; ++i) out += static_cast<char>(*bits >> (8 * i));
    return true;
}

// Negative numbers of the plain signed types take ten bytes on the wire, also the 32-bit ones.
template <typename Integer>
bool append_integer(std::optional<Integer> value, std::string& out) {
    if (!value) return false;
    if constexpr (std::is_signed_v<Integer>) {
        append_varint(out, static_cast<std::uint64_t>(static_cast<std::int64_t>(*value)));
    } else {
        append_varint(out, *value);
    }
    return true;
}

bool append_zigzag(std::optional<std::int64_t> value, std::string& out) {
    if (!value) return false;
    const auto bits = static_cast<std::uint64_t>(*value);
    append_varint(out, (bits << 1U) ^ (*value < 0 ? ~std::uint64_t{0} : 0));
    return true;
}

template <typename Bits, typename Number>
std::optional<Bits> bits_of(std::optional<Number> value) {
    if (!value) return std::nullopt;
    return std::bit_cast<Bits>(*value);
}

bool append_text(const JsonScalar& value, std::string& out) {
    if (value.kind != Kind::text) return false;
    append_varint(out, value.text->size());
    out.append(*value.text);
    return true;
}

bool append_base64(const JsonScalar& value, std::string& out) {
    if (value.kind != Kind::text) return false;
    const std::optional<std::size_t> size = base64_decoded_size(*value.text);
    if (!size) return false;
    const std::size_t before = out.size();
    append_varint(out, *size);
    const std::size_t start = out.size();
    out.resize(start + *size);
    if (base64_decode_to(*value.text, out.data() + start)) return true;
    out.resize(before);
    return false;
}

template <typename Integer>
std::string describe_range() {
    return "an integer from " + std::to_string(std::numeric_limits<Integer>::min()) + " to " +
           std::to_string(std::numeric_limits<Integer>::max());
}

std::string describe_enum(const EnumDescriptor& type, const JsonScalar& value) {
    std::vector<std::string_view> names;
    for (int i = 0; i < type.value_count(); ++i) names.emplace_back(type.value(i)->name());
    std::string text = "a name or number of " + type.full_name();
    const auto nearest = value.kind == Kind::text ? nearest_names(*value.text, names, 3) : std::vector<std::string_view>{};
    return text + (nearest.empty() ? " (" + join_names(names, 3) : " (nearest: " + join_names(nearest, 3)) + ")";
}

}  // namespace

bool append_scalar(const FieldDescriptor& field, const JsonScalar& value, std::string& out) {
    switch (field.type()) {
        case FieldDescriptor::TYPE_INT32: return append_integer(narrow<std::int32_t>(to_signed(value)), out);
        case FieldDescriptor::TYPE_INT64: return append_integer(to_signed(value), out);
        case FieldDescriptor::TYPE_UINT32: return append_integer(narrow<std::uint32_t>(to_unsigned(value)), out);
        case FieldDescriptor::TYPE_UINT64: return append_integer(to_unsigned(value), out);
        case FieldDescriptor::TYPE_SINT32: {
            const auto number = narrow<std::int32_t>(to_signed(value));
            return append_zigzag(number ? std::optional<std::int64_t>(*number) : std::nullopt, out);
        }
        case FieldDescriptor::TYPE_SINT64: return append_zigzag(to_signed(value), out);
        case FieldDescriptor::TYPE_FIXED32: return append_fixed32(narrow<std::uint32_t>(to_unsigned(value)), out);
        case FieldDescriptor::TYPE_SFIXED32:
            return append_fixed32(bits_of<std::uint32_t>(narrow<std::int32_t>(to_signed(value))), out);
        case FieldDescriptor::TYPE_FIXED64: return append_fixed64(to_unsigned(value), out);
        case FieldDescriptor::TYPE_SFIXED64: return append_fixed64(bits_of<std::uint64_t>(to_signed(value)), out);
        case FieldDescriptor::TYPE_FLOAT: return append_fixed32(bits_of<std::uint32_t>(to_float(value)), out);
        case FieldDescriptor::TYPE_DOUBLE: return append_fixed64(bits_of<std::uint64_t>(to_real(value)), out);
        case FieldDescriptor::TYPE_BOOL: {
            const auto truth = to_bool(value);
            if (truth) out += static_cast<char>(*truth ? 1 : 0);
            return truth.has_value();
        }
        case FieldDescriptor::TYPE_ENUM: return append_integer(to_enum(*field.enum_type(), value), out);
        case FieldDescriptor::TYPE_STRING: return append_text(value, out);
        case FieldDescriptor::TYPE_BYTES: return append_base64(value, out);
        case FieldDescriptor::TYPE_MESSAGE:
        case FieldDescriptor::TYPE_GROUP: return false;
    }
    return false;
}

int wire_type_of(const FieldDescriptor& field) {
    switch (field.type()) {
        case FieldDescriptor::TYPE_DOUBLE:
        case FieldDescriptor::TYPE_FIXED64:
        case FieldDescriptor::TYPE_SFIXED64: return 1;
        case FieldDescriptor::TYPE_FLOAT:
        case FieldDescriptor::TYPE_FIXED32:
        case FieldDescriptor::TYPE_SFIXED32: return 5;
        case FieldDescriptor::TYPE_STRING:
        case FieldDescriptor::TYPE_BYTES:
        case FieldDescriptor::TYPE_MESSAGE: return 2;
        case FieldDescriptor::TYPE_GROUP: return 3;
        default: return 0;
    }
}

std::string describe_expected(const FieldDescriptor& field, const JsonScalar& value) {
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_INT32: return describe_range<std::int32_t>();
        case FieldDescriptor::CPPTYPE_INT64: return describe_range<std::int64_t>();
        case FieldDescriptor::CPPTYPE_UINT32: return describe_range<std::uint32_t>();
        case FieldDescriptor::CPPTYPE_UINT64: return describe_range<std::uint64_t>();
        case FieldDescriptor::CPPTYPE_FLOAT: return R"(a number within float's range, "NaN", "Infinity" or "-Infinity")";
        case FieldDescriptor::CPPTYPE_DOUBLE: return R"(a number, "NaN", "Infinity" or "-Infinity")";
        case FieldDescriptor::CPPTYPE_BOOL: return "true or false";
        case FieldDescriptor::CPPTYPE_ENUM: return describe_enum(*field.enum_type(), value);
        case FieldDescriptor::CPPTYPE_STRING:
            return field.type() == FieldDescriptor::TYPE_BYTES ? R"(base64 text or {"type":"Buffer","data":[…]})" : "a string";
        case FieldDescriptor::CPPTYPE_MESSAGE: return "an object (" + field.message_type()->full_name() + ")";
    }
    return "another value";
}

std::string describe_found(const JsonScalar& value) {
    std::string text;
    switch (value.kind) {
        case Kind::null: return "null";
        case Kind::boolean: return value.is_true ? "true" : "false";
        case Kind::negative: append_json_number(text, value.negative); break;
        case Kind::natural: append_json_number(text, value.natural); break;
        case Kind::real: append_json_number(text, value.real); break;
        case Kind::text:
            text = "the string ";
            append_json_string(text, shortened(*value.text));
            return text;
    }
    return "the number " + text;
}

std::string shortened(std::string_view text) {
    if (text.size() <= kLongestQuote) return std::string(text);
    return std::string(base::cut_utf8(text, kLongestQuote)) + "…";
}

}  // namespace octane::wire
