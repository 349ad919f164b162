#include "wire/well_known.hpp"

#include <google/protobuf/descriptor.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <system_error>

#include "wire/json_text.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace octane::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::int64_t kFirstSecond = -62135596800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t kLastSecond = 253402300799;   // 9999-12-31T23:59:59Z
constexpr std::int64_t kLongestDuration = 315576000000;
constexpr std::int32_t kNanosPerSecond = 1000000000;

struct Instant {
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;
};

void append_instant(Instant instant, std::string& out) {
    if (instant.seconds != 0) append_varint_field(out, 1, static_cast<std::uint64_t>(instant.seconds));
    if (instant.nanos != 0) append_varint_field(out, 2, static_cast<std::uint64_t>(std::int64_t{instant.nanos}));
}

// Takes exactly `digits` decimal digits from the front.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    int number = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        number = number * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return number;
}

bool take_char(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

// ".5" as 500000000; no point is 0; up to nine digits.
std::optional<std::int32_t> take_fraction(std::string_view& text) {
    if (!take_char(text, '.')) return 0;
    std::int32_t nanos = 0;
    std::size_t digits = 0;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
        if (++digits > 9) return std::nullopt;
        nanos = nanos * 10 + (text.front() - '0');
    }
    if (digits == 0) return std::nullopt;
    for (; digits < 9; ++digits) nanos *= 10;
    return nanos;
}

// RFC 3339, with Z or a numeric offset.
std::optional<Instant> parse_timestamp(std::string_view text) {
    const auto year = take_digits(text, 4);
    if (!year || !take_char(text, '-')) return std::nullopt;
    const auto month = take_digits(text, 2);
    if (!month || !take_char(text, '-')) return std::nullopt;
    const auto day = take_digits(text, 2);
    if (!day || !take_char(text, 'T')) return std::nullopt;
    const auto hour = take_digits(text, 2);
    if (!hour || !take_char(text, ':')) return std::nullopt;
    const auto minute = take_digits(text, 2);
    if (!minute || !take_char(text, ':')) return std::nullopt;
    const auto second = take_digits(text, 2);
    if (!second) return std::nullopt;
    const auto nanos = take_fraction(text);
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!nanos || !date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    std::int64_t offset = 0;
    if (!take_char(text, 'Z')) {
        const bool is_east = take_char(text, '+');
        if (!is_east && !take_char(text, '-')) return std::nullopt;
        const auto hours = take_digits(text, 2);
        if (!hours || !take_char(text, ':')) return std::nullopt;
        const auto minutes = take_digits(text, 2);
        if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
        offset = (is_east ? 1 : -1) * (*hours * 3600 + *minutes * 60);
    }
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    const std::int64_t seconds = days * 86400 + *hour * 3600 + *minute * 60 + *second - offset;
    if (!text.empty() || seconds < kFirstSecond || seconds > kLastSecond) return std::nullopt;
    return Instant{seconds, *nanos};
}

// "-1.5s": both parts take the sign.
std::optional<Instant> parse_duration(std::string_view text) {
    const bool is_negative = take_char(text, '-');
    std::int64_t seconds = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (status != std::errc{} || text.front() == '-' || seconds > kLongestDuration) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto nanos = take_fraction(text);
    if (!nanos || text != "s") return std::nullopt;
    return is_negative ? Instant{-seconds, -*nanos} : Instant{seconds, *nanos};
}

// "fooBar,baz.quxQuux": lowerCamelCase outside, snake_case on the wire.
bool append_field_mask(std::string_view text, std::string& out) {
    std::string path;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i == text.size() || text[i] == ',') {
            if (!path.empty()) append_bytes_field(out, 1, path);
            path.clear();
        } else if (text[i] >= 'A' && text[i] <= 'Z') {
            path += '_';
            path += static_cast<char>(text[i] - 'A' + 'a');
        } else if (text[i] == '_') {
            return false;
        } else {
            path += text[i];
        }
    }
    return true;
}

std::optional<Instant> read_instant(Reader message) {
    Instant instant;
    while (message.next()) {
        if (message.type() != WireType::varint) continue;
        if (message.field() == 1)
            instant.seconds = static_cast<std::int64_t>(message.read_varint());
        else if (message.field() == 2)
            instant.nanos = static_cast<std::int32_t>(message.read_varint());
    }
    if (message.failed()) return std::nullopt;
    return instant;
}

