#include "endpoints/calls.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "endpoints/call_log.hpp"
#include "endpoints/call_origin.hpp"
#include "endpoints/call_query.hpp"
#include "endpoints/edit_update.hpp"
#include "endpoints/forwarded_headers.hpp"
#include "endpoints/metadata_headers.hpp"
#include "endpoints/query_names.hpp"
#include "endpoints/raw_bytes.hpp"
#include "endpoints/socket_calls.hpp"
#include "endpoints/streaming_calls.hpp"
#include "endpoints/unary_response.hpp"
#include "http/dispatch.hpp"
#include "http/run_on.hpp"
#include "http/upgrade.hpp"
#include "rpc/codec.hpp"
#include "schema/method_pattern.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;

namespace {

// What a call has been asked for, and how.
struct Asked {
    rpc::CallRequest call;
    CallQuery query;
    const UpstreamEntry* upstream = nullptr;
    std::unique_ptr<rpc::CallPlan> plan;
};

http::Response make_failure(const base::Error& error, const CallLog& log) {
    auto response = http::error_response(error, log.call_id());
    log.failure(error, response.status);
    response.headers.emplace_back("X-Call-Id", log.call_id());
    return response;
}

// From the head alone: what is to be called, and whether it may be. Into `asked`, since every call comes here, and what is handed
// from one coroutine to the next has a place in the frames of both; not whole after an error.
asio::awaitable<base::Result<base::Done>> read_head(const Site& site, http::Request& request, const CallLog& log, Asked& asked) {
    auto query = read_call_query(request);
    if (!query) co_return std::move(query).error();
    if (request.query.flag("bytes") && !http::is_upgrade(request)) {
        co_return base::make_error(base::ErrorCode::bad_query,
                                   "?bytes=1 is of a WebSocket's messages; over HTTP ?raw=<field> gives bytes, and "
                                   "?raw-body=<field> takes them");
    }
    asked.query = *std::move(query);
    asked.call.head.service = request.captures[0];
    asked.call.head.method = request.captures[1];
    asked.call.head.wants_empty_objects = !asked.query.codec.dialect.with_defaults && !request.query.find("raw");
    auto origin = read_origin(request, log.call_id(), asked.call);
    if (!origin) co_return std::move(origin).error();
    auto upstream = find_upstream(site, request);
    if (!upstream) co_return std::move(upstream).error();
    asked.upstream = *upstream;
    asked.query.codec.is_strict = asked.query.is_strict.value_or(asked.upstream->refuses_unknown);
    auto metadata = forwarded_headers(request, asked.upstream->forward_headers);
    if (!metadata) co_return std::move(metadata).error();
    asked.call.metadata = *std::move(metadata);
    auto plan = co_await asked.upstream->caller->plan(asked.call);
    if (!plan) co_return std::move(plan).error();
    asked.plan = *std::move(plan);
    co_return base::Done{};
}

// Options that only streams have.
base::Result<base::Done> refuse_stream_options(const http::Query& query, const rpc::CallPlan& plan) {
    for (const std::string_view name : {"stream", "policy", "share"}) {
        if (!query.find(name)) continue;
        return base::make_error(base::ErrorCode::bad_query, "?" + std::string(name) + "= is for methods that give a stream; " +
                                                                plan.called().display + " gives one answer");
    }
    return base::Done{};
}

// What of the answer is wanted as bytes; null: all of it, as JSON.
base::Result<std::unique_ptr<const RawBytes>> read_raw(const http::Query& query, const Asked& asked) {
    auto raw = RawBytes::from(query, asked.plan->answer_type(), asked.query.response_body);
    if (!raw) return std::move(raw).error();
    return *raw ? std::make_unique<const RawBytes>(**std::move(raw)) : nullptr;
}

asio::awaitable<base::Result<base::Done>> ask_given(Asked& asked, std::string given, rpc::JsonCodec& codec) {
    auto bytes = co_await asked.upstream->caller->ask(*asked.plan, asked.call, std::move(given));
    if (!bytes) co_return std::move(bytes).error();
    co_return codec.write(*asked.plan, *std::move(bytes));
}

asio::awaitable<base::Result<base::Done>> take_content(const Site& site, const RawBytes& raw, const base::ByteChain& bytes,
                                                       UnaryAnswer& answer) {
    base::Result<RawBytes::Content> content = RawBytes::Content();
    if (raw.pixels() != nullptr)
        content = co_await http::run_on(site.workers.get_executor(), [&] { return raw.of(bytes); });
    else
        content = raw.of(bytes);
    if (!content) co_return std::move(content).error();
    answer.content = *std::move(content);
    co_return base::Done{};
}

asio::awaitable<void> add_follow_up(const Asked& asked, std::chrono::steady_clock::time_point begun, UnaryAnswer& answer) {
    auto follow_up = co_await follow_edit(*asked.upstream->octane, *asked.plan, asked.call, begun, asked.query.wants_update);
    answer.is_updated = follow_up.is_updated;
    if (follow_up.warning) answer.warnings.push_back(*std::move(follow_up.warning));
}

// Into `answer`. `given`: the request, where it is not JSON in the body.
asio::awaitable<base::Result<base::Done>> ask_unary(const Site& site, const http::Request& request, Asked& asked,
                                                    std::optional<std::string> given, UnaryAnswer& answer) {
    auto& plan = *asked.plan;
    auto done = refuse_stream_options(request.query, plan);
    if (!done) co_return done;
    const auto raw = read_raw(request.query, asked);
    if (!raw) co_return raw.error();
    asked.query.codec.keeps_bytes = *raw != nullptr;
    rpc::JsonCodec codec(asked.query.codec);
    const auto begun = std::chrono::steady_clock::now();
    if (given)
        done = co_await ask_given(asked, *std::move(given), codec);
    else
        done = co_await asked.upstream->caller->run(plan, asked.call, request.body, codec);
    if (!done) co_return done;
    answer.json = std::move(codec.json());
    answer.warnings = codec.warnings();
    if (*raw) done = co_await take_content(site, **raw, codec.bytes(), answer);
    if (!done) co_return done;
    const Context* const octane = asked.upstream->octane;
    if (octane != nullptr && is_followed(*octane, plan, asked.query.wants_update)) co_await add_follow_up(asked, begun, answer);
    if (octane == nullptr && asked.query.wants_update)
        answer.warnings.push_back("?update=1 has no effect: upstream " + asked.upstream->name() + " is no Octane");
    co_return done;
}

asio::awaitable<void> answer_unary(const Site& site, http::Exchange& exchange, Asked& asked, std::optional<std::string> given,
                                   const CallLog& log) {
    log.note_request();
    rpc::AnswerMetadata metadata;
    asked.call.answer_metadata = &metadata;
    UnaryAnswer answer;
    const auto done = co_await ask_unary(site, exchange.request(), asked, std::move(given), answer);
    auto response = done ? make_unary_response(std::move(answer), asked.query.is_bare) : make_failure(done.error(), log);
    if (done) {
        log.success();
        response.headers.emplace_back("X-Call-Id", log.call_id());
    }
    append_metadata(response, metadata);
    co_await exchange.answer(response);
}

asio::awaitable<void> answer_failure(http::Exchange& exchange, const base::Error& error, const CallLog& log) {
    auto response = make_failure(error, log);
    co_await exchange.answer(response);
}

// Of a method that takes a stream: the body is its requests, whether they are all there yet or not.
asio::awaitable<void> take_stream(const Site& site, http::Exchange& exchange, Asked& asked, const CallLog& log) {
    auto field = body_field_of(exchange.request(), *asked.plan);
    if (!field) {
        co_await answer_failure(exchange, field.error(), log);
        co_return;
    }
    log.note_request();
    co_await call_streaming(site, exchange, *asked.upstream, std::move(asked.plan), asked.call, asked.query, std::nullopt, log,
                            *std::move(field));
}

// `given`: as for ask_unary().
asio::awaitable<void> give_stream(const Site& site, http::Exchange& exchange, Asked& asked, std::optional<std::string> given,
                                  const CallLog& log) {
    log.note_request();
    base::Result<std::string> message = std::move(given).value_or(std::string());
    if (!given) {
        rpc::JsonCodec codec(asked.query.codec);
        message = codec.read(*asked.plan, exchange.request().body);
    }
    if (!message) {
        co_await answer_failure(exchange, message.error(), log);
        co_return;
    }
    co_await call_streaming(site, exchange, *asked.upstream, std::move(asked.plan), asked.call, asked.query, *std::move(message),
                            log);
}

asio::awaitable<void> answer_refusal(http::Exchange& exchange, const base::Error& error) {
    auto refusal = http::refusal_response(error, exchange.request());
    co_await exchange.answer(refusal);
}

// By its own word, or by the options'.
bool may_be_got(const UpstreamEntry& upstream, const google::protobuf::MethodDescriptor& method) {
    if (method.options().idempotency_level() == google::protobuf::MethodOptions::NO_SIDE_EFFECTS) return true;
    return std::ranges::any_of(upstream.allow_get,
                               [&method](const std::string& pattern) { return schema::matches_method(pattern, method); });
}

base::Result<std::string> read_query_request(const http::Query& query, const Asked& asked) {
    auto json = request_of(query, asked.plan->request_type());
    if (!json) return json;
    rpc::JsonCodecOptions strict = asked.query.codec;
    strict.is_strict = true;  // nobody sends members by GET that the proxy is to pass over
    rpc::JsonCodec codec(strict);
    return codec.read(*asked.plan, *json);
}

}  // namespace

