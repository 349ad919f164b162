// Room: endpoints. The answer of a unary call as a response: envelope, warnings, or bytes. docs/api.md §2 "Answer". Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "endpoints/raw_bytes.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

struct UnaryAnswer {
    std::string json;  // one object; empty where bytes were asked for
    std::optional<RawBytes::Content> content;
    std::vector<std::string> warnings;
    std::optional<bool> is_updated;  // nothing: nobody asked for an update
};

// `is_bare`: without the envelope; warnings then stand in a header.
http::Response make_unary_response(UnaryAnswer answer, bool is_bare);

// One member of a JSON object, as JSON; null where it is not there.
std::string member_of(const std::string& json, const std::string& name);

}  // namespace octane::endpoints