// As many digits as are needed: none, three, six or nine.
void append_fraction(std::int32_t nanos, std::string& out) {
    if (nanos == 0) return;
    char digits[16];
    std::snprintf(digits, sizeof digits, ".%09d", static_cast<int>(nanos));
    const std::string_view all(digits, 10);
    out += nanos % 1000000 == 0 ? all.substr(0, 4) : nanos % 1000 == 0 ? all.substr(0, 7) : all;
}

bool append_timestamp_json(Instant instant, std::string& out) {
    const bool is_valid = instant.seconds >= kFirstSecond && instant.seconds <= kLastSecond && instant.nanos >= 0 &&
                          instant.nanos < kNanosPerSecond;
    if (!is_valid) return false;
    const std::chrono::sys_seconds time{std::chrono::seconds(instant.seconds)};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    char text[64];
    std::snprintf(text, sizeof text, "\"%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
    out += text;
    append_fraction(instant.nanos, out);
    out += "Z\"";
    return true;
}

bool append_duration_json(Instant instant, std::string& out) {
    const bool is_valid = instant.seconds >= -kLongestDuration && instant.seconds <= kLongestDuration &&
                          instant.nanos > -kNanosPerSecond && instant.nanos < kNanosPerSecond &&
                          !(instant.seconds > 0 && instant.nanos < 0) && !(instant.seconds < 0 && instant.nanos > 0);
    if (!is_valid) return false;
    const bool is_negative = instant.seconds < 0 || instant.nanos < 0;
    out += is_negative ? "\"-" : "\"";
    append_json_number(out, is_negative ? -instant.seconds : instant.seconds);
    append_fraction(is_negative ? -instant.nanos : instant.nanos, out);
    out += "s\"";
    return true;
}

bool append_field_mask_json(Reader message, std::string& out) {
    std::string text;
    bool is_first = true;
    while (message.next()) {
        if (message.field() != 1 || message.type() != WireType::length_delimited) continue;
        if (!is_first) text += ',';
        is_first = false;
        std::string path;
        message.append_bytes(path);
        for (std::size_t i = 0; i < path.size(); ++i) {
            const bool is_raised = path[i] == '_' && i + 1 < path.size() && path[i + 1] >= 'a' && path[i + 1] <= 'z';
            // A path that would not come back from its text has none, as protobuf's rules say.
            if (!is_raised && (path[i] == '_' || (path[i] >= 'A' && path[i] <= 'Z'))) return false;
            if (is_raised) ++i;
            text += is_raised ? static_cast<char>(path[i] - 'a' + 'A') : path[i];
        }
    }
    append_json_string(out, text);
    return !message.failed();
}

// A user's own files may define the names of google.protobuf otherwise; only the true shapes get the special form.
bool is_single(const FieldDescriptor* field, FieldDescriptor::Type type) {
    return field && field->type() == type && !field->is_repeated() && !field->real_containing_oneof();
}

bool is_instant(const Descriptor& message) {
    return message.field_count() == 2 && is_single(message.FindFieldByNumber(1), FieldDescriptor::TYPE_INT64) &&
           is_single(message.FindFieldByNumber(2), FieldDescriptor::TYPE_INT32);
}

bool is_mask(const Descriptor& message) {
    const FieldDescriptor* paths = message.FindFieldByNumber(1);
    return message.field_count() == 1 && paths && paths->is_repeated() && paths->type() == FieldDescriptor::TYPE_STRING;
}

bool is_wrapper(const Descriptor& message) {
    return message.field_count() == 1 && !message.field(0)->is_repeated() && message.field(0)->message_type() == nullptr;
}

bool is_structure(const Descriptor& message) {
    return message.field_count() == 1 && message.field(0)->is_map() &&
           message.field(0)->message_type()->FindFieldByNumber(2)->message_type() != nullptr;
}

bool is_list(const Descriptor& message) {
    return message.field_count() == 1 && message.field(0)->is_repeated() && !message.field(0)->is_map() &&
           message.field(0)->message_type() != nullptr;
}

bool is_any(const Descriptor& message) {
    return message.field_count() == 2 && is_single(message.FindFieldByNumber(1), FieldDescriptor::TYPE_STRING) &&
           is_single(message.FindFieldByNumber(2), FieldDescriptor::TYPE_BYTES);
}

bool is_value(const Descriptor& message) {
    static constexpr std::array<FieldDescriptor::CppType, 6> kTypes = {
        FieldDescriptor::CPPTYPE_ENUM, FieldDescriptor::CPPTYPE_DOUBLE,  FieldDescriptor::CPPTYPE_STRING,
        FieldDescriptor::CPPTYPE_BOOL, FieldDescriptor::CPPTYPE_MESSAGE, FieldDescriptor::CPPTYPE_MESSAGE};
    for (int number = 1; number <= 6; ++number) {
        const FieldDescriptor* field = message.FindFieldByNumber(number);
        if (!field || field->is_repeated() || field->cpp_type() != kTypes[static_cast<std::size_t>(number - 1)]) return false;
    }
    return message.field_count() == 6 && is_structure(*message.FindFieldByNumber(5)->message_type()) &&
           is_list(*message.FindFieldByNumber(6)->message_type());
}

}  // namespace

