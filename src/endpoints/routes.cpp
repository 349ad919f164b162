#include "endpoints/routes.hpp"

#include <optional>

#include "endpoints/calls.hpp"
#include "endpoints/compat_calls.hpp"
#include "endpoints/compat_logs.hpp"
#include "endpoints/compat_socket.hpp"
#include "endpoints/frame.hpp"
#include "endpoints/frame_query.hpp"
#include "endpoints/health.hpp"
#include "endpoints/metrics.hpp"
#include "endpoints/page.hpp"
#include "endpoints/query_names.hpp"
#include "endpoints/render.hpp"
#include "endpoints/services.hpp"
#include "endpoints/view_query.hpp"
#include "endpoints/viewers.hpp"
#include "http/dispatch.hpp"

namespace octane::endpoints {

void add_routes(http::Router& router, const Context& context) {
    using Endpoint = boost::asio::awaitable<http::Response> (*)(const Context&, http::Request&);
    const auto to = [&context](Endpoint endpoint) -> http::Handler {
        return [&context, endpoint](http::Request& request) { return endpoint(context, request); };
    };

    // Every path says which options its query may have.
    const auto taking = [](QueryNames names) {
        http::RouteRules rules;
        rules.check = [names](http::Request& request, const http::BodySource&) -> std::optional<http::Response> {
            const auto known = check_query_names(request.query, names);
            if (known) return std::nullopt;
            return http::refusal_response(known.error(), request);
        };
        return rules;
    };
    const auto plain = taking({});
    const auto view = taking(kViewParameters);
    const auto one_frame = taking(kFrameParameters);
    auto small = plain;
    small.max_body = 64UL << 10U;  // bytes: a few members, read on a loop

    auto log_rules = plain;
    log_rules.max_body = kLongestLogBody;

    http::RouteRules call_rules;
    call_rules.check = [&context](http::Request& request, const http::BodySource& body) {
        return refuse_call(context, request, body);
    };
    http::RouteRules web_call_rules;
    web_call_rules.check = [&context](http::Request& request, const http::BodySource& body) {
        return refuse_call_from_web(context, request, body);
    };
    router.add("POST", "/{service}/{method}", to(call_method), call_rules);

    router.add("POST", "/render/register-callback", to(register_callback), small);
    router.add("DELETE", "/render/register-callback", to(unregister_callback), small);
    router.add("GET", "/render/stream", to(open_stream), view);
    router.add("GET", "/render/mjpeg", to(open_mjpeg), view);
    router.add("GET", "/render/ws", to(open_web_socket), view);
    for (const char* path : {"/render/frame", "/render/frame.jpg", "/render/frame.png", "/render/frame.webp", "/render/frame.exr",
                             "/render/frame.raw", "/render/frame.json"})
        router.add("GET", path, to(newest_frame), one_frame);
    router.add("GET", "/render/callback-status", to(callback_status), plain);
    router.add("POST", "/render/ping-client", to(ping_client), small);

    router.add("GET", "/health", to(health), plain);
    router.add("GET", "/readyz", to(ready), taking(kReadinessParameters));
    router.add("GET", "/livez", to(alive), plain);
    router.add("GET", "/metrics", to(metrics), plain);
    router.add("GET", "/services", to(list_services), plain);
    router.add("GET", "/services/{service}", to(show_service), plain);

    router.add("POST", "/api/grpc/{service}/{method}", to(call_from_web), web_call_rules);
    router.add("GET", "/api/health", to(web_health), plain);
    router.add("GET", "/api/callbacks", to(open_callbacks), plain);
    router.add("POST", "/api/{log}", to(page_log), log_rules);
    router.add("POST", "/debug/clear-log", to(clear_session_log), log_rules);
    router.add("POST", "/debug/append-log", to(append_session_log), log_rules);
    router.add("POST", "/save-debug-logs", to(save_session_log), log_rules);
    router.add("GET", "/debug-logs/{session}", to(show_session_log), plain);

    // A page's files and an application's own paths: their queries are the application's.
    router.add("GET", "/", to(page_file));
    router.add("GET", "/{folder}/{file}", to(page_file_or_method));
    router.set_fallback(to(no_such_path));
}

}  // namespace octane::endpoints
