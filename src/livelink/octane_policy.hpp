// Room: livelink. What Octane's calls need besides being made: names of any release, refusals, care for requests, the epoch of
// handles, edits told to others, and words that say what to do; docs/octane.md §6. Used from all loops at once.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "frames/control_event.hpp"
#include "livelink/deny_list.hpp"
#include "livelink/epochs.hpp"
#include "livelink/method_traits.hpp"
#include "livelink/surface.hpp"
#include "rpc/call_policy.hpp"
#include "rpc/invoker.hpp"
#include "rpc/method_limits.hpp"

namespace octane::livelink {

class OctanePolicy final : public rpc::CallPolicy {
  public:
    // `schemas`: what the options gave, oldest first. Invoker and epochs must outlive this. `limits`: of calls of others, by the
    // name that they use or by Octane's own; the proxy's own calls have theirs.
    OctanePolicy(rpc::Invoker& invoker, Epochs& epochs, const Schemas& schemas, DenyList deny, rpc::MethodRules limits = {});

    using EditListener = std::function<void(const frames::EditMade&, EditKind)>;
    // Is told of every call that may have changed something and succeeded, on the loop of the call and before its answer leaves.
    // Only before the first call.
    void on_edit(EditListener listener) { on_edit_ = std::move(listener); }

    // Besides CallPolicy's: 40901 stale_epoch, 50110 release_lacks_method.
    [[nodiscard]] base::Result<std::unique_ptr<rpc::CallPlan>> plan(const rpc::CallHead& head) const override;
    [[nodiscard]] bool has_method(std::string_view service, std::string_view method) const override;

    struct Target {
        std::shared_ptr<const schema::Schema> schema;  // keeps `method` alive
        const schema::Method* method = nullptr;
    };
    // For those who call by themselves: the method as plan() finds it. Errors: as plan()'s, and 50110 where the request would
    // have to be read to know which method a name stands for.
    [[nodiscard]] base::Result<Target> resolve(std::string_view service, std::string_view method) const;
    // Octane's refusal in the words that calls have for it.
    [[nodiscard]] base::Error explain(const schema::Schema& schema, const schema::Method& method,
                                      const upstream::Reply& reply) const;
    // Tells on_edit()'s listener of an edit that somebody made by himself and that has succeeded.
    void announce(const schema::Method& method, EditKind kind) const;
    // What must be true of calls of the method.
    [[nodiscard]] const MethodTraits& traits_of(const schema::Method& method) const { return traits_.of(method); }

    // That schema's service of the name in any release. Error 40401.
    [[nodiscard]] base::Result<const google::protobuf::ServiceDescriptor*> find_service(
        const std::shared_ptr<const schema::Schema>& schema, std::string_view service) const {
        return surface_.find_service(schema, service);
    }

  private:
    friend class OctanePlan;

    // What a name of any release stands for, if it may be called.
    [[nodiscard]] base::Result<ResolvedName> find(const ConnectionState& state, std::string_view service,
                                                  std::string_view method) const;
    void tell(const schema::Method& method, EditKind kind, frames::EditMade edit) const;

    rpc::Invoker& invoker_;
    Epochs& epochs_;
    DenyList deny_;
    MethodTraitsTable traits_;
    const rpc::MethodRules limits_;
    EditListener on_edit_;
    Surface surface_;
};

}  // namespace octane::livelink
