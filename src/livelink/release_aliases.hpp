// Room: livelink. Under which names of other releases a service's methods can be called, for those who list them.
#pragma once

#include "schema/describe.hpp"

namespace octane::livelink {

// For a schema of a release that the map knows; nothing else has such names. The schema must outlive the function.
schema::FindAliases release_aliases(const schema::Schema& schema);

}  // namespace octane::livelink
