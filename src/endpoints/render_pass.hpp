// Room: endpoints. Render passes by number or by name.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "schema/schema.hpp"

namespace octane::endpoints {

// `word` is a number, or a name of octaneapi.RenderPassId in any case, with RENDER_PASS_ before it or not. Releases number their
// passes differently, so the schema must be that of the Octane that is there. Error 40006 bad_query names the nearest passes.
base::Result<std::int32_t> find_render_pass(std::string_view word, const schema::Schema& schema);

}  // namespace octane::endpoints
