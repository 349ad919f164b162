#include "telemetry/line.hpp"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace octane::telemetry {
namespace {

std::string_view level_name(Level level) {
    static constexpr std::array<std::string_view, 6> kNames = {"trace", "debug", "info", "warn", "error", "off"};
    return kNames.at(static_cast<std::size_t>(level));
}

// Appends `text` with line breaks and other control characters written out; terminals obey the C1 range (U+0080…U+009F) too.
void append_escaped(std::string& out, std::string_view text, bool is_quoted) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const bool is_c1 = byte == 0xC2U && at + 1 < text.size() && (static_cast<unsigned char>(text[at + 1]) & 0xE0U) == 0x80U;
        if (byte == '\n') {
            out += "\\n";
        } else if (byte == '\r') {
            out += "\\r";
        } else if (byte == '\t') {
            out += "\\t";
        } else if (is_c1 || byte < 0x20U || byte == 0x7FU) {
            const unsigned char shown = is_c1 ? static_cast<unsigned char>(text[++at]) : byte;
            out += "\\x";
            out += kDigits[shown >> 4U];
            out += kDigits[shown & 15U];
        } else if (is_quoted && (byte == '"' || byte == '\\')) {
            out += '\\';
            out += text[at];
        } else {
            out += text[at];
        }
    }
}

// A value needs quotes where a reader could not tell where it ends.
bool needs_quotes(std::string_view value) {
    if (value.empty()) return true;
    for (const char character : value) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte <= ' ' || byte == 0x7FU || byte == '"' || byte == '\\' || byte == '=') return true;
    }
    return false;
}

void append_json_text(std::string& out, std::string_view text) {
    out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string text_body(Level level, std::string_view message, std::initializer_list<Field> fields, bool with_measurements) {
    std::string body(level_name(level));
    body.resize(6, ' ');
    append_escaped(body, message, false);
    for (const Field& field : fields) {
        if (field.is_incidental && !with_measurements) continue;
        body += ' ';
        body += field.key;
        body += '=';
        if (needs_quotes(field.value)) {
            body += '"';
            append_escaped(body, field.value, true);
            body += '"';
        } else {
            append_escaped(body, field.value, false);
        }
    }
    return body;
}

std::string json_body(Level level, std::string_view message, std::initializer_list<Field> fields, bool with_measurements) {
    std::string body = "\"level\":\"";
    body += level_name(level);
    body += "\",\"message\":";
    append_json_text(body, message);
    for (const Field& field : fields) {
        if (field.is_incidental && !with_measurements) continue;
        body += ',';
        append_json_text(body, field.key);
        body += ':';
        if (field.is_number) {
            body += field.value;
        } else {
            append_json_text(body, field.value);
        }
    }
    return body;
}

}  // namespace

std::string format_body(LogFormat format, Level level, std::string_view message, std::initializer_list<Field> fields,
                        bool with_measurements) {
    return format == LogFormat::json ? json_body(level, message, fields, with_measurements)
                                     : text_body(level, message, fields, with_measurements);
}

std::string format_line(LogFormat format, std::chrono::system_clock::time_point time, std::string_view body, unsigned repeats) {
    std::string line;
    line.reserve(body.size() + 64);
    if (format == LogFormat::json) {
        line += "{\"time\":\"";
        line += format_time(time);
        line += "\",";
        line += body;
        if (repeats > 0) line += ",\"repeated\":" + std::to_string(repeats);
        line += '}';
    } else {
        line += format_time(time);
        line += ' ';
        line += body;
        if (repeats > 0) line += " (repeated " + std::to_string(repeats) + (repeats == 1 ? " time)" : " times)");
    }
    return line;
}

std::string format_time(std::chrono::system_clock::time_point time) {
    using namespace std::chrono;
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(floor<milliseconds>(time - day));
    std::array<char, 64> text{};
    const int length =
        std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace octane::telemetry
