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

Result<std::string> request_of(const http::Query& query, const google::protobuf::Descriptor& type, std::string_view taken) {
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
    if (given.empty() && (taken.empty() || json.empty())) return json;  // nothing that the body's field could meet
    RequestFields fields(type);
    if (!json.empty() && !fields.add_all(json))
        return make_error(ErrorCode::bad_json, "?request= is neither a JSON object nor one in base64url");
    for (const auto& [name, value] : given) {
        auto added = fields.add(name, value);
        if (!added) return std::move(added).error();
    }
    if (taken.empty()) return fields.json();
    auto added = fields.add(taken, {});
    if (!added) return std::move(added).error();
    return fields.json();
}

Result<wire::BytesPath> read_body_path(const google::protobuf::Descriptor& type, std::string_view text) {
    auto path = wire::parse_bytes_path(type, text);
    if (!path) return path;
    const bool is_later = std::ranges::any_of(*path, [](const wire::BytesStep& step) { return step.index > 0; });
    if (is_later) return bad_option("raw-body", text, "the path of one field; a list has but one element then, the first");
    return path;
}

base::Result<base::Done> append_content_type(std::string& message, const wire::BytesPath& data, const http::Request& request) {
    const auto type = request.header("Content-Type");
    if (type.empty()) return base::Done{};
    return append_wrapped(message, RawBytes::content_type_beside(data), type);
}

Result<std::optional<BodyField>> body_field_of(const http::Request& request, const rpc::CallPlan& plan) {
    const auto& type = plan.request_type();
    const auto asked = request.query.find("raw-body");
    const auto http_body = asked ? std::nullopt : RawBytes::http_body(type, {});
    if (!asked && !http_body) return std::optional<BodyField>();
    BodyField field;
    if (http_body) {
        field.path = *http_body;
    } else {
        auto path = read_body_path(type, *asked);
        if (!path) return std::move(path).error();
        field.path = *std::move(path);
    }
    const auto& last = *field.path.back().field;
    if (plan.called().descriptor->client_streaming() && last.type() != google::protobuf::FieldDescriptor::TYPE_BYTES)
        return make_error(ErrorCode::bad_query,
                          "?raw-body= of a method that takes a stream is a bytes field, which its pieces are; " +
                              last.full_name() + " is a string");
    const bool is_listed = std::ranges::any_of(field.path, [](const wire::BytesStep& step) { return step.field->is_repeated(); });
    auto json = request_of(request.query, type, is_listed ? std::string_view() : asked.value_or("data"));
    if (!json) return std::move(json).error();
    wire::JsonReadOptions reading;
    reading.is_strict = true;  // as every request in a query
    reading.foreign = plan.foreign_names();
    auto rest = wire::json_to_wire(type, *json, reading);
    if (!rest) return std::move(rest).error();
    field.rest = std::move(rest->bytes);
    if (http_body) {
        auto appended = append_content_type(field.rest, *http_body, request);
        if (!appended) return std::move(appended).error();
    }
    return std::optional(std::move(field));
}

Result<std::optional<std::string>> request_around(const http::Request& request, const rpc::CallPlan& plan,
                                                  std::string_view body) {
    auto field = body_field_of(request, plan);
    if (!field) return std::move(field).error();
    if (!*field) return std::optional<std::string>();
    auto appended = append_wrapped((*field)->rest, (*field)->path, body);
    if (!appended) return std::move(appended).error();
    return std::optional(std::move((*field)->rest));
}

}  // namespace octane::endpoints
