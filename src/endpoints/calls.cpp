#include "endpoints/calls.hpp"

#include <google/protobuf/descriptor.h>

#include <utility>

#include "endpoints/call_log.hpp"
#include "endpoints/call_origin.hpp"
#include "endpoints/content_type.hpp"
#include "wire/json_text.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;

namespace {

base::Result<livelink::CallRequest> read_request(http::Request& request, std::string_view call_id) {
    livelink::CallRequest call;
    call.service = request.captures[0];
    call.method = request.captures[1];
    call.body = request.body;
    const std::string_view strict = request.header("X-Strict");
    call.is_strict = !strict.empty() && strict != "0" && strict != "false";
    call.dialect.with_defaults = request.query.flag("defaults");
    if (const auto enums = request.query.find("enums")) {
        if (*enums != "number" && *enums != "name") {
            return base::make_error(base::ErrorCode::bad_query,
                                    "?enums= is '" + std::string(enums->substr(0, 40)) + "'; it takes number or name");
        }
        call.dialect.enums_as_numbers = *enums == "number";
    }
    if (const auto raw = request.query.find("raw")) {
        if (raw->empty())
            return base::make_error(base::ErrorCode::bad_query,
                                    "?raw= takes the path of a bytes field, such as renderImages.data.0.buffer.data");
        call.raw_path = *raw;
    }
    const auto origin = read_origin(request, call_id, call);
    if (!origin) return origin.error();
    return call;
}

void append_warnings(std::string& out, const std::vector<std::string>& warnings) {
    out += '[';
    for (std::size_t i = 0; i < warnings.size(); ++i) {
        if (i > 0) out += ',';
        wire::append_json_string(out, warnings[i]);
    }
    out += ']';
}

http::Response make_response(livelink::CallAnswer answer, bool is_bare, bool is_raw) {
    http::Response response;
    if (is_raw) {
        response.chain = std::move(answer.raw);
        response.content_type =
            recognise_content(response.chain.segments().empty() ? std::string_view() : response.chain.segments().front());
    }
    if (is_raw || is_bare) {
        if (!is_raw) response.body = std::move(answer.json);
        if (!answer.warnings.empty()) {
            std::string text;
            append_warnings(text, answer.warnings);
            response.headers.emplace_back("X-Warnings", std::move(text));
        }
        return response;
    }
    response.body.reserve(answer.json.size() + 32);
    response.body += R"({"success":true,"data":)";
    response.body += answer.json;
    if (!answer.warnings.empty()) {
        response.body += ",\"warnings\":";
        append_warnings(response.body, answer.warnings);
    }
    response.body += '}';
    return response;
}

}  // namespace

void name_missing_node(const schema::Method& method, std::string& json) {
    if (json != "{}" || !method.descriptor->name().starts_with("connectedNode")) return;
    const auto* result = method.response->FindFieldByName("result");
    if (result != nullptr && result->message_type() != nullptr && !result->is_repeated()) json = R"({"result":{}})";
}

asio::awaitable<http::Response> call_method(const Context& context, http::Request& request) {
    const CallLog log(request);
    auto call = read_request(request, log.call_id());
    base::Result<livelink::CallAnswer> answer = livelink::CallAnswer();
    if (call) {
        answer = co_await context.caller.call(*call);
    } else {
        answer = std::move(call).error();
    }
    http::Response response;
    if (answer) {
        log.success();
        name_missing_node(*answer->method, answer->json);
        response = make_response(std::move(*answer), request.query.flag("bare"), !call->raw_path.empty());
    } else {
        response = http::error_response(answer.error(), log.call_id());
        log.failure(answer.error(), response.status);
    }
    response.headers.emplace_back("X-Call-Id", log.call_id());
    co_return response;
}

}  // namespace octane::endpoints
