#include "rpc/caller.hpp"

#include <algorithm>
#include <utility>

namespace octane::rpc {
namespace asio = boost::asio;
using base::ErrorCode;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kLongestWaitForVerdict{1000};

base::Error explained(const Codec& codec, base::Error error) {
    codec.explain(error);
    return error;
}

}  // namespace

asio::awaitable<base::Result<std::unique_ptr<CallPlan>>> Caller::plan(CallRequest& request) const {
    auto& liveness = invoker_.upstream().liveness();
    if (!liveness.has_verdict()) {
        const auto begin = std::chrono::steady_clock::now();
        bool is_gone = false;
        asio::cancellation_signal stop_waiting;
        if (request.client_gone.is_connected()) {
            request.client_gone.assign([&](asio::cancellation_type type) {
                is_gone = true;
                stop_waiting.emit(type);
            });
        }
        const auto given = request.timeout.value_or(default_timeout_);
        const bool has_limit = given.count() > 0;
        const auto limit = has_limit ? std::min(given, kLongestWaitForVerdict) : kLongestWaitForVerdict;
        co_await liveness.wait_for_verdict(limit, stop_waiting.slot());
        if (request.client_gone.is_connected()) request.client_gone.clear();
        if (is_gone) co_return base::make_error(ErrorCode::cancelled, "the client went away before the call was begun");
        if (has_limit) {
            const auto waited = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
            request.timeout = std::max(given - waited, milliseconds(1));
        }
    }
    auto planned = policy_.plan(request.head);
    if (!planned) co_return std::move(planned).error();
    const auto& called = (*planned)->called();
    if (!called.is_unary) {
        co_return base::make_error(
            ErrorCode::bad_path,
            called.display + " is a streaming method and cannot be called with one POST" + (*planned)->streaming_hint());
    }
    co_return std::move(*planned);
}

asio::awaitable<base::Result<base::Done>> Caller::run(CallPlan& plan, const CallRequest& request, std::string_view body,
                                                      Codec& codec) const {
    // Checked before the upstream is asked: a refusal means that nothing was done.
    auto checked = codec.check(plan);
    if (!checked) co_return std::move(checked).error();
    auto message = codec.read(plan, body);
    if (!message) co_return std::move(message).error();
    auto prepared = plan.prepare(*std::move(message));
    if (!prepared) co_return explained(codec, std::move(prepared).error());

    CallTerms terms;
    terms.traits = plan.traits();
    terms.timeout = request.timeout.value_or(plan.timeout().value_or(default_timeout_));
    terms.slot = request.client_gone;
    terms.client = request.client;
    terms.id = request.head.call_id;
    terms.plan = &plan;
    terms.metadata = request.metadata;
    upstream::Reply reply = co_await invoker_.call(plan.method().path, *std::move(prepared), std::move(terms));
    auto answer = plan.conclude(std::move(reply));
    if (!answer) co_return explained(codec, std::move(answer).error());
    co_return codec.write(plan, *std::move(answer));
}

asio::awaitable<base::Result<base::Done>> Caller::call(CallRequest request, std::string_view body, Codec& codec) const {
    auto planned = co_await plan(request);
    if (!planned) co_return std::move(planned).error();
    auto done = co_await run(**planned, request, body, codec);
    co_return done;
}

}  // namespace octane::rpc
