#include "rpc/method_limits.hpp"

#include "base/error.hpp"
#include "schema/method_pattern.hpp"

namespace octane::rpc {
namespace {

base::Error over_limit(base::ErrorCode code, std::string_view what, const schema::Method& method, std::size_t size,
                       std::size_t limit, std::string_view upstream) {
    return base::make_error(code, "the " + std::string(what) + " of " + method.display + " has " + std::to_string(size) +
                                      " bytes as protobuf; method-max-message of upstream " + std::string(upstream) + " allows " +
                                      std::to_string(limit));
}

}  // namespace

base::Result<base::Done> MethodLimits::check_request(const schema::Method& method, std::size_t size,
                                                     std::string_view upstream) const {
    if (!max_message || size <= *max_message) return base::Done{};
    return over_limit(base::ErrorCode::body_too_large, "request", method, size, *max_message, upstream);
}

base::Result<base::Done> MethodLimits::check_answer(const schema::Method& method, std::size_t size,
                                                    std::string_view upstream) const {
    if (!max_message || size <= *max_message) return base::Done{};
    return over_limit(base::ErrorCode::message_too_large, "answer", method, size, *max_message, upstream);
}

MethodLimits limits_of(const MethodRules& rules, const schema::Method& called, const schema::Method& asked) {
    const auto fits = [&](std::string_view pattern) {
        return schema::matches_method(pattern, *called.descriptor) ||
               (&called != &asked && schema::matches_method(pattern, *asked.descriptor));
    };
    return {first_rule(rules.timeouts, fits), first_rule(rules.max_messages, fits)};
}

}  // namespace octane::rpc