base::Result<const UpstreamEntry*> find_upstream(const Site& site, const http::Request& request) {
    const auto& captures = request.captures;
    return captures.size() > 2 ? site.upstreams.named(captures[2]) : site.upstreams.route(captures[0], captures[1]);
}

bool is_conversation(const Site& site, const http::Request& request, const std::string& upstream) {
    const auto found =
        upstream.empty() ? site.upstreams.route(request.captures[0], request.captures[1]) : site.upstreams.named(upstream);
    if (!found) return false;
    const auto schema = (*found)->schema();
    const auto* const method = schema->lookup(request.captures[0], request.captures[1]);
    return method != nullptr && method->descriptor->client_streaming();
}

std::optional<base::Error> judge_call(const Site& site, const http::Request& request, QueryNames names,
                                      const http::BodySource& body) {
    if (auto known = check_query_names(request.query, names); !known) return std::move(known).error();
    constexpr std::size_t kSmall = 64UL << 10U;
    if (body.is_at_end()) return std::nullopt;
    const auto size = body.declared_size();
    if (size && *size <= kSmall) return std::nullopt;
    const auto upstream = find_upstream(site, request);
    if (!upstream) return upstream.error();
    if (!(*upstream)->upstream().liveness().has_verdict()) return std::nullopt;
    rpc::CallHead head;
    head.service = request.captures[0];
    head.method = request.captures[1];
    auto planned = (*upstream)->policy->plan(head);
    if (planned) return std::nullopt;
    return std::move(planned).error();
}

