#include "livelink/octane_plan.hpp"

#include <utility>

#include "livelink/callback_wire.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace octane::livelink {
using base::ErrorCode;
using base::GrpcStatus;

namespace {

constexpr std::string_view kCameraStreamPath = "/livelinkapi.LiveLinkService/StreamCamera";

// Some calls report failure by a flag alone.
bool has_succeeded(const MethodTraits& traits, const base::ByteChain& answer) {
    return traits.success_flag == 0 || wire::last_varint(answer, traits.success_flag).value_or(0) != 0;
}

}  // namespace

base::Error stale_during(const schema::Method& method) {
    return base::make_error(ErrorCode::stale_epoch,
                            "Octane reconnected or its project changed while " + method.display +
                                " was under way, so the handles it was about are void; ask for them anew");
}

OctanePlan::OctanePlan(const OctanePolicy& policy, std::shared_ptr<const ConnectionState> state, ResolvedName name,
                       const rpc::CallHead& head)
    : policy_(policy),
      state_(std::move(state)),
      name_(std::move(name)),
      call_id_(head.call_id),
      wants_empty_objects_(head.wants_empty_objects) {
    if (name_.method == nullptr) return;
    traits_ = &policy_.traits_.of(method());
    limits_ = rpc::limits_of(policy_.limits_, called(), method());
}

// Only for the streams that the proxy itself reads and writes: another service's are had nowhere else.
std::string OctanePlan::streaming_hint() const {
    if (called().path == kStreamPath) return "; GET /render/stream carries Octane's events";
    if (called().path == kCameraStreamPath) return "; messages on /render/ws move the camera, and so does LiveLink/SetCamera";
    return {};
}

base::Result<std::string> OctanePlan::prepare(std::string request) {
    auto chosen = choose_method(name_, std::move(request));
    if (!chosen) return chosen;
    traits_ = &policy_.traits_.of(method());
    limits_ = rpc::limits_of(policy_.limits_, called(), method());
    if (traits_->refusal != nullptr) return base::make_error(ErrorCode::method_denied, *traits_->refusal);
    facts_ = read_facts(*chosen, *traits_);
    if (traits_->judged_argument != 0) {
        if (auto refusal = policy_.deny_.reason(method(), facts_.judged_argument))
            return base::make_error(ErrorCode::method_denied, *std::move(refusal));
    }
    suppress_dialogs(*traits_, facts_, *chosen);
    if (auto fits = limits_.check_request(method(), chosen->size(), name_of_upstream()); !fits) return std::move(fits).error();
    // Without Octane that is what everybody is told.
    if (!state_->is_connected) return chosen;
    auto checked = check_instance(method(), *traits_, facts_);
    if (!checked) return std::move(checked).error();
    return chosen;
}

rpc::CallTraits OctanePlan::traits() const {
    return {traits_->lane, traits_->is_read, traits_->deals_in_handles ? state_->epoch : 0};
}

bool OctanePlan::is_still_wanted() const {
    return !traits_->deals_in_handles || state_->connections == 0 || policy_.epochs_.now() == state_->epoch;
}

base::Result<base::Done> OctanePlan::note_success(const base::ByteChain& answer) {
    // No connection: begun before it was known whether Octane is there.
    const bool is_same_epoch = state_->connections == 0 || policy_.epochs_.now() == state_->epoch;
    if (traits_->voids_handles) {
        if (has_succeeded(*traits_, answer)) policy_.epochs_.project_loaded(method().display, state_->epoch);
    } else if (traits_->deals_in_handles && !is_same_epoch) {
        return stale_during(method());
    }
    return base::Done{};
}

void OctanePlan::tell_of_edit() const {
    if (traits_->is_read) return;
    frames::EditMade edit;
    edit.call_id = call_id_;
    if (facts_.instance) edit.object = frames::EditMade::Object{facts_.instance->handle, facts_.instance->type};
    policy_.tell(method(), traits_->edit, std::move(edit));
}

base::Result<base::ByteChain> OctanePlan::conclude(upstream::Reply reply) {
    if (reply.status != GrpcStatus::ok) return policy_.explain(*name_.schema, method(), reply);
    auto noted = note_success(reply.body);
    if (!noted) return std::move(noted).error();
    if (wants_empty_objects_ && traits_->empty_object != 0 && reply.body.size() == 0) {
        std::string empty;
        wire::append_bytes_field(empty, traits_->empty_object, {});
        reply.body = base::ByteChain::own(std::move(empty));
    }
    is_done_ = has_succeeded(*traits_, reply.body);
    auto fits = limits_.check_answer(method(), reply.body.size(), name_of_upstream());
    auto answer = fits ? translate_answer(name_, std::move(reply.body)) : std::move(fits).error();
    // What Octane refused in its answer is no edit. One whose answer merely cannot be had is: the call has been carried out.
    const auto is_unreadable = [](ErrorCode code) {
        return code == ErrorCode::bad_answer || code == ErrorCode::message_too_large;
    };
    if (is_done_ && (answer || is_unreadable(answer.error().code))) tell_of_edit();
    return answer;
}

}  // namespace octane::livelink
