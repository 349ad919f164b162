#include "endpoints/metadata_headers.hpp"

#include <algorithm>
#include <string_view>

#include "wire/base64.hpp"

namespace octane::endpoints {
namespace {

constexpr std::size_t kMost = 4U << 10U;  // bytes

using Pairs = std::vector<std::pair<std::string, std::string>>;

void append(http::Response& response, std::string_view prefix, const Pairs& metadata, std::size_t& left) {
    for (const auto& [name, value] : metadata) {
        std::string text = metadata_text(name, value);
        // gRPC allows nothing else, but a header must never end a line.
        if (!std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7F; })) continue;
        const std::size_t size = 2 * (prefix.size() + name.size()) + text.size() + 6;  // its name is told twice
        if (size > left) return;
        left -= size;
        response.headers.emplace_back(std::string(prefix) + name, std::move(text));
    }
}

// Pages of other origins read no header whose name is not listed, and no list takes a prefix.
void expose_from(std::size_t first, http::Response& response) {
    std::string names;
    for (std::size_t i = first; i < response.headers.size(); ++i) {
        const auto& name = response.headers[i].first;
        if (i == first || name != response.headers[i - 1].first) names += (names.empty() ? "" : ", ") + name;
    }
    if (!names.empty()) response.headers.emplace_back("Access-Control-Expose-Headers", std::move(names));
}

}  // namespace

std::string metadata_text(const std::string& name, const std::string& value) {
    if (!name.ends_with("-bin")) return value;
    std::string text;
    wire::base64_append(text, value);
    return text;
}

void append_metadata(http::Response& response, const rpc::AnswerMetadata& metadata) {
    const std::size_t first = response.headers.size();
    std::size_t left = kMost;
    append(response, "Grpc-Metadata-", metadata.headers, left);
    append(response, "Grpc-Trailer-", metadata.trailers, left);
    expose_from(first, response);
}

}  // namespace octane::endpoints
