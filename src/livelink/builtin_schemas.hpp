// Room: livelink. The releases of Octane's API that are compiled into the binary.
#pragma once

#include <memory>
#include <vector>

#include "schema/schema.hpp"

namespace octane::livelink {

// The releases compiled into the binary, oldest first: alpha5, beta2. Built on first use; throws only if the binary itself is
// broken.
const std::vector<std::shared_ptr<const schema::Schema>>& builtin_schemas();

}  // namespace octane::livelink