WellKnown well_known(const Descriptor& message) {
    switch (message.well_known_type()) {
        case Descriptor::WELLKNOWNTYPE_UNSPECIFIED: return WellKnown::none;
        case Descriptor::WELLKNOWNTYPE_ANY: return is_any(message) ? WellKnown::any : WellKnown::none;
        case Descriptor::WELLKNOWNTYPE_TIMESTAMP: return is_instant(message) ? WellKnown::timestamp : WellKnown::none;
        case Descriptor::WELLKNOWNTYPE_DURATION: return is_instant(message) ? WellKnown::duration : WellKnown::none;
        case Descriptor::WELLKNOWNTYPE_FIELDMASK: return is_mask(message) ? WellKnown::field_mask : WellKnown::none;
        case Descriptor::WELLKNOWNTYPE_STRUCT: return is_structure(message) ? WellKnown::structure : WellKnown::none;
        case Descriptor::WELLKNOWNTYPE_VALUE: return is_value(message) ? WellKnown::value : WellKnown::none;
        case Descriptor::WELLKNOWNTYPE_LISTVALUE: return is_list(message) ? WellKnown::list : WellKnown::none;
        default: return is_wrapper(message) ? WellKnown::wrapper : WellKnown::none;
    }
}

bool is_null_value(const google::protobuf::EnumDescriptor& type) {
    return type.full_name() == "google.protobuf.NullValue";
}

std::string_view type_name_in(std::string_view type_url) {
    const std::size_t slash = type_url.rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : type_url.substr(slash + 1);
}

const Descriptor* find_held_type(const google::protobuf::DescriptorPool& pool, std::string_view type_url) {
    const std::string_view name = type_name_in(type_url);
    return name.empty() ? nullptr : pool.FindMessageTypeByName(std::string(name));
}

bool append_well_known(WellKnown kind, std::string_view text, std::string& out) {
    if (kind == WellKnown::field_mask) {
        const std::size_t before = out.size();
        if (append_field_mask(text, out)) return true;
        out.resize(before);
        return false;
    }
    const auto instant = kind == WellKnown::timestamp  ? parse_timestamp(text)
                         : kind == WellKnown::duration ? parse_duration(text)
                                                       : std::nullopt;
    if (instant) append_instant(*instant, out);
    return instant.has_value();
}

std::string_view describe_well_known(WellKnown kind) {
    switch (kind) {
        case WellKnown::timestamp: return "a time such as \"2030-01-31T12:00:00Z\"";
        case WellKnown::duration: return "a duration such as \"1.5s\"";
        case WellKnown::field_mask: return "field names such as \"fooBar,baz\"";
        default: return "another value";
    }
}

bool append_well_known_json(WellKnown kind, Reader message, std::string& out) {
    if (kind == WellKnown::field_mask) return append_field_mask_json(message, out);
    const std::optional<Instant> instant = read_instant(message);
    if (!instant) return false;
    return kind == WellKnown::timestamp ? append_timestamp_json(*instant, out) : append_duration_json(*instant, out);
}

}  // namespace octane::wire
