#include "endpoints/call_query.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"
#include "endpoints/query_names.hpp"
#include "endpoints/raw_bytes.hpp"
#include "endpoints/request_fields.hpp"
#include "wire/base64.hpp"
#include "wire/json_to_wire.hpp"
#include "wire/writer.hpp"

namespace octane::endpoints {
namespace {

using base::ErrorCode;
using base::make_error;
using base::Result;

base::Error bad_option(std::string_view name, std::string_view value, std::string_view takes) {
    return make_error(ErrorCode::bad_query, "?" + std::string(name) + "= is '" + std::string(value.substr(0, 40)) +
                                                "'; it takes " + std::string(takes));
}

// What of the query is the request's: names that are no options, in their order.
std::vector<std::pair<std::string_view, std::string_view>> fields_of(const http::Query& query,
                                                                     const google::protobuf::Descriptor& type) {
    std::vector<std::pair<std::string_view, std::string_view>> fields;
    for (const auto& [name, value] : query.all()) {
        if (is_call_option(name)) continue;
        if (is_meaningless(name) && !RequestFields::has(type, name)) continue;
        fields.emplace_back(name, value);
    }
    return fields;
}

std::string wrap_bytes(const wire::BytesPath& path, std::string_view bytes) {
    std::string message;
    wire::append_bytes_field(message, static_cast<std::uint32_t>(path.back().field->number()), bytes);
    for (auto step = path.rbegin() + 1; step != path.rend(); ++step) {
        std::string outer;
        wire::append_bytes_field(outer, static_cast<std::uint32_t>(step->field->number()), message);
        message = std::move(outer);
    }
    return message;
}

}  // namespace

base::Result<base::Done> append_wrapped(std::string& message, const wire::BytesPath& path, std::string_view bytes) {
    const auto& field = *path.back().field;
    if (field.type() == google::protobuf::FieldDescriptor::TYPE_STRING && !base::is_utf8(bytes)) {
        return make_error(ErrorCode::bad_value, "'" + field.name() + "' is a string, and the bytes given for it are no UTF-8");
    }
    if (path.size() > 1) {
        message += wrap_bytes(path, bytes);
        return base::Done{};
    }
    constexpr std::size_t kHead = 16;  // bytes, and more than tag and length take
    message.reserve(message.size() + bytes.size() + kHead);
    wire::append_bytes_field(message, static_cast<std::uint32_t>(field.number()), bytes);
    return base::Done{};
}

Result<CallQuery> read_call_query(const http::Request& request) {
    const auto& query = request.query;
    CallQuery read;
    const std::string_view strict = request.header("X-Strict");
    if (!strict.empty()) read.is_strict = strict != "0" && strict != "false";
    read.codec.dialect.with_defaults = query.flag("defaults");
    if (const auto enums = query.find("enums")) {
        if (*enums != "number" && *enums != "name") return bad_option("enums", *enums, "number or name");
        read.codec.dialect.enums_as_numbers = *enums == "number";
    }
    if (const auto policy = query.find("policy")) {
        if (*policy != "all" && *policy != "latest") return bad_option("policy", *policy, "all or latest");
        read.policy = *policy == "latest" ? rpc::ReadPolicy::latest : rpc::ReadPolicy::all;
    }
    read.is_shared = query.flag("share");
    read.is_bare = query.flag("bare");
    read.wants_update = query.flag("update");
    return read;
}

Result<std::string> request_of(const http::Query& query, const google::protobuf::Descriptor& type) {
    std::string json;
    if (const auto whole = query.find("request")) {
        const bool is_json =
            whole->find_first_not_of(" \t") != std::string_view::npos && (*whole)[whole->find_first_not_of(" \t")] == '{';
        json = *whole;
        if (!is_json) {
            auto decoded = wire::base64_decode(*whole);
            if (!decoded) return make_error(ErrorCode::bad_json, "?request= is neither a JSON object nor one in base64url");
            json = *std::move(decoded);
        }
    }
    const auto given = fields_of(query, type);
    if (given.empty()) return json;
    RequestFields fields(type);
    if (!json.empty() && !fields.add_all(json))
        return make_error(ErrorCode::bad_json, "?request= is neither a JSON object nor one in base64url");
    for (const auto& [name, value] : given) {
        auto added = fields.add(name, value);
        if (!added) return std::move(added).error();
    }
    return fields.json();
}

Result<wire::BytesPath> read_body_path(const google::protobuf::Descriptor& type, std::string_view text) {
    auto path = wire::parse_bytes_path(type, text);
    if (!path) return path;
    const bool is_later = std::ranges::any_of(*path, [](const wire::BytesStep& step) { return step.index > 0; });
    if (is_later) return bad_option("raw-body", text, "the path of one field; a list has but one element then, the first");
    return path;
}

Result<std::optional<std::string>> request_around(const http::Request& request, const rpc::CallPlan& plan,
                                                  std::string_view body) {
    const auto& type = plan.request_type();
    const auto asked = request.query.find("raw-body");
    const bool is_body = !asked && RawBytes::is_http_body(type);
    if (!asked && !is_body) return std::optional<std::string>();
    auto path = read_body_path(type, asked.value_or("data"));
    if (!path) return std::move(path).error();
    auto json = request_of(request.query, type);
    if (!json) return std::move(json).error();
    wire::JsonReadOptions reading;
    reading.is_strict = true;  // as every request in a query
    reading.foreign = plan.foreign_names();
    auto fields = wire::json_to_wire(type, *json, reading);
    if (!fields) return std::move(fields).error();
    std::string message = std::move(fields->bytes);
    if (is_body) {
        const auto content_type = request.header("Content-Type");
        if (!content_type.empty()) wire::append_bytes_field(message, 1, content_type);
    }
    auto appended = append_wrapped(message, *path, body);
    if (!appended) return std::move(appended).error();
    return std::optional(std::move(message));
}

}  // namespace octane::endpoints
