#include "endpoints/calls.hpp"

#include <charconv>
#include <chrono>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "endpoints/call_log.hpp"
#include "endpoints/call_origin.hpp"
#include "endpoints/content_type.hpp"
#include "endpoints/query_names.hpp"
#include "endpoints/edit_update.hpp"
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

http::Response make_response(rpc::JsonCodec& codec, const EditFollowUp& follow_up, bool is_bare, bool is_raw) {
    http::Response response;
    auto warnings = codec.warnings();
    if (follow_up.warning) warnings.push_back(*follow_up.warning);
    if (is_raw) {
        response.chain = std::move(codec.raw());
        response.content_type =
            recognise_content(response.chain.segments().empty() ? std::string_view() : response.chain.segments().front());
    }
    if (is_raw || is_bare) {
        if (!is_raw) response.body = std::move(codec.json());
        if (!warnings.empty()) {
            std::string text;
            append_warnings(text, warnings);
            response.headers.emplace_back("X-Warnings", std::move(text));
        }
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

// A name that is unknown or denied, where the body is worth not being read.
std::optional<base::Error> find_name_refusal(const Context& context, const http::Request& request) {
    constexpr std::size_t kSmall = 64UL << 10U;
    const std::string_view length = request.header("Content-Length");
    std::size_t size = 0;
    const auto [end, failed] = std::from_chars(length.data(), length.data() + length.size(), size);
    const bool is_known = !length.empty() && failed == std::errc() && end == length.data() + length.size();
    if (is_known && size <= kSmall) return std::nullopt;
    if (!is_known && request.header("Transfer-Encoding").empty()) return std::nullopt;  // no body
    if (!context.octane.state()->has_verdict) return std::nullopt;
    rpc::CallHead head;
    head.service = request.captures[0];
    head.method = request.captures[1];
    const auto planned = context.octane.policy().plan(head);
    if (planned) return std::nullopt;
    return planned.error();
}

}  // namespace

std::optional<http::Response> refuse_call(const Context& context, http::Request& request) {
    const auto names = check_query_names(request.query, kCallParameters);
    const auto refusal = names ? find_name_refusal(context, request) : std::optional(names.error());
    if (!refusal) return std::nullopt;
    const CallLog log(request);
    auto response = http::error_response(*refusal, log.call_id());
    log.failure(*refusal, response.status);
    response.headers.emplace_back("X-Call-Id", log.call_id());
    return response;
}

asio::awaitable<http::Response> call_method(const Context& context, http::Request& request) {
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
        base::Result<std::unique_ptr<rpc::CallPlan>> plan = std::unique_ptr<rpc::CallPlan>();
        if (answer) {
            plan = co_await context.octane.caller().plan(call);
            if (!plan) answer = plan.error();
        }
        const auto begun = std::chrono::steady_clock::now();
        if (answer) answer = co_await context.octane.caller().run(**plan, call, request.body, codec);
        if (answer) follow_up = co_await follow_edit(context, **plan, call, begun, request.query.flag("update"));
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
