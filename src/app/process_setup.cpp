#include "app/process_setup.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>

#ifndef _WIN32
#include <sys/resource.h>
#include <unistd.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>

#include <fstream>
#endif

namespace octane::app {

void ignore_broken_pipes() {
#ifdef SIGPIPE
    std::signal(SIGPIPE, SIG_IGN);
#endif
}

void quiet_grpc() {
#ifdef _WIN32
    if (std::getenv("GRPC_VERBOSITY") == nullptr) _putenv_s("GRPC_VERBOSITY", "NONE");
#else
    setenv("GRPC_VERBOSITY", "NONE", 0);
#endif
}

std::size_t raise_file_limit() {
#ifdef _WIN32
    return 0;
#else
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    if (limit.rlim_cur < limit.rlim_max) {
        const rlimit raised{limit.rlim_max, limit.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    }
    return static_cast<std::size_t>(limit.rlim_cur);
#endif
}

std::optional<HeapUse> read_heap_use() {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ >= 33))
    std::ifstream file("/proc/self/statm");
    std::uint64_t all_pages = 0;
    std::uint64_t resident_pages = 0;
    if (!(file >> all_pages >> resident_pages)) return std::nullopt;
    const auto heap = mallinfo2();
    return HeapUse{resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)), heap.fordblks};
#else
    return std::nullopt;
#endif
}

void trim_heap() {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

ConnectionLimits fit_connections(std::size_t wanted, std::size_t file_limit) {
    constexpr std::size_t kReserve = 64;
    constexpr std::size_t kRefused = 64;
    if (file_limit == 0) return {wanted, kRefused};
    const std::size_t free = file_limit - std::min(kReserve, file_limit / 2);
    const std::size_t refused = std::min(kRefused, free / 8);
    return {std::clamp<std::size_t>(free - refused, 1, wanted), refused};
}

void end_at_once_on(int signal) {
    constexpr int kSignalled = 128;
    std::signal(signal, [](int number) { std::_Exit(kSignalled + number); });
}

}  // namespace octane::app
