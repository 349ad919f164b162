// Room: livelink. What is looked at, and put right, in a request that is ready to be sent. Pure; octane-livelink.md §6.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "livelink/method_traits.hpp"

namespace octane::livelink {

struct ObjectRef {
    std::uint64_t handle = 0;
    std::uint64_t type = 0;
};

// The object in field 1; nothing if the field is not there. For methods with an instance.
std::optional<ObjectRef> read_instance(const std::string& request);

// The value of a number or enum field; nothing if it is not there (which means 0).
std::optional<std::uint64_t> read_number(const std::string& request, std::uint32_t field);

// Error 40003 bad_value where the method's own object is null or missing: that is never what the caller means, and Octane
// answers it with words that do not say so, if at all.
base::Result<base::Done> check_instance(const schema::Method& method, const MethodTraits& traits, const std::string& request);

// resetProject without suppressUI may wait for a person to answer a dialog: it is set unless the caller said otherwise.
void suppress_dialogs(const MethodTraits& traits, std::string& request);

}  // namespace octane::livelink
