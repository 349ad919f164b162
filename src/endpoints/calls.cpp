#include "endpoints/calls.hpp"

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "endpoints/call_log.hpp"
#include "endpoints/call_origin.hpp"
#include "endpoints/content_type.hpp"
#include "endpoints/edit_update.hpp"
#include "endpoints/query_names.hpp"
#include "rpc/codec.hpp"
#include "wire/json_text.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;

namespace {

base::Result<rpc::JsonCodecOptions> read_dialect(const http::Request& request) {
    rpc::JsonCodecOptions options;
    const std::string_view strict = request.header("X-Strict");
    options.is_strict = !strict.empty() && strict != "0" && strict != "false";
    options.dialect.with_defaults = request.query.flag("defaults");
    if (const auto enums = request.query.find("enums")) {
        if (*enums != "number" && *enums != "name") {
            return base::make_error(base::ErrorCode::bad_query,
                                    "?enums= is '" + std::string(enums->substr(0, 40)) + "'; it takes number or name");
        }
        options.dialect.enums_as_numbers = *enums == "number";
    }
    if (const auto raw = request.query.find("raw")) {
        if (raw->empty())
            return base::make_error(base::ErrorCode::bad_query,
                                    "?raw= takes the path of a bytes field, such as renderImages.data.0.buffer.data");
        options.raw_path = *raw;
    }
    return options;
}

void append_warnings(std::string& out, const std::vector<std::string>& warnings) {
    out += '[';
    for (std::size_t i = 0; i < warnings.size(); ++i) {
        if (i > 0) out += ',';
        wire::append_json_string(out, warnings[i]);
    }
    out += ']';
}

// The same for a header, in ASCII: as many as fit into it, and how many more there are. A reverse proxy has 4 KiB for all
// headers.
std::string header_of(const std::vector<std::string>& warnings) {
    constexpr std::size_t kLongest = 1024;
    constexpr std::size_t kRest = 32;  // `,"12 more warnings"]`
    std::string text = "[";
    std::size_t taken = 0;
    for (const auto& warning : warnings) {
        const std::string item = nlohmann::json(warning).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
        if (text.size() + item.size() + kRest > kLongest) break;
        if (taken++ > 0) text += ',';
        text += item;
    }
    if (const auto left = warnings.size() - taken; left > 0)
        text += (taken > 0 ? ",\"" : "\"") + std::to_string(left) + (taken > 0 ? " more warnings\"" : " warnings too long\"");
    return text + ']';
}

http::Response make_response(rpc::JsonCodec& codec, const EditFollowUp& follow_up, bool is_bare, bool is_raw) {
    http::Response response;
    auto warnings = codec.warnings();
    if (follow_up.warning) warnings.push_back(*follow_up.warning);
    if (is_raw) {
        response.chain = std::move(codec.raw());
        response.content_type = recognise_content(response.chain);
    }
    if (is_raw || is_bare) {
        if (!is_raw) response.body = std::move(codec.json());
        if (!warnings.empty()) response.headers.emplace_back("X-Warnings", header_of(warnings));
        return response;
    }
    response.body.reserve(codec.json().size() + 32);
    response.body += R"({"success":true,"data":)";
    response.body += codec.json();
    if (follow_up.is_updated) response.body += *follow_up.is_updated ? ",\"updated\":true" : ",\"updated\":false";
    if (!warnings.empty()) {
        response.body += ",\"warnings\":";
        append_warnings(response.body, warnings);
    }
    response.body += '}';
    return response;
}

}  // namespace

base::Result<const UpstreamEntry*> find_upstream(const Site& site, const http::Request& request) {
    const auto& captures = request.captures;
    return captures.size() > 2 ? site.upstreams.named(captures[2]) : site.upstreams.route(captures[0], captures[1]);
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

std::optional<http::Response> refuse_call(const Site& site, http::Request& request, const http::BodySource& body) {
    const auto refused = judge_call(site, request, kCallParameters, body);
    if (!refused) return std::nullopt;
    const CallLog log(request);
    auto response = http::error_response(*refused, log.call_id());
    log.failure(*refused, response.status);
    response.headers.emplace_back("X-Call-Id", log.call_id());
    return response;
}

asio::awaitable<http::Response> call_method(const Site& site, http::Request& request) {
    const CallLog log(request);
    auto options = read_dialect(request);
    base::Result<base::Done> answer = base::Done{};
    rpc::CallRequest call;
    EditFollowUp follow_up;
    const bool is_raw = options && !options->raw_path.empty();
    rpc::JsonCodec codec(options ? *options : rpc::JsonCodecOptions());
    if (options) {
        call.head.service = request.captures[0];
        call.head.method = request.captures[1];
        call.head.wants_empty_objects = !options->dialect.with_defaults && !is_raw;
        answer = read_origin(request, log.call_id(), call);
        base::Result<const UpstreamEntry*> upstream = static_cast<const UpstreamEntry*>(nullptr);
        base::Result<std::unique_ptr<rpc::CallPlan>> plan = std::unique_ptr<rpc::CallPlan>();
        if (answer) {
            upstream = find_upstream(site, request);
            if (!upstream) answer = upstream.error();
        }
        if (answer) {
            plan = co_await (*upstream)->caller->plan(call);
            if (!plan) answer = plan.error();
        }
        const auto begun = std::chrono::steady_clock::now();
        if (answer) answer = co_await (*upstream)->caller->run(**plan, call, request.body, codec);
        const bool wants_update = request.query.flag("update");
        const Context* const octane = answer ? (*upstream)->octane : nullptr;
        if (octane != nullptr && is_followed(*octane, **plan, wants_update))
            follow_up = co_await follow_edit(*octane, **plan, call, begun, wants_update);
        if (answer && octane == nullptr && wants_update)
            follow_up.warning = "?update=1 has no effect: upstream " + (*upstream)->name() + " is no Octane";
    } else {
        answer = std::move(options).error();
    }
    http::Response response;
    if (answer) {
        log.success();
        response = make_response(codec, follow_up, request.query.flag("bare"), is_raw);
    } else {
        response = http::error_response(answer.error(), log.call_id());
        log.failure(answer.error(), response.status);
    }
    response.headers.emplace_back("X-Call-Id", log.call_id());
    co_return response;
}

}  // namespace octane::endpoints
