#include "base/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>

namespace octane::base {
namespace {

std::mt19937_64& generator() {
    thread_local std::mt19937_64 engine([] {
        std::random_device device;
        std::seed_seq seed{device(), device(), device(), device()};
        return std::mt19937_64(seed);
    }());
    return engine;
}

void append_hex(std::string& out, std::uint64_t value, int digits) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    const auto first = out.size();
    out.resize(first + static_cast<std::size_t>(digits));
    for (std::size_t at = out.size(); at-- > first; value >>= 4U) out[at] = kDigits[value & 15U];
}

}  // namespace

std::string make_uuid() {
    const std::uint64_t high = generator()();
    const std::uint64_t low = generator()();
    std::string id;
    id.reserve(36);
    append_hex(id, high >> 32U, 8);
    id += '-';
    append_hex(id, high >> 16U, 4);
    id += '-';
    append_hex(id, (high & 0x0FFFU) | 0x4000U, 4);
    id += '-';
    append_hex(id, ((low >> 48U) & 0x3FFFU) | 0x8000U, 4);
    id += '-';
    append_hex(id, low, 12);
    return id;
}

std::string make_call_id() {
    std::string id;
    append_hex(id, generator()(), 12);
    return id;
}

}  // namespace octane::base
