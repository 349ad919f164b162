#include "endpoints/unary_response.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "wire/json_text.hpp"

namespace octane::endpoints {
namespace {

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

}  // namespace

http::Response make_unary_response(UnaryAnswer answer, bool is_bare) {
    http::Response response;
    if (answer.content || is_bare) {
        if (answer.content) {
            keep_harmless(response);
            response.chain = std::move(answer.content->bytes);
            response.content_type = std::move(answer.content->type);
        } else {
            response.body = std::move(answer.json);
        }
        if (!answer.warnings.empty()) response.headers.emplace_back("X-Warnings", header_of(answer.warnings));
        return response;
    }
    response.body.reserve(answer.json.size() + 32);
    response.body += R"({"success":true,"data":)";
    response.body += answer.json;
    if (answer.is_updated) response.body += *answer.is_updated ? ",\"updated\":true" : ",\"updated\":false";
    if (!answer.warnings.empty()) {
        response.body += ",\"warnings\":";
        append_warnings(response.body, answer.warnings);
    }
    response.body += '}';
    return response;
}

std::string member_of(const std::string& json, const std::string& name) {
    const auto object = nlohmann::json::parse(json, nullptr, false);
    const auto found = object.find(name);
    return found == object.end() ? "null" : found->dump();
}

}  // namespace octane::endpoints
