// Room: endpoints. Every URL the proxy answers.
#pragma once

#include "endpoints/site.hpp"
#include "http/router.hpp"

namespace octane::endpoints {

// The site, whose upstreams are complete, must outlive the router.
void add_routes(http::Router& router, const Site& site);

}  // namespace octane::endpoints
