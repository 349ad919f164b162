// Room: rpc. A failed reply in words for the caller; docs/api.md §2, error table.
#pragma once

#include "base/error.hpp"
#include "schema/schema.hpp"
#include "upstream/upstream.hpp"

namespace octane::rpc {

// The upstream's own text word for word, where it gave one that says what to do; else what is known here. Policies add to it.
base::Error explain_failure(const upstream::Upstream& upstream, const schema::Method& method, const upstream::Reply& reply);

}  // namespace octane::rpc
