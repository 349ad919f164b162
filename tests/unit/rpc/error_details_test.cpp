#include "rpc/error_details.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "unit/rpc/running_upstream.hpp"
#include "wire/writer.hpp"

namespace octane::rpc {
namespace {

struct Detail {
    std::string type_url;
    std::string value;
};

std::string status_of(const std::vector<Detail>& details) {
    std::string status;
    wire::append_varint_field(status, 1, 3);
    wire::append_bytes_field(status, 2, "a message");
    for (const auto& detail : details) {
        std::string any;
        wire::append_bytes_field(any, 1, detail.type_url);
        wire::append_bytes_field(any, 2, detail.value);
        wire::append_bytes_field(status, 3, any);
    }
    return status;
}

std::string details_of(const std::string& status) {
    return error_details_json(tests::camera_schema()->pool(), status);
}

TEST_CASE("details are told by the schema's types, by google.rpc's own, or as bytes") {
    std::string violation;
    wire::append_bytes_field(violation, 1, "pose.w");
    wire::append_bytes_field(violation, 2, "is no number");
    std::string bad_request;
    wire::append_bytes_field(bad_request, 1, violation);
    std::string seconds;
    wire::append_varint_field(seconds, 1, 5);
    std::string retry;
    wire::append_bytes_field(retry, 1, seconds);
    CHECK(
        details_of(status_of({{"type.googleapis.com/google.rpc.BadRequest", bad_request},
                              {"type.googleapis.com/google.rpc.RetryInfo", retry},
                              {"a.b/try.Note", "\n\x02hi"},
                              {"a.b/try.Note", ""},
                              {"x/google.protobuf.Duration", seconds},
                              {"x/not.Known", "\x01\x02"},
                              {"x/try.Note", "\n\x09short"}})) ==
        R"([{"@type":"type.googleapis.com/google.rpc.BadRequest","field_violations":[{"field":"pose.w","description":"is no number"}]},)"
        R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retry_delay":"5s"},)"
        R"({"@type":"a.b/try.Note","text":"hi"},{"@type":"a.b/try.Note"},)"
        R"({"@type":"x/google.protobuf.Duration","value":"5s"},{"type_url":"x/not.Known","value":"AQI="},)"
        R"({"type_url":"x/try.Note","value":"CglzaG9ydA=="}])");
}

TEST_CASE("a status without details has none, and bytes that are no status are not told of") {
    CHECK(details_of("").empty());
    CHECK(details_of(status_of({})).empty());
    CHECK(details_of("\x1a\x7f").empty());          // the end is missing
    CHECK(details_of("\x1a\x02\x0a\x7f").empty());  // the same within a detail
    CHECK(details_of(std::string(3, '\xff')).empty());
}

}  // namespace
}  // namespace octane::rpc
