#include "endpoints/json_body.hpp"

#include <algorithm>
#include <utility>

namespace octane::endpoints {
namespace {

struct Extent {
    int depth = 0;
    std::size_t values = 1;
};

// An upper bound of what a parser finds: brackets and separators outside of strings. Ends early once there is too much.
Extent measure(std::string_view text) {
    Extent extent;
    int depth = 0;
    bool is_in_string = false;
    for (std::size_t i = 0; i < text.size() && extent.depth <= kDeepestJson && extent.values <= kMostJsonValues; ++i) {
        switch (text[i]) {
            case '"': is_in_string = !is_in_string; break;
            case '\\': i += is_in_string ? 1 : 0; break;
            case '[':
            case '{':
                if (!is_in_string) extent.depth = std::max(extent.depth, ++depth);
                break;
            case ']':
            case '}': depth -= is_in_string ? 0 : 1; break;
            case ',':
            case ':': extent.values += is_in_string ? 0 : 1; break;
            default: break;
        }
    }
    return extent;
}

base::Error bad_json(std::string_view what, const std::string& why) {
    return base::make_error(base::ErrorCode::bad_json, std::string(what) + why);
}

}  // namespace

base::Result<nlohmann::json> read_json_object(std::string_view text, std::string_view what) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return nlohmann::json::object();
    const Extent extent = measure(text);
    if (extent.depth > kDeepestJson)
        return bad_json(what, " is JSON nested deeper than " + std::to_string(kDeepestJson) + " levels");
    if (extent.values > kMostJsonValues)
        return bad_json(what, " is JSON of more than " + std::to_string(kMostJsonValues) + " values");
    auto json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_discarded()) return bad_json(what, " is not JSON");
    if (!json.is_object()) return bad_json(what, " must be a JSON object");
    return json;
}

http::Response json_response(std::string json, int status) {
    http::Response response;
    response.status = status;
    response.body = std::move(json);
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

}  // namespace octane::endpoints
