// Room: rpc. The policy of an upstream that nothing special is known of: names of its own schema, and nothing refused. A method
// is a read only where its descriptor says so (idempotency_level = NO_SIDE_EFFECTS).
#pragma once

#include <memory>

#include "rpc/call_policy.hpp"
#include "upstream/upstream.hpp"

namespace octane::rpc {

class PlainPolicy final : public CallPolicy {
  public:
    explicit PlainPolicy(const upstream::Upstream& upstream) : upstream_(upstream) {}
    [[nodiscard]] base::Result<std::unique_ptr<CallPlan>> plan(const CallHead& head) const override;

  private:
    const upstream::Upstream& upstream_;
};

}  // namespace octane::rpc
