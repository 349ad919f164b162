// Tests of the wire room: requests of everyday.proto, read, and looked at through protobuf's own eyes.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "oracle.hpp"
#include "wire/json_to_wire.hpp"

namespace octane::wire::test {

inline std::string full(const std::string& type) {
    return "everyday." + type;
}

inline base::Result<WireRequest> read(const std::string& type, std::string_view json, const JsonReadOptions& options = {}) {
    return json_to_wire(everyday().message(full(type)), json, options);
}

// What protobuf understands of the translation, as json_util's JSON with proto names: how the tests below look at the bytes.
inline std::string understood(const std::string& type, std::string_view json) {
    Oracle oracle(everyday().pool());
    const auto wire = read(type, json);
    if (!wire) return "error: " + wire.error().message;
    const auto canonical = oracle.canonical(everyday().message(full(type)), wire->bytes);
    REQUIRE(canonical.has_value());
    return oracle.to_json(everyday().message(full(type)), *canonical, false, false).value_or("unprintable");
}

inline std::string refusal(const std::string& type, std::string_view json, base::ErrorCode code = base::ErrorCode::bad_value,
                           const JsonReadOptions& options = {}) {
    const auto wire = read(type, json, options);
    if (wire) return "accepted";
    CHECK(wire.error().code == code);
    CHECK(wire.error().grpc == base::GrpcStatus::invalid_argument);
    return wire.error().message;
}

}  // namespace octane::wire::test
