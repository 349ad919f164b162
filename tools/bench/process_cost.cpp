// Tool: bench. See process_cost.hpp.
#include "bench/process_cost.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace octane::bench {

// Sum over its threads, exact to the nanosecond; 0 where the kernel does not keep it. Threads that have ended are missing.
static double scheduled_seconds(const std::string& folder) {
    std::uint64_t sum = 0;
    std::error_code ignored;
    for (const auto& thread : std::filesystem::directory_iterator(folder + "/task", ignored)) {
        std::ifstream statistics(thread.path() / "schedstat");
        std::uint64_t ns = 0;
        if (statistics >> ns) sum += ns;
    }
    return static_cast<double>(sum) * 1e-9;
}

ProcessCost cost_of_process(pid_t pid) {
    const std::string folder = "/proc/" + std::to_string(pid);
    std::ifstream stat(folder + "/stat");
    std::string line;
    if (!std::getline(stat, line)) throw std::runtime_error("there is no process " + std::to_string(pid));
    // The second field is the program's name in brackets and may hold spaces; utime and stime are the 12th and 13th after it.
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    std::uint64_t user = 0;
    std::uint64_t system = 0;
    fields >> user >> system;

    ProcessCost cost;
    // Ticks are 10 ms, too coarse for a short measurement, so the scheduler's own count goes first.
    cost.cpu_seconds = scheduled_seconds(folder);
    if (cost.cpu_seconds == 0) cost.cpu_seconds = static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
    std::ifstream status(folder + "/status");
    while (std::getline(status, line)) {
        std::istringstream entry(line);
        std::string name;
        std::uint64_t kib = 0;
        entry >> name >> kib;
        if (name == "VmRSS:") cost.resident_bytes = kib * 1024;
        if (name == "VmHWM:") cost.peak_resident_bytes = kib * 1024;
    }
    return cost;
}

double own_cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace octane::bench
