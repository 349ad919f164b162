#include "endpoints/call_log.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "telemetry/log.hpp"

namespace octane::endpoints {
namespace {

// What is logged while this lives.
class LogFile {
  public:
    LogFile()
        : path_(std::filesystem::temp_directory_path() / ("octane-call-log-" + std::to_string(std::random_device()()) + ".log")) {
        telemetry::configure_logging({telemetry::Level::info, telemetry::LogFormat::text, path_});
    }
    ~LogFile() {
        end();
        std::filesystem::remove(path_);
    }
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    // Ends the log, which writes what it has only counted so far.
    std::vector<std::string> lines() {
        end();
        std::vector<std::string> result;
        std::ifstream input(path_);
        for (std::string line; std::getline(input, line);) result.push_back(line);
        return result;
    }

  private:
    static void end() { telemetry::configure_logging({telemetry::Level::off, telemetry::LogFormat::text, {}}); }
    std::filesystem::path path_;
};

void log_failure(base::ErrorCode code, const std::string& message) {
    http::Request request;
    request.captures = {"ApiItem", "name"};
    request.remote = "127.0.0.1:40000";
    CallLog(request).failure(base::make_error(code, message), base::http_status(code));
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST_CASE("calls that time out behind the same call are repeats, however long Octane has been busy with it") {
    LogFile file;
    for (const char* time : {"1.5", "2.5", "61.0"}) {
        log_failure(base::ErrorCode::deadline_exceeded,
                    "it did not answer; Octane has been busy with ApiItem/name for " + std::string(time) + " s");
    }
    log_failure(base::ErrorCode::deadline_exceeded, "it did not answer; Octane has been busy with ApiNode/pinCount for 61.0 s");
    const auto lines = file.lines();
    REQUIRE(lines.size() == 3);
    CHECK(has(lines[0], "ERROR: ApiItem.name 504 it did not answer; Octane has been busy with ApiItem/name status="));
    CHECK(has(lines[0], "busy_for=\"1.5 s\""));
    CHECK(has(lines[1], "busy with ApiNode/pinCount"));
    CHECK(has(lines[2], "busy with ApiItem/name"));
    CHECK(has(lines[2], "(repeated 2 times)"));
}

TEST_CASE("what Octane itself says is logged word for word") {
    LogFile file;
    const std::string words = "it has been busy with this for 3 s";
    log_failure(base::ErrorCode::upstream_internal, words);
    const auto lines = file.lines();
    REQUIRE(lines.size() == 1);
    CHECK(has(lines[0], words));
    CHECK_FALSE(has(lines[0], "busy_for"));
}

}  // namespace
}  // namespace octane::endpoints
