#include "rpc/plain_policy.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <utility>

#include "rpc/explain.hpp"
#include "schema/method_pattern.hpp"

namespace octane::rpc {
namespace {

class PlainPlan final : public CallPlan {
  public:
    PlainPlan(const upstream::Upstream& upstream, std::shared_ptr<const schema::Schema> schema, const schema::Method& method,
              std::optional<std::chrono::milliseconds> timeout)
        : upstream_(upstream), schema_(std::move(schema)), method_(method), timeout_(timeout) {}

    [[nodiscard]] const schema::Method& called() const override { return method_; }
    [[nodiscard]] const google::protobuf::Descriptor& request_type() const override { return *method_.request; }
    [[nodiscard]] const google::protobuf::Descriptor& answer_type() const override { return *method_.response; }
    base::Result<std::string> prepare(std::string request) override { return request; }
    [[nodiscard]] const schema::Method& method() const override { return method_; }
    [[nodiscard]] CallTraits traits() const override {
        CallTraits traits;
        traits.is_read = method_.descriptor->options().idempotency_level() == google::protobuf::MethodOptions::NO_SIDE_EFFECTS;
        return traits;
    }
    [[nodiscard]] std::optional<std::chrono::milliseconds> timeout() const override { return timeout_; }
    base::Result<base::ByteChain> conclude(upstream::Reply reply) override {
        if (reply.status != base::GrpcStatus::ok) return explain_failure(upstream_, method_, reply);
        return std::move(reply.body);
    }

  private:
    const upstream::Upstream& upstream_;
    std::shared_ptr<const schema::Schema> schema_;  // keeps method_ alive
    const schema::Method& method_;
    const std::optional<std::chrono::milliseconds> timeout_;
};

}  // namespace

base::Result<std::unique_ptr<CallPlan>> PlainPolicy::plan(const CallHead& head) const {
    auto schema = upstream_.liveness().state()->schema;
    const auto method = schema->find_method(head.service, head.method);
    if (!method) return method.error();
    const auto fits = [&method](std::string_view pattern) { return schema::matches_method(pattern, *(*method)->descriptor); };
    const auto denied = std::ranges::find_if(rules_.deny, fits);
    if (denied != rules_.deny.end() && std::ranges::none_of(rules_.allow, fits)) {
        return base::make_error(base::ErrorCode::method_denied, schema::pattern_of(*(*method)->descriptor) +
                                                                    " is refused: it is on the deny list of upstream " +
                                                                    upstream_.name() + " (" + *denied + ")");
    }
    std::optional<std::chrono::milliseconds> timeout;
    const auto given = std::ranges::find_if(rules_.timeouts, fits, &PlainRules::Timeout::pattern);
    if (given != rules_.timeouts.end()) timeout = given->timeout;
    return std::unique_ptr<CallPlan>(std::make_unique<PlainPlan>(upstream_, std::move(schema), **method, timeout));
}

bool PlainPolicy::has_method(std::string_view service, std::string_view method) const {
    return upstream_.liveness().state()->schema->lookup(service, method) != nullptr;
}

}  // namespace octane::rpc
