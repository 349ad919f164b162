// Until configure_logging is called nothing is logged. One mutex guards the sinks and the repeats; a thread of its own writes the
// summary of repeats when their window ends, so that a count does not wait for the next event.
#include "telemetry/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "telemetry/line.hpp"
#include "telemetry/repeats.hpp"

namespace octane::telemetry {
namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr std::chrono::seconds kRepeatWindow{5};
constexpr std::size_t kRepeatCapacity = 64;
constexpr std::size_t kFileBytes = 10UL << 20U;
constexpr std::size_t kFilesKept = 3;

spdlog::level::level_enum spdlog_level(Level level) {
    static constexpr std::array<spdlog::level::level_enum, 6> kLevels = {spdlog::level::trace, spdlog::level::debug,
                                                                         spdlog::level::info,  spdlog::level::warn,
                                                                         spdlog::level::err,   spdlog::level::off};
    return kLevels.at(static_cast<std::size_t>(level));
}

std::atomic<Level> lowest_level{Level::off};

class Journal {
  public:
    explicit Journal(const LogOptions& options) : format_(options.format) {
        std::vector<spdlog::sink_ptr> sinks{std::make_shared<spdlog::sinks::stderr_sink_st>()};
        if (!options.file.empty()) {
            try {
                sinks.push_back(
                    std::make_shared<spdlog::sinks::rotating_file_sink_st>(options.file.string(), kFileBytes, kFilesKept));
            } catch (const spdlog::spdlog_ex&) {
                throw std::runtime_error("the log file " + options.file.string() + " cannot be opened for writing");
            }
        }
        out_ = std::make_unique<spdlog::logger>("octane-proxy", sinks.begin(), sinks.end());
        out_->set_level(spdlog::level::trace);
        out_->set_pattern("%v");
        out_->flush_on(spdlog::level::trace);
        thread_ = std::jthread([this](const std::stop_token& stop) { write_summaries(stop); });
    }

    ~Journal() {
        lowest_level.store(Level::off);  // a static object that dies later may still call log()
        thread_.request_stop();
        thread_.join();
        write(repeats_.take_all());
    }

    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    void add(Level level, std::string_view message, std::initializer_list<Field> fields) {
        const std::string event = format_body(format_, level, message, fields, false);
        const bool has_measurements = std::ranges::any_of(fields, &Field::is_incidental);
        const std::string measured = has_measurements ? format_body(format_, level, message, fields) : std::string();
        const std::scoped_lock lock(mutex_);
        const auto now = steady_clock::now();
        const bool is_new = repeats_.admit(level, event, now);
        write(repeats_.take_finished(now));
        if (is_new) {
            write_line(level, has_measurements ? measured : event, 0);
        } else {
            counted_.notify_one();
        }
    }

  private:
    void write(const std::vector<Repeats::Summary>& summaries) {
        for (const auto& summary : summaries) write_line(summary.level, summary.body, summary.count);
    }

    void write_line(Level level, std::string_view body, unsigned repeats) {
        const std::string line = format_line(format_, system_clock::now(), body, repeats);
        out_->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
    }

    void write_summaries(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        while (!stop.stop_requested()) {
            const auto deadline = repeats_.next_deadline();
            const auto until = deadline.value_or(steady_clock::now() + std::chrono::minutes(1));
            // Wakes for the deadline, for the end of the program, or because the first repeat of a line set a nearer deadline.
            counted_.wait_until(lock, stop, until, [&] { return repeats_.next_deadline() != deadline; });
            write(repeats_.take_finished(steady_clock::now()));
        }
    }

    LogFormat format_;
    std::unique_ptr<spdlog::logger> out_;
    std::mutex mutex_;
    std::condition_variable_any counted_;
    Repeats repeats_{kRepeatWindow, kRepeatCapacity};
    std::jthread thread_;
};

std::shared_ptr<Journal>& journal() {
    static std::shared_ptr<Journal> instance;
    return instance;
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
    journal() = std::make_shared<Journal>(options);
    lowest_level.store(options.level);
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
