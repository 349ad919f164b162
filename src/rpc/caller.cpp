#include "rpc/caller.hpp"

#include <algorithm>
#include <utility>

namespace octane::rpc {
namespace asio = boost::asio;
using base::ErrorCode;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kLongestWaitForVerdict{1000};

base::Result<base::Done> require_unary(const CallPlan& plan) {
    const auto& called = plan.called();
    if (called.is_unary) return base::Done{};
    return base::make_error(ErrorCode::bad_path,
                            called.display + " is a streaming method and cannot be called with one POST" + plan.streaming_hint());
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
        const auto limit = given.count() > 0 ? std::min(given, kLongestWaitForVerdict) : kLongestWaitForVerdict;
        co_await liveness.wait_for_verdict(limit, stop_waiting.slot());
        if (request.client_gone.is_connected()) request.client_gone.clear();
        if (is_gone) co_return base::make_error(ErrorCode::cancelled, "the client went away before the call was begun");
        request.waited = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
    }
    auto planned = policy_.plan(request.head);
    if (!planned) co_return std::move(planned).error();
    co_return std::move(*planned);
}

asio::awaitable<base::Result<base::Done>> Caller::run(CallPlan& plan, const CallRequest& request, std::string_view body,
                                                      Codec& codec) const {
    if (auto is_unary = require_unary(plan); !is_unary) co_return std::move(is_unary).error();
    auto message = codec.read(plan, body);
    if (!message) co_return std::move(message).error();
    auto answer = co_await ask(plan, request, *std::move(message));
    if (!answer) {
        auto error = std::move(answer).error();
        codec.explain(error);
        co_return error;
    }
    co_return codec.write(plan, *std::move(answer));
}

asio::awaitable<base::Result<base::ByteChain>> Caller::ask(CallPlan& plan, const CallRequest& request,
                                                           std::string message) const {
    auto prepared = plan.prepare(std::move(message));
    if (!prepared) co_return std::move(prepared).error();
    CallTerms terms;
    terms.traits = plan.traits();
    terms.timeout = request.timeout.value_or(plan.timeout().value_or(default_timeout_));
    if (terms.timeout.count() > 0) terms.timeout = std::max(terms.timeout - request.waited, milliseconds(1));
    terms.slot = request.client_gone;
    terms.client = request.client;
    terms.id = request.head.call_id;
    terms.plan = &plan;
    terms.metadata = request.metadata;
    upstream::Reply reply = co_await invoker_.call(plan.method().path, *std::move(prepared), std::move(terms));
    if (request.answer_metadata != nullptr) *request.answer_metadata = {std::move(reply.headers), std::move(reply.trailers)};
    co_return plan.conclude(std::move(reply));
}

asio::awaitable<base::Result<base::Done>> Caller::call(CallRequest request, std::string_view body, Codec& codec) const {
    auto planned = co_await plan(request);
    if (!planned) co_return std::move(planned).error();
    auto done = co_await run(**planned, request, body, codec);
    co_return done;
}

}  // namespace octane::rpc
