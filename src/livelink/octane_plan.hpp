// Room: livelink. One call of Octane from its head to its end: see octane_policy.hpp.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "livelink/octane_policy.hpp"
#include "livelink/request_care.hpp"

namespace octane::livelink {

// The epoch has changed under the call.
base::Error stale_during(const schema::Method& method);

class OctanePlan final : public rpc::CallPlan {
  public:
    // The policy must outlive the plan, what the head views need not.
    OctanePlan(const OctanePolicy& policy, std::shared_ptr<const ConnectionState> state, ResolvedName name,
               const rpc::CallHead& head);

    [[nodiscard]] const schema::Method& called() const override { return *name_.called; }
    [[nodiscard]] const google::protobuf::Descriptor& request_type() const override { return name_.request_type(); }
    [[nodiscard]] const google::protobuf::Descriptor& answer_type() const override { return name_.answer_type(); }
    [[nodiscard]] const wire::ForeignNames* foreign_names() const override { return name_.foreign; }
    [[nodiscard]] std::string streaming_hint() const override;

    base::Result<std::string> prepare(std::string request) override;
    [[nodiscard]] const schema::Method& method() const override { return *name_.method; }
    [[nodiscard]] rpc::CallTraits traits() const override;
    [[nodiscard]] std::optional<std::chrono::milliseconds> timeout() const override { return limits_.timeout; }
    [[nodiscard]] std::optional<std::size_t> max_message() const override { return limits_.max_message; }
    [[nodiscard]] bool is_still_wanted() const override;
    base::Result<base::ByteChain> conclude(upstream::Reply reply) override;
    [[nodiscard]] bool is_done() const override { return is_done_; }

  private:
    [[nodiscard]] base::Result<base::Done> note_success(const base::ByteChain& answer);
    void tell_of_edit() const;
    [[nodiscard]] const std::string& name_of_upstream() const { return policy_.invoker_.upstream().name(); }

    const OctanePolicy& policy_;
    std::shared_ptr<const ConnectionState> state_;
    ResolvedName name_;
    const std::string call_id_;
    const bool wants_empty_objects_;
    const MethodTraits* traits_ = nullptr;  // of method(); null before prepare() where that chooses among several
    rpc::MethodLimits limits_;              // as traits_
    RequestFacts facts_;
    bool is_done_ = false;
};

}  // namespace octane::livelink
