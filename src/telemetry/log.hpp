// Room: telemetry. One line an event, the same facts as text for people and as JSON for machines. docs/api.md §7.
//
// Any thread may log; none waits until the line is written (journal.hpp). Never pass a token or pixel data here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

namespace octane::telemetry {

enum class Level : std::uint8_t { trace, debug, info, warn, error, off };
enum class LogFormat : std::uint8_t { text, json };

struct LogOptions {
    Level level = Level::info;
    LogFormat format = LogFormat::text;
    std::filesystem::path file;  // empty: stderr only; otherwise a rotating file (10 MiB, 3 kept) besides stderr
};

// A fact of an event: shown as key=value in text and as a member in JSON.
struct Field {
    Field(std::string_view name, std::string_view text) : key(name), value(text) {}
    Field(std::string_view name, const char* text) : key(name), value(text) {}
    Field(std::string_view name, const std::string& text) : key(name), value(text) {}
    Field(std::string_view name, std::int64_t number) : key(name), value(std::to_string(number)), is_number(true) {}
    Field(std::string_view name, std::uint64_t number) : key(name), value(std::to_string(number)), is_number(true) {}
    Field(std::string_view name, int number) : key(name), value(std::to_string(number)), is_number(true) {}
    Field(std::string_view name, unsigned number) : key(name), value(std::to_string(number)), is_number(true) {}
    Field(std::string_view name, double number);  // a measurement, at most three decimals

    std::string_view key;
    std::string value;
    bool is_number = false;
    bool is_incidental = false;  // two events that differ only in such facts are repeats of one another
};

// A fact that tells two equal events apart without making them different ones: an id, a port.
inline Field incidental(Field field) {
    field.is_incidental = true;
    return field;
}

// Once, before the first log; throws std::runtime_error if the file cannot be opened.
void configure_logging(const LogOptions& options);

// Writes what waits, within Journal::kLongestEnd, and logs nothing from then on. For ends of the program that run no destructors.
void finish_logging();

bool is_logged(Level level);
void log(Level level, std::string_view message, std::initializer_list<Field> fields = {});

// Parse "info", "text"…; false if the word is none of them.
bool parse_level(std::string_view word, Level& level);
bool parse_format(std::string_view word, LogFormat& format);

}  // namespace octane::telemetry
