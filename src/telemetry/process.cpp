#include "telemetry/process.hpp"

#if defined(__linux__)
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>
#endif

namespace octane::telemetry {

#if defined(__linux__)

namespace {

std::uint64_t count_open_fds() {
    std::error_code failed;
    std::uint64_t count = 0;
    for (std::filesystem::directory_iterator entry("/proc/self/fd", failed), end; !failed && entry != end;
         entry.increment(failed)) {
        ++count;
    }
    return count > 0 ? count - 1 : 0;  // one of them was the directory itself
}

// Seconds since 1970 at which the machine was started.
std::optional<double> boot_time() {
    std::ifstream file("/proc/stat");
    std::string word;
    while (file >> word) {
        double seconds = 0;
        if (word == "btime" && file >> seconds) return seconds;
    }
    return std::nullopt;
}

// Fields of proc(5) /proc/self/stat, from the third on: the second is the program's name, which may hold anything.
void read_stat(ProcessUsage& usage) {
    std::ifstream file("/proc/self/stat");
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) return;
    std::istringstream fields(text.substr(name_end + 1));
    constexpr int kThreads = 20;
    constexpr int kStart = 22;
    constexpr int kVirtual = 23;
    constexpr int kResident = 24;
    std::string field;
    for (int number = 3; number <= kResident && fields >> field; ++number) {
        if (number == kThreads) usage.threads = std::stoull(field);
        if (number == kVirtual) usage.virtual_bytes = std::stoull(field);
        if (number == kResident) usage.resident_bytes = std::stoull(field) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
        if (number == kStart) {
            if (const auto boot = boot_time())
                usage.start_time = *boot + std::stod(field) / static_cast<double>(sysconf(_SC_CLK_TCK));
        }
    }
}

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

ProcessUsage read_process_usage() {
    ProcessUsage usage;
    read_stat(usage);
    rusage used{};
    if (getrusage(RUSAGE_SELF, &used) == 0) usage.cpu_seconds = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
    usage.open_fds = count_open_fds();
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) usage.max_fds = limit.rlim_cur;
    return usage;
}

#else

ProcessUsage read_process_usage() {
    return {};
}

#endif

}  // namespace octane::telemetry
