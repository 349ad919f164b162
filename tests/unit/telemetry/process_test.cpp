#include "telemetry/process.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdio>

using octane::telemetry::read_process_usage;

TEST_CASE("the process knows what it uses") {
    const auto usage = read_process_usage();
    REQUIRE(usage.resident_bytes);
    CHECK(*usage.resident_bytes > 100'000);
    CHECK(*usage.virtual_bytes >= *usage.resident_bytes);
    CHECK(*usage.threads >= 1);
    CHECK(*usage.cpu_seconds >= 0);
    CHECK(*usage.max_fds >= *usage.open_fds);
    const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    REQUIRE(usage.start_time);
    CHECK(*usage.start_time <= now + 1);
    CHECK(*usage.start_time > now - 86400);
}

TEST_CASE("an open file is one more open file") {
    const auto before = read_process_usage();
    std::FILE* const file = std::tmpfile();
    REQUIRE(file != nullptr);
    const auto with_file = read_process_usage();
    std::fclose(file);
    CHECK(*with_file.open_fds == *before.open_fds + 1);
    CHECK(*read_process_usage().open_fds == *before.open_fds);
}
