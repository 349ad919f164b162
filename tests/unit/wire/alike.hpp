// Tests of the wire room: whether two JSON texts say the same message.
#pragma once

#include <nlohmann/json.hpp>

namespace octane::wire::test {

// As equal as the proxy's JSON and json_util's can be. json_util writes floats with up to two digits more than needed, which is
// right if they read back the same; and it leaves out the "value" of an Any that holds an empty message with a form of its own.
bool is_alike(const nlohmann::json& ours, const nlohmann::json& theirs);

// Without members that are null, at every level: with defaults json_util leaves out most of those that the proxy writes.
nlohmann::json without_nulls(const nlohmann::json& value);

}  // namespace octane::wire::test
