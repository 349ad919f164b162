#include "endpoints/routes.hpp"

#include "endpoints/calls.hpp"
#include "endpoints/health.hpp"
#include "endpoints/page.hpp"
#include "endpoints/render.hpp"

namespace octane::endpoints {

void add_routes(http::Router& router, const Context& context) {
    using Endpoint = boost::asio::awaitable<http::Response> (*)(const Context&, http::Request&);
    const auto to = [&context](Endpoint endpoint) -> http::Handler {
        return [&context, endpoint](http::Request& request) { return endpoint(context, request); };
    };

    router.add("POST", "/{service}/{method}", to(call_method));

    router.add("POST", "/render/register-callback", to(register_callback));
    router.add("DELETE", "/render/register-callback", to(unregister_callback));
    router.add("GET", "/render/stream", to(open_stream));
    router.add("GET", "/render/callback-status", to(callback_status));
    router.add("POST", "/render/ping-client", to(ping_client));

    router.add("GET", "/health", to(health));
    router.add("GET", "/readyz", to(health));
    router.add("GET", "/livez", to(alive));
    router.add("GET", "/services", to(list_services));
    router.add("GET", "/services/{service}", to(show_service));

    router.add("GET", "/", to(page_file));
    router.add("GET", "/{folder}/{file}", to(page_file_or_method));
    router.set_fallback(to(no_such_path));
}

}  // namespace octane::endpoints
