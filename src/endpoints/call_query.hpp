// Room: endpoints. What the query of a call says, and the request that it may hold. docs/api.md §2.
//
// Pure, but for the request that it reads from.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "http/message.hpp"
#include "rpc/codec.hpp"
#include "rpc/streams.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::endpoints {

struct CallQuery {
    rpc::JsonCodecOptions codec;      // without is_strict, which is the upstream's to say where the next says nothing
    std::optional<bool> is_strict{};  // X-Strict
    bool is_bare = false;
    bool wants_update = false;
    rpc::ReadPolicy policy = rpc::ReadPolicy::all;
    bool is_shared = false;
    std::string response_body{};  // the field of the answer that alone is answered; empty: all of it
    std::function<http::Response(const base::Error&, std::string_view call_id)> failure{};  // not empty: other words for failures
};

// Errors: 40006 bad_query.
base::Result<CallQuery> read_call_query(const http::Request& request);

// The request that stands in the query: its fields, and ?request= (JSON, or JSON in base64url). `taken`: the path of a field that
// comes from elsewhere, so that the query cannot have it too; it is there, and empty. Errors: 40002, 40006.
base::Result<std::string> request_of(const http::Query& query, const google::protobuf::Descriptor& type,
                                     std::string_view taken = {});

// The field that ?raw-body= names. Errors: 40006.
base::Result<wire::BytesPath> read_body_path(const google::protobuf::Descriptor& type, std::string_view text);

// Appends the field at the end of the path, in the messages around it, to a message. The path has no index but 0. Errors: 40003
// where the field is a string and the bytes are no UTF-8.
base::Result<base::Done> append_wrapped(std::string& message, const wire::BytesPath& path, std::string_view bytes);

// Of a request one field of which is the body.
struct BodyField {
    std::string rest;      // all else of the request, as wire format
    wire::BytesPath path;  // of the field
};

// ?raw-body=, or the `data` of a google.api.HttpBody. Other fields come from the query, and `content_type` is the body's. Nothing
// where the body is JSON. Errors: 40002, 40003, 40006; one is that of a method that takes a stream a string would be cut in
// pieces.
base::Result<std::optional<BodyField>> body_field_of(const http::Request& request, const rpc::CallPlan& plan);

// The body's type in the google.api.HttpBody whose `data` are at the end of the path. Error 40003 where it is no UTF-8.
base::Result<base::Done> append_content_type(std::string& message, const wire::BytesPath& data, const http::Request& request);

// The whole request of body_field_of(). Errors as its own, and 40003.
base::Result<std::optional<std::string>> request_around(const http::Request& request, const rpc::CallPlan& plan,
                                                        std::string_view body);

}  // namespace octane::endpoints
