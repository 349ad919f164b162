#include "telemetry/log.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace octane::telemetry;

namespace {

// A log file that exists as long as the test; destroying the log it belongs to writes what is still counted.
class LogFile {
  public:
    explicit LogFile(Level level, LogFormat format = LogFormat::text)
        : path_(std::filesystem::temp_directory_path() / ("octane-log-test-" + std::to_string(std::random_device()()) + ".log")) {
        configure_logging({level, format, path_});
    }
    ~LogFile() {
        configure_logging({Level::off, LogFormat::text, {}});
        std::filesystem::remove(path_);
    }
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    // Ends the log and returns its lines.
    std::vector<std::string> lines() {
        configure_logging({Level::off, LogFormat::text, {}});
        std::vector<std::string> result;
        std::ifstream input(path_);
        for (std::string line; std::getline(input, line);) result.push_back(line);
        return result;
    }

  private:
    std::filesystem::path path_;
};

}  // namespace

TEST_CASE("only events at or above the level are written") {
    LogFile file(Level::warn);
    CHECK_FALSE(is_logged(Level::info));
    CHECK(is_logged(Level::warn));
    log(Level::info, "quiet");
    log(Level::warn, "one");
    log(Level::error, "two");
    const auto lines = file.lines();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].ends_with("Z warn  one"));
    CHECK(lines[1].ends_with("Z error two"));
}

TEST_CASE("level off writes nothing at all") {
    LogFile file(Level::off);
    CHECK_FALSE(is_logged(Level::error));
    CHECK_FALSE(is_logged(Level::off));
    log(Level::error, "x");
    log(Level::off, "y");
    CHECK(file.lines().empty());
}

TEST_CASE("equal events become one line and a count when the log ends") {
    LogFile file(Level::info);
    for (int round = 0; round < 13; ++round) log(Level::info, "same", {{"a", 1}});
    log(Level::info, "same", {{"a", 2}});
    const auto lines = file.lines();
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].ends_with("info  same a=1"));
    CHECK(lines[1].ends_with("info  same a=2"));
    CHECK(lines[2].ends_with("info  same a=1 (repeated 12 times)"));
}

TEST_CASE("events that differ only in a measurement are repeats, and their count shows none") {
    LogFile file(Level::info);
    log(Level::info, "call", {{"id", "a"}, {"ms", 0.5}});
    log(Level::info, "call", {{"id", "a"}, {"ms", 0.7}});
    log(Level::info, "call", {{"id", "b"}, {"ms", 0.5}});
    const auto lines = file.lines();
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].ends_with("call id=a ms=0.5"));
    CHECK(lines[1].ends_with("call id=b ms=0.5"));
    CHECK(lines[2].ends_with("call id=a (repeated 1 time)"));
}

TEST_CASE("every line of a JSON log is an object") {
    LogFile file(Level::info, LogFormat::json);
    log(Level::info, "a\nb", {{"text", "\"quoted\""}, {"number", 7}});
    const auto lines = file.lines();
    REQUIRE(lines.size() == 1);
    const auto line = nlohmann::json::parse(lines[0]);
    CHECK(line.at("message") == "a\nb");
    CHECK(line.at("text") == "\"quoted\"");
    CHECK(line.at("number") == 7);
}

TEST_CASE("threads that log together lose no line and mix none") {
    static constexpr int kThreads = 4;
    static constexpr int kLines = 200;
    LogFile file(Level::info);
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back([thread] {
                for (int line = 0; line < kLines; ++line) log(Level::info, "line", {{"thread", thread}, {"number", line}});
            });
        }
    }
    const auto lines = file.lines();
    CHECK(lines.size() == kThreads * kLines);
    for (const auto& line : lines) CHECK(line.find(" info  line thread=") == 24);
}

TEST_CASE("a log file that cannot be opened is an error that names it") {
    CHECK_THROWS_WITH_AS(configure_logging({Level::info, LogFormat::text, "/dev/null/log"}),
                         "the log file /dev/null/log cannot be opened for writing", std::runtime_error);
}

TEST_CASE("levels and formats are known by their names") {
    Level level = Level::off;
    for (const auto& [word, expected] : {std::pair{"trace", Level::trace},
                                         {"debug", Level::debug},
                                         {"info", Level::info},
                                         {"warn", Level::warn},
                                         {"error", Level::error},
                                         {"off", Level::off}}) {
        CHECK(parse_level(word, level));
        CHECK(level == expected);
    }
    CHECK_FALSE(parse_level("INFO ", level));
    LogFormat format = LogFormat::text;
    CHECK(parse_format("json", format));
    CHECK(format == LogFormat::json);
    CHECK_FALSE(parse_format("xml", format));
}