std::optional<http::Response> refuse_call(const Site&, http::Request& request, const http::BodySource&) {
    if (request.query.find("raw-body")) return std::nullopt;  // the rest are fields, which only the method's type knows
    const auto known = check_query_names(request.query, kCallParameters);
    if (known) return std::nullopt;
    return make_failure(known.error(), CallLog(request));
}

asio::awaitable<void> call_method(const Site& site, http::Exchange& exchange) {
    auto& request = exchange.request();
    const CallLog log(request);
    Asked asked;
    if (const auto read = co_await read_head(site, request, log, asked); !read) {
        co_await answer_failure(exchange, read.error(), log);
        co_return;
    }
    const auto& method = *asked.plan->called().descriptor;
    if (method.client_streaming()) {
        co_await take_stream(site, exchange, asked, log);
        co_return;
    }
    if (!exchange.body().is_at_end()) {
        const auto whole = co_await http::read_whole_body(exchange);
        if (!whole) {
            co_await answer_refusal(exchange, whole.error());
            co_return;
        }
    }
    auto given = request_around(request, *asked.plan, request.body);
    if (!given)
        co_await answer_failure(exchange, given.error(), log);
    else if (method.server_streaming())
        co_await give_stream(site, exchange, asked, *std::move(given), log);
    else
        co_await answer_unary(site, exchange, asked, *std::move(given), log);
}

