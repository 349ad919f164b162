#include "app/process_setup.hpp"

#include <csignal>
#include <cstdlib>

#ifndef _WIN32
#include <sys/resource.h>
#endif

namespace octane::app {

void ignore_broken_pipes() {
#ifdef SIGPIPE
    std::signal(SIGPIPE, SIG_IGN);
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

void end_at_once_on(int signal) {
    constexpr int kSignalled = 128;
    std::signal(signal, [](int number) { std::_Exit(kSignalled + number); });
}

}  // namespace octane::app
