// Room: rpc. Limits that hold for single methods of an upstream, by patterns of their names. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "schema/schema.hpp"

namespace octane::rpc {

// What holds for the methods of a pattern (schema/method_pattern.hpp); of several rules that fit the first counts.
template <typename Value>
struct MethodRule {
    std::string pattern;
    Value value;
};

// `fits(pattern)` says whether a rule is about the method.
template <typename Value, typename Fits>
std::optional<Value> first_rule(const std::vector<MethodRule<Value>>& rules, const Fits& fits) {
    const auto found = std::ranges::find_if(rules, fits, &MethodRule<Value>::pattern);
    return found == rules.end() ? std::nullopt : std::optional(found->value);
}

struct MethodRules {
    std::vector<MethodRule<std::chrono::milliseconds>> timeouts;  // 0: none
    std::vector<MethodRule<std::size_t>> max_messages;            // bytes as protobuf, each way
};

// What the rules say of one method.
struct MethodLimits {
    std::optional<std::chrono::milliseconds> timeout;  // of calls that set none; 0: none
    std::optional<std::size_t> max_message;

    // Errors 41301 body_too_large and 50201 message_too_large for a request and an answer of so many bytes. `upstream`: its name.
    [[nodiscard]] base::Result<base::Done> check_request(const schema::Method& method, std::size_t size,
                                                         std::string_view upstream) const;
    [[nodiscard]] base::Result<base::Done> check_answer(const schema::Method& method, std::size_t size,
                                                        std::string_view upstream) const;
};

// Of a method that may be known by two names, that of the caller and the upstream's own: a rule fits by either.
MethodLimits limits_of(const MethodRules& rules, const schema::Method& called, const schema::Method& asked);

}  // namespace octane::rpc
