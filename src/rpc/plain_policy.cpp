#include "rpc/plain_policy.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "rpc/explain.hpp"
#include "schema/method_pattern.hpp"

namespace octane::rpc {
namespace {

class PlainPlan final : public CallPlan {
  public:
    PlainPlan(const upstream::Upstream& upstream, std::shared_ptr<const schema::Schema> schema, const schema::Method& method,
              const MethodLimits& limits, CallQueue* gate)
        : upstream_(upstream), schema_(std::move(schema)), method_(method), limits_(limits), gate_(gate) {}

    [[nodiscard]] const schema::Method& called() const override { return method_; }
    [[nodiscard]] const google::protobuf::Descriptor& request_type() const override { return *method_.request; }
    [[nodiscard]] const google::protobuf::Descriptor& answer_type() const override { return *method_.response; }
    base::Result<std::string> prepare(std::string request) override {
        if (auto fits = limits_.check_request(method_, request.size(), upstream_.name()); !fits) return std::move(fits).error();
        return request;
    }
    [[nodiscard]] const schema::Method& method() const override { return method_; }
    [[nodiscard]] CallTraits traits() const override {
        CallTraits traits;
        traits.is_read = method_.descriptor->options().idempotency_level() == google::protobuf::MethodOptions::NO_SIDE_EFFECTS;
        traits.scope = schema_->id();
        traits.gate = gate_;
        return traits;
    }
    [[nodiscard]] std::optional<std::chrono::milliseconds> timeout() const override { return limits_.timeout; }
    [[nodiscard]] std::optional<std::size_t> max_message() const override { return limits_.max_message; }
    [[nodiscard]] bool is_still_wanted() const override { return upstream_.liveness().is_schema_of_connection(*schema_); }
    base::Result<base::ByteChain> conclude(upstream::Reply reply) override {
        if (reply.status == base::GrpcStatus::aborted && !reply.was_sent) return explain_unsent();
        if (reply.status != base::GrpcStatus::ok) return explain_failure(upstream_, method_, reply);
        if (!may_be_read()) return unreadable();
        if (auto fits = limits_.check_answer(method_, reply.body.size(), upstream_.name()); !fits) return std::move(fits).error();
        return std::move(reply.body);
    }

  private:
    // Another server may stand at the address by now, whose bytes would be taken for something else. The first answer may be of
    // the one or the other; those that follow it in a stream are of the same.
    [[nodiscard]] bool may_be_read() {
        const auto& liveness = upstream_.liveness();
        const bool is_first = !std::exchange(has_answer_, true);
        return is_first ? liveness.is_schema_of_connection(*schema_) : !liveness.has_other_schema(*schema_);
    }
    [[nodiscard]] base::Error explain_unsent() const {
        if (!upstream_.liveness().has_other_schema(*schema_))
            return base::make_error(base::ErrorCode::upstream_away, upstream_.unreachable_message("the connection broke"));
        return base::make_error(base::ErrorCode::upstream_conflict, method_.display + " was not sent: " + upstream_.title() +
                                                                        " came back meanwhile, and its schema has changed; "
                                                                        "make the call anew");
    }
    [[nodiscard]] base::Error unreadable() const {
        return base::make_error(base::ErrorCode::upstream_away,
                                "the connection to " + upstream_.title() + " broke while " + method_.display +
                                    " was under way, and its schema may have changed, so the answer cannot be read; the call may "
                                    "have been carried out");
    }

    const upstream::Upstream& upstream_;
    std::shared_ptr<const schema::Schema> schema_;  // keeps method_ alive
    const schema::Method& method_;
    const MethodLimits limits_;
    CallQueue* const gate_;  // null: none
    bool has_answer_ = false;
};

// Where the server has not told its schema, a name that is not known may be right.
base::Error missing_in_doubt(const upstream::Upstream& upstream, const upstream::UpstreamState& state, base::Error missing) {
    if (!state.is_connected) {
        const std::string cause = state.has_verdict ? state.error : "the first attempt is under way";
        return base::make_error(base::ErrorCode::upstream_away, upstream.unreachable_message(cause));
    }
    missing.message += "; " + upstream.title() + " is there, but has not told its schema, which the log says more of";
    return missing;
}

}  // namespace

PlainPolicy::PlainPolicy(const upstream::Upstream& upstream, PlainRules rules) : upstream_(upstream), rules_(std::move(rules)) {
    for (const auto& rule : rules_.concurrencies)
        gates_.push_back(std::make_unique<CallQueue>(rule.value, rule.pattern + " of " + upstream.title()));
}

base::Result<std::unique_ptr<CallPlan>> PlainPolicy::plan(const CallHead& head) const {
    const auto state = upstream_.liveness().state();
    auto schema = state->schema;
    const auto method = schema->find_method(head.service, head.method);
    if (!method && !state->is_schema_certain) return missing_in_doubt(upstream_, *state, method.error());
    if (!method) return method.error();
    const auto fits = [&method](std::string_view pattern) { return schema::matches_method(pattern, *(*method)->descriptor); };
    const auto denied = std::ranges::find_if(rules_.deny, fits);
    if (denied != rules_.deny.end() && std::ranges::none_of(rules_.allow, fits)) {
        return base::make_error(base::ErrorCode::method_denied, schema::pattern_of(*(*method)->descriptor) +
                                                                    " is refused: it is on the deny list of upstream " +
                                                                    upstream_.name() + " (" + *denied + ")");
    }
    CallQueue* gate = nullptr;
    const auto slots = std::ranges::find_if(rules_.concurrencies, fits, &MethodRule<unsigned>::pattern);
    if (slots != rules_.concurrencies.end()) gate = gates_[static_cast<std::size_t>(slots - rules_.concurrencies.begin())].get();
    const auto limits = limits_of(rules_.limits, **method, **method);
    return std::unique_ptr<CallPlan>(std::make_unique<PlainPlan>(upstream_, std::move(schema), **method, limits, gate));
}

void PlainPolicy::close() {
    for (const auto& gate : gates_) gate->close();
}

bool PlainPolicy::has_method(std::string_view service, std::string_view method) const {
    return upstream_.liveness().state()->schema->lookup(service, method) != nullptr;
}

}  // namespace octane::rpc
