// Room: schema. Hash maps from names, asked with string views: exactly, or without regard to the case of ASCII letters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/nearest.hpp"

namespace octane::schema {

struct ExactHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

// FNV-1a over the lowered bytes, so that no lowered copy is made.
struct FoldedHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        std::uint64_t hash = 0xcbf29ce484222325U;
        for (const char c : text) hash = (hash ^ static_cast<unsigned char>(base::lower(c))) * 0x100000001b3U;
        return static_cast<std::size_t>(hash);
    }
};

struct FoldedEqual {
    using is_transparent = void;
    bool operator()(std::string_view left, std::string_view right) const { return base::equals_ignoring_case(left, right); }
};

template <typename Value>
using ExactMap = std::unordered_map<std::string, Value, ExactHash, std::equal_to<>>;
template <typename Value>
using FoldedMap = std::unordered_map<std::string, Value, FoldedHash, FoldedEqual>;

}  // namespace octane::schema
