// Room: rpc. The policy of an upstream that nothing special is known of: names of its own schema, and only that refused which the
// options name. A method is a read only where its descriptor says so (idempotency_level = NO_SIDE_EFFECTS).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rpc/call_policy.hpp"
#include "rpc/call_queue.hpp"
#include "rpc/method_limits.hpp"
#include "upstream/upstream.hpp"

namespace octane::rpc {

struct PlainRules {
    std::vector<std::string> deny;
    std::vector<std::string> allow;  // wins over deny
    MethodRules limits;
    std::vector<MethodRule<unsigned>> concurrencies;  // calls in flight at once of all methods of the pattern
};

class PlainPolicy final : public CallPolicy {
  public:
    explicit PlainPolicy(const upstream::Upstream& upstream, PlainRules rules = {});
    [[nodiscard]] base::Result<std::unique_ptr<CallPlan>> plan(const CallHead& head) const override;
    [[nodiscard]] bool has_method(std::string_view service, std::string_view method) const override;

    // Those who wait because of a concurrency are told that the proxy is going down. While the loops of the calls still run.
    void close();

  private:
    const upstream::Upstream& upstream_;
    const PlainRules rules_;
    std::vector<std::unique_ptr<CallQueue>> gates_;  // of rules_.concurrencies, in the same order; each guards itself
};

}  // namespace octane::rpc
