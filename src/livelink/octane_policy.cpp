#include "livelink/octane_policy.hpp"

#include <chrono>
#include <utility>

#include "livelink/octane_plan.hpp"
#include "rpc/busy_words.hpp"
#include "rpc/explain.hpp"

namespace octane::livelink {
using base::ErrorCode;
using base::GrpcStatus;

OctanePolicy::OctanePolicy(rpc::Invoker& invoker, Epochs& epochs, const Schemas& schemas, DenyList deny, rpc::MethodRules limits)
    : invoker_(invoker),
      epochs_(epochs),
      deny_(std::move(deny)),
      traits_(known_schemas(schemas), deny_),
      limits_(std::move(limits)),
      surface_(schemas) {}

base::Result<ResolvedName> OctanePolicy::find(const ConnectionState& state, std::string_view service,
                                              std::string_view method) const {
    auto found = surface_.find(state.schema, state.is_release_known, service, method);
    if (!found) return found;
    for (const auto* one : {found->called, found->method}) {
        const auto* const refusal = one == nullptr ? nullptr : traits_.of(*one).refusal;
        if (refusal != nullptr) return base::make_error(ErrorCode::method_denied, *refusal);
        if (found->called == found->method) break;
    }
    return found;
}

base::Result<std::unique_ptr<rpc::CallPlan>> OctanePolicy::plan(const rpc::CallHead& head) const {
    auto state = epochs_.state();  // one call is judged by one state
    if (head.epoch && state->is_connected && *head.epoch != state->epoch) {
        return base::make_error(ErrorCode::stale_epoch, "the request is of epoch " + std::to_string(*head.epoch) +
                                                            ", but Octane is at epoch " + std::to_string(state->epoch) +
                                                            ": it reconnected or its project changed since, so the handles "
                                                            "are void; ask for them anew");
    }
    auto found = find(*state, head.service, head.method);
    if (!found) return std::move(found).error();
    return std::unique_ptr<rpc::CallPlan>(std::make_unique<OctanePlan>(*this, std::move(state), *std::move(found), head));
}

bool OctanePolicy::has_method(std::string_view service, std::string_view method) const {
    const auto found = find(*epochs_.state(), service, method);
    if (found) return true;
    const auto code = found.error().code;
    return code != ErrorCode::service_not_found && code != ErrorCode::method_not_found;
}

base::Result<OctanePolicy::Target> OctanePolicy::resolve(std::string_view service, std::string_view method) const {
    auto found = find(*epochs_.state(), service, method);
    if (!found) return std::move(found).error();
    if (found->method != nullptr) return Target{found->schema, found->method};
    return base::make_error(ErrorCode::release_lacks_method, found->called->display + " stands for several methods of " +
                                                                 found->schema->name() +
                                                                 ", and only POST /<service>/<method> chooses among them");
}

base::Error OctanePolicy::explain(const schema::Schema& schema, const schema::Method& method,
                                  const upstream::Reply& reply) const {
    if (reply.status == GrpcStatus::aborted && !reply.was_sent) return stale_during(method);
    base::Error error = rpc::explain_failure(invoker_.upstream(), method, reply);
    if (error.code == ErrorCode::upstream_away) error.code = ErrorCode::upstream_unreachable;
    if (reply.status == GrpcStatus::unimplemented) {
        const std::string others = surface_.releases_with(method, &schema);
        error.message += others.empty() ? "; the schema that has it is " + schema.name()
                                        : "; " + schema.name() + " and " + others + " have it";
    } else if (reply.status == GrpcStatus::deadline_exceeded && !epochs_.state()->silent_since) {
        if (reply.was_sent && is_of_octane(method)) error.message += "; a dialog may be open in Octane";
        if (const auto busy = invoker_.busy()) {
            error.message += "; " + rpc::busy_words(invoker_.upstream().title(), *busy, std::chrono::steady_clock::now());
        }
    }
    return error;
}

void OctanePolicy::tell(const schema::Method& method, EditKind kind, frames::EditMade edit) const {
    if (!on_edit_) return;
    edit.method = rpc::short_method(method.path);
    edit.epoch = epochs_.now();
    on_edit_(edit, kind);
}

void OctanePolicy::announce(const schema::Method& method, EditKind kind) const {
    tell(method, kind, {});
}

}  // namespace octane::livelink
