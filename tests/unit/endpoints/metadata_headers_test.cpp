#include "endpoints/metadata_headers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace octane::endpoints {
namespace {

constexpr std::string_view kExpose = "Access-Control-Expose-Headers";

std::vector<std::string> values_of(const http::Response& response, std::string_view name) {
    std::vector<std::string> values;
    for (const auto& [key, value] : response.headers) {
        if (key == name) values.push_back(value);
    }
    return values;
}

TEST_CASE("what the upstream says beside its answer becomes headers, which pages of other origins may read") {
    http::Response response;
    response.headers.emplace_back("X-Call-Id", "c1");
    append_metadata(response, {{{"x-a", "1"}, {"x-a", "2"}, {"x-b-bin", std::string("\x01\xFF")}}, {{"x-a", "3"}}});
    CHECK(values_of(response, "Grpc-Metadata-x-a") == std::vector<std::string>{"1", "2"});
    CHECK(values_of(response, "Grpc-Metadata-x-b-bin") == std::vector<std::string>{"Af8="});
    CHECK(values_of(response, "Grpc-Trailer-x-a") == std::vector<std::string>{"3"});
    CHECK(values_of(response, kExpose) == std::vector<std::string>{"Grpc-Metadata-x-a, Grpc-Metadata-x-b-bin, Grpc-Trailer-x-a"});
}

TEST_CASE("an answer without metadata names no further headers, and what could end a line is left out") {
    http::Response response;
    append_metadata(response, {});
    CHECK(response.headers.empty());
    append_metadata(response, {{{"x-a", "one\r\nX-Evil: 1"}}, {{"x-b", "caf\xC3\xA9"}}});
    CHECK(response.headers.empty());
}

TEST_CASE("headers of metadata have 4 KiB in all, their list included") {
    rpc::AnswerMetadata metadata;
    for (int i = 0; i < 200; ++i) metadata.headers.emplace_back("x-number-" + std::to_string(i), std::string(20, 'v'));
    metadata.trailers.emplace_back("x-end", std::string(5000, 'v'));
    http::Response response;
    append_metadata(response, metadata);
    std::size_t size = 0;
    for (const auto& [name, value] : response.headers) size += name.size() + value.size() + 4;
    CHECK(size > 3U << 10U);
    CHECK(size <= (4U << 10U) + kExpose.size() + 4);
    const auto exposed = values_of(response, kExpose);
    REQUIRE(exposed.size() == 1);
    CHECK(std::ranges::count(exposed[0], ',') == static_cast<std::ptrdiff_t>(response.headers.size() - 2));
}

}  // namespace
}  // namespace octane::endpoints
