// Tool: bench. Results as lines "name value" on stdout, which people can read and awk too.
#pragma once

#include <cstdint>
#include <cstdio>

namespace octane::bench {

inline void report(const char* name, double value) {
    std::printf("%-22s %.4g\n", name, value);
}
inline void report_count(const char* name, std::uint64_t value) {
    std::printf("%-22s %llu\n", name, static_cast<unsigned long long>(value));
}

}  // namespace octane::bench