asio::awaitable<void> get_method(const Site& site, http::Exchange& exchange) {
    auto& request = exchange.request();
    const CallLog log(request);
    Asked asked;
    if (const auto read = co_await read_head(site, request, log, asked); !read) {
        co_await answer_failure(exchange, read.error(), log);
        co_return;
    }
    const auto& method = *asked.plan->called().descriptor;
    if (http::is_upgrade(request)) {
        auto form = read_socket_form(request, *asked.plan);
        auto response =
            form ? open_socket_call(site, request, *asked.upstream, std::move(asked.plan), asked.call, asked.query, *form)
                 : make_failure(form.error(), log);
        if (form) log.note_request();
        co_await exchange.answer(response);
        co_return;
    }
    if (!may_be_got(*asked.upstream, method)) {
        auto refusal =
            make_failure(base::make_error(base::ErrorCode::verb_not_allowed,
                                          "methods are called with POST, not GET: curl -XPOST …" + request.path.substr(0, 200) +
                                              " -d '{}'; --allow-get " + schema::pattern_of(method) + " would allow it"),
                         log);
        refusal.headers.emplace_back("Allow", "POST, OPTIONS");
        co_await exchange.answer(refusal);
        co_return;
    }
    auto message = read_query_request(request.query, asked);
    if (message && method.client_streaming())
        message =
            base::make_error(base::ErrorCode::bad_path,
                             asked.plan->called().display + " takes a stream: POST it as JSON lines, or open a WebSocket here");
    if (!message) {
        co_await answer_failure(exchange, message.error(), log);
    } else if (method.server_streaming()) {
        log.note_request();
        co_await call_streaming(site, exchange, *asked.upstream, std::move(asked.plan), asked.call, asked.query,
                                *std::move(message), log);
    } else {
        co_await answer_unary(site, exchange, asked, *std::move(message), log);
    }
}

asio::awaitable<void> call_made(const Site& site, http::Exchange& exchange, const MadeCall& made) {
    auto& request = exchange.request();
    const CallLog log(request);
    Asked asked;
    const auto read = co_await read_head(site, request, log, asked);
    rpc::AnswerMetadata metadata;
    if (read) {
        asked.query.failure = made.failure;
        asked.query.response_body = made.response_body;
        if (!made.response_body.empty()) asked.query.codec.dialect.with_defaults = true;
        asked.call.answer_metadata = &metadata;
    }
    base::Result<std::string> message = std::string();
    std::optional<BodyField> pieces;
    if (!read) {
        message = read.error();
    } else if (asked.plan->called().descriptor->client_streaming()) {
        auto field = made.pieces(*asked.plan);
        if (!field)
            message = field.error();
        else if (!*field)
            message = base::make_error(base::ErrorCode::bad_path,
                                       asked.plan->called().display + " takes a stream, which this path does not carry");
        else
            pieces = **std::move(field);
    } else {
        message = co_await made.request(*asked.plan);
    }
    if (pieces) {
        log.note_request();
        co_await call_streaming(site, exchange, *asked.upstream, std::move(asked.plan), asked.call, asked.query, std::nullopt,
                                log, std::move(pieces));
        co_return;
    }
    if (message && asked.plan->called().descriptor->server_streaming()) {
        log.note_request();
        co_await call_streaming(site, exchange, *asked.upstream, std::move(asked.plan), asked.call, asked.query,
                                *std::move(message), log);
        co_return;
    }
    log.note_request();
    UnaryAnswer answer;
    base::Result<base::Done> done = base::Done{};
    if (message)
        done = co_await ask_unary(site, request, asked, *std::move(message), answer);
    else
        done = message.error();
    if (done && !made.response_body.empty() && !answer.content) answer.json = member_of(answer.json, made.response_body);
    http::Response response;
    if (done) {
        response = make_unary_response(std::move(answer), true);
        log.success();
    } else {
        response = made.failure(done.error(), log.call_id());
        log.failure(done.error(), response.status);
    }
    append_metadata(response, metadata);
    response.headers.emplace_back("X-Call-Id", log.call_id());
    co_await exchange.answer(response);
}

}  // namespace octane::endpoints
