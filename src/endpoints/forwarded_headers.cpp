#include "endpoints/forwarded_headers.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/nearest.hpp"
#include "http/header_list.hpp"
#include "rpc/invoker.hpp"
#include "wire/base64.hpp"

namespace octane::endpoints {
namespace {

// RFC 9110 §7.6.1 and §8, RFC 9112; and what gRPC writes itself.
constexpr std::array<std::string_view, 17> kOwn = {"connection",
                                                   "keep-alive",
                                                   "proxy-connection",
                                                   "proxy-authenticate",
                                                   "te",
                                                   "trailer",
                                                   "transfer-encoding",
                                                   "upgrade",
                                                   "host",
                                                   "content-length",
                                                   "content-type",
                                                   "content-encoding",
                                                   "expect",
                                                   "proxy-authorization",
                                                   "accept-encoding",
                                                   "user-agent",
                                                   "http2-settings"};

// Whether a header Connection names it, so that it is for the next hop alone: RFC 9110 §7.6.1. `name` is in lower case.
bool is_of_connection(const http::Request& request, std::string_view name) {
    for (const auto& [given, value] : request.headers) {
        if (given.size() != std::string_view("connection").size() || base::lowered(given) != "connection") continue;
        for (std::string_view rest = value; !rest.empty();) {
            if (base::lowered(http::take_item(rest)) == name) return true;
        }
    }
    return false;
}

}  // namespace

bool may_be_forwarded(std::string_view name) {
    const bool is_name = !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    });
    return is_name && !name.starts_with("grpc-") && std::ranges::find(kOwn, name) == kOwn.end();
}

base::Result<std::vector<std::pair<std::string, std::string>>> forwarded_headers(const http::Request& request,
                                                                                 std::span<const std::string> names) {
    std::vector<std::pair<std::string, std::string>> metadata;
    for (const auto& [given, value] : request.headers) {
        // Every call comes here with a dozen headers, of which hardly one is meant.
        const auto has_its_length = [&given = given](std::string_view wanted) { return wanted.size() == given.size(); };
        if (std::ranges::none_of(rpc::kTracingMetadata, has_its_length) && std::ranges::none_of(names, has_its_length)) continue;
        const auto name = base::lowered(given);
        const bool is_tracing = rpc::is_tracing(name);
        if (!is_tracing && std::ranges::find(names, name) == names.end()) continue;
        if (is_of_connection(request, name)) continue;
        if (name.ends_with("-bin")) {
            auto bytes = wire::base64_decode(value);
            if (!bytes)
                return base::make_error(base::ErrorCode::bad_header,
                                        "the header " + name + " goes to the upstream as bytes, so it must be base64");
            metadata.emplace_back(name, *std::move(bytes));
            continue;
        }
        const bool is_plain = std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7F; });
        if (!is_plain && is_tracing) continue;
        if (!is_plain)
            return base::make_error(base::ErrorCode::bad_header,
                                    "the header " + name +
                                        " goes to the upstream as metadata, which must be printable ASCII; a name that "
                                        "ends in -bin takes bytes in base64");
        metadata.emplace_back(name, value);
    }
    return metadata;
}

}  // namespace octane::endpoints
