// Room: rpc. The policy of an upstream that nothing special is known of: names of its own schema, and only that refused which the
// options name. A method is a read only where its descriptor says so (idempotency_level = NO_SIDE_EFFECTS).
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "rpc/call_policy.hpp"
#include "upstream/upstream.hpp"

namespace octane::rpc {

// Patterns as schema/method_pattern.hpp has them; of several that fit the first counts.
struct PlainRules {
    struct Timeout {
        std::string pattern;
        std::chrono::milliseconds timeout{0};  // 0: none
    };
    std::vector<std::string> deny;
    std::vector<std::string> allow;  // wins over deny
    std::vector<Timeout> timeouts;
};

class PlainPolicy final : public CallPolicy {
  public:
    explicit PlainPolicy(const upstream::Upstream& upstream, PlainRules rules = {})
        : upstream_(upstream), rules_(std::move(rules)) {}
    [[nodiscard]] base::Result<std::unique_ptr<CallPlan>> plan(const CallHead& head) const override;
    [[nodiscard]] bool has_method(std::string_view service, std::string_view method) const override;

  private:
    const upstream::Upstream& upstream_;
    const PlainRules rules_;
};

}  // namespace octane::rpc
