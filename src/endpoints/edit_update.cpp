#include "endpoints/edit_update.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "livelink/edit_kind.hpp"
#include "rpc/codec.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr const char* kUpdate = "ApiChangeManager/update";

// What is left of the edit's own deadline; 0: it has none.
milliseconds time_left(const Context& context, const rpc::CallRequest& call, steady_clock::time_point begun) {
    const auto limit = call.timeout.value_or(context.octane.caller().default_timeout());
    if (limit.count() == 0) return limit;
    return std::max(limit - std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun), milliseconds(1));
}

}  // namespace

std::shared_ptr<UpdateAdvice> make_update_advice() {
    return std::make_shared<UpdateAdvice>();
}

bool UpdateAdvice::learn(std::string_view client) {
    const std::lock_guard lock(mutex_);
    if (known_.contains(client)) return false;
    if (known_.size() >= kMostClients) known_.clear();
    known_.emplace(client);
    return true;
}

bool is_followed(const Context& context, const rpc::CallPlan& plan, bool wants_update) {
    const auto kind = context.octane.policy().traits_of(plan.method()).edit;
    if (!plan.is_done()) return false;
    return wants_update || kind == livelink::EditKind::update || livelink::needs_update(kind);
}

asio::awaitable<EditFollowUp> follow_edit(const Context& context, const rpc::CallPlan& plan, const rpc::CallRequest& call,
                                          steady_clock::time_point begun, bool wants_update) {
    EditFollowUp result;
    const auto& traits = context.octane.policy().traits_of(plan.method());
    if (traits.edit == livelink::EditKind::update) {
        context.update_advice->learn(call.client);
        if (wants_update) result.is_updated = true;
        co_return result;
    }
    if (!wants_update) {
        if (context.update_advice->learn(call.client)) {
            result.warning =
                std::string("Octane notes this edit and shows it after ") + kUpdate +
                ": call that when all edits are made, or send ?update=1 with the last one (said once to each client)";
        }
        co_return result;
    }
    context.update_advice->learn(call.client);
    if (traits.is_read || !livelink::is_of_octane(plan.method())) {
        result.warning = "?update=1 has no effect: " + plan.called().display + " is no edit of Octane's scene";
        co_return result;
    }
    rpc::CallRequest update;
    update.head.service = livelink::kChangeManager;
    update.head.method = "update";
    update.head.call_id = call.head.call_id;
    update.timeout = time_left(context, call, begun);
    update.client_gone = call.client_gone;
    update.client = call.client;
    update.metadata = call.metadata;
    rpc::ProtobufCodec codec;
    const auto updated = co_await context.octane.caller().call(std::move(update), {}, codec);
    result.is_updated = updated.has_value();
    if (!updated) {
        result.warning = plan.called().display + " has been carried out, but " + kUpdate +
                         " after it failed, so the picture may not show it yet: " + updated.error().message +
                         "; do not repeat the edit, call " + kUpdate;
    }
    co_return result;
}

}  // namespace octane::endpoints
