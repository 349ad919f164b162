// Room: endpoints. Every URL the proxy answers.
#pragma once

#include "endpoints/context.hpp"
#include "http/router.hpp"

namespace octane::endpoints {

// The context must outlive the router.
void add_routes(http::Router& router, const Context& context);

}  // namespace octane::endpoints
