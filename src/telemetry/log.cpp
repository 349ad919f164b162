// Until configure_logging is called nothing is logged.
#include "telemetry/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "telemetry/journal.hpp"
#include "telemetry/line.hpp"
#include "telemetry/log_level.hpp"

#if !defined(_WIN32)
#include <poll.h>
#include <unistd.h>
#endif

namespace octane::telemetry {
namespace {

constexpr std::size_t kFileBytes = 10UL << 20U;
constexpr std::size_t kFilesKept = 3;

std::atomic<Level> lowest_level{Level::off};

// Not through stdio, which keeps its lock while a write blocks: the end of the program would wait for that lock.
void write_to_stderr(std::string_view text) {
#if defined(_WIN32)
    std::fwrite(text.data(), 1, text.size(), stderr);
#else
    while (!text.empty()) {
        const auto count = ::write(STDERR_FILENO, text.data(), text.size());
        if (count >= 0) {
            text.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            pollfd place{STDERR_FILENO, POLLOUT, 0};  // shared with somebody who made it non-blocking
            ::poll(&place, 1, -1);
        } else if (errno != EINTR) {
            return;
        }
    }
#endif
}

std::shared_ptr<spdlog::logger> open_file(const std::filesystem::path& path) {
    if (path.empty()) return nullptr;
    try {
        auto file = std::make_shared<spdlog::logger>(
            "octane-proxy", std::make_shared<spdlog::sinks::rotating_file_sink_st>(path.string(), kFileBytes, kFilesKept));
        file->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::local, ""));
        return file;
    } catch (const spdlog::spdlog_ex&) {
        throw std::runtime_error("the log file " + path.string() + " cannot be opened for writing");
    }
}

// Lines that the file does not take are said on stderr like any event, once a minute: not in spdlog's own way, which is no JSON.
class FileTroubles {
  public:
    explicit FileTroubles(LogFormat format) : format_(format) {}

    void note(const std::string& reason) { reason_ = reason; }

    // After an attempt to write so many lines: what there is to be said.
    std::string take(std::size_t lines) {
        if (reason_.empty()) return {};
        lost_ += lines;
        const auto reason = std::exchange(reason_, {});
        const auto now = std::chrono::steady_clock::now();
        if (said_ && now - *said_ < kPause) return {};
        said_ = now;
        const auto body = format_body(format_, Level::error, "The log file cannot be written",
                                      {{"reason", reason}, {"lines", std::uint64_t{std::exchange(lost_, 0)}}});
        return format_line(format_, std::chrono::system_clock::now(), body, 0) + '\n';
    }

  private:
    static constexpr std::chrono::minutes kPause{1};

    LogFormat format_;
    std::string reason_;
    std::size_t lost_ = 0;
    std::optional<std::chrono::steady_clock::time_point> said_;
};

// The file first: it has what it can have, however long stderr then takes.
Journal::Write make_write(const LogOptions& options) {
    auto file = open_file(options.file);
    auto troubles = std::make_shared<FileTroubles>(options.format);
    if (file) file->set_error_handler([troubles](const std::string& reason) { troubles->note(reason); });
    return [file, troubles](const std::vector<std::string>& lines) {
        std::string trouble;
        if (file) {
            for (const auto& line : lines) file->info(spdlog::string_view_t(line.data(), line.size()));
            file->flush();
            trouble = troubles->take(lines.size());
        }
        for (const auto& line : lines) write_to_stderr(line);
        write_to_stderr(trouble);
    };
}

// The program's one journal; it writes what waits when the program ends.
struct OpenJournal {
    OpenJournal() = default;
    ~OpenJournal() { lowest_level.store(Level::off); }  // a static object that dies later may still call log()
    OpenJournal(const OpenJournal&) = delete;
    OpenJournal& operator=(const OpenJournal&) = delete;

    std::unique_ptr<Journal> journal;
};

std::unique_ptr<Journal>& journal() {
    static OpenJournal open;
    return open.journal;
}

}  // namespace

Field::Field(std::string_view name, double number) : key(name), is_number(std::isfinite(number)), is_incidental(true) {
    if (!is_number) {
        value = std::isnan(number) ? "NaN" : (number > 0 ? "Infinity" : "-Infinity");
        return;
    }
    std::array<char, 352> text{};  // the largest double has 309 digits before its point
    const int length = std::snprintf(text.data(), text.size(), "%.3f", number);
    value.assign(text.data(), static_cast<std::size_t>(length));
    value.erase(value.find_last_not_of('0') + 1);
    if (value.back() == '.') value.pop_back();
    if (value == "-0") value = "0";
}

void configure_logging(const LogOptions& options) {
    lowest_level.store(Level::off);
    journal().reset();
    journal() = std::make_unique<Journal>(options.format, make_write(options));
    lowest_level.store(options.level);
}

void finish_logging() {
    lowest_level.store(Level::off);
    journal().reset();
}

void set_log_level(Level level) {
    lowest_level.store(level);
}

bool is_logged(Level level) {
    return level >= lowest_level.load(std::memory_order_relaxed) && level != Level::off;
}

void log(Level level, std::string_view message, std::initializer_list<Field> fields) {
    if (!is_logged(level)) return;
    journal()->add(level, message, fields);
}

bool parse_level(std::string_view word, Level& level) {
    static constexpr std::array<std::pair<std::string_view, Level>, 7> kWords = {{{"trace", Level::trace},
                                                                                  {"debug", Level::debug},
                                                                                  {"info", Level::info},
                                                                                  {"warn", Level::warn},
                                                                                  {"warning", Level::warn},
                                                                                  {"error", Level::error},
                                                                                  {"off", Level::off}}};
    for (const auto& [name, value] : kWords) {
        if (name == word) {
            level = value;
            return true;
        }
    }
    return false;
}

bool parse_format(std::string_view word, LogFormat& format) {
    if (word == "text") {
        format = LogFormat::text;
    } else if (word == "json") {
        format = LogFormat::json;
    } else {
        return false;
    }
    return true;
}

}  // namespace octane::telemetry
