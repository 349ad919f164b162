// Room: livelink. What is looked at, and put right, in a request that is ready to be sent. Pure; docs/octane.md §6.
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

// Members of a request that its method's traits name.
struct RequestFacts {
    std::optional<ObjectRef> instance;  // nothing: the field is not there
    std::optional<std::uint64_t> suppress_ui;
    std::uint64_t judged_argument = 0;
};
// One pass, and none where the traits name nothing.
RequestFacts read_facts(const std::string& request, const MethodTraits& traits);

// Error 40003 bad_value where the method's own object is null or missing: that is never what the caller means, and Octane
// answers it with words that do not say so, if at all.
base::Result<base::Done> check_instance(const schema::Method& method, const MethodTraits& traits, const RequestFacts& facts);

// resetProject without suppressUI may wait for a person to answer a dialog: it is set unless the caller said otherwise.
void suppress_dialogs(const MethodTraits& traits, const RequestFacts& facts, std::string& request);

}  // namespace octane::livelink
