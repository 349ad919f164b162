#include "endpoints/routes.hpp"

#include <optional>
#include <string>
#include <utility>

#include "endpoints/bound_calls.hpp"
#include "endpoints/calls.hpp"
#include "endpoints/compat_calls.hpp"
#include "endpoints/compat_logs.hpp"
#include "endpoints/compat_socket.hpp"
#include "endpoints/context.hpp"
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

namespace {

// Every path says which options its query may have.
http::RouteRules taking(QueryNames names) {
    http::RouteRules rules;
    rules.check = [names](http::Request& request, const http::BodySource&) -> std::optional<http::Response> {
        const auto known = check_query_names(request.query, names);
        if (known) return std::nullopt;
        return http::refusal_response(known.error(), request);
    };
    return rules;
}

http::RouteRules small_body() {
    auto rules = taking({});
    rules.max_body = 64UL << 10U;  // bytes: a few members, read on a loop
    return rules;
}

// The frames of one Octane, below `prefix`: "", or "/" and its name.
void add_frame_routes(http::Router& router, const std::string& prefix, const Context& context) {
    using Endpoint = boost::asio::awaitable<http::Response> (*)(const Context&, http::Request&);
    const auto add = [&](const char* verb, const char* path, Endpoint endpoint, http::RouteRules rules) {
        const http::Handler handler = [&context, endpoint](http::Request& request) { return endpoint(context, request); };
        router.add(verb, prefix + path, handler, std::move(rules));
    };
    add("POST", "/render/register-callback", register_callback, small_body());
    add("DELETE", "/render/register-callback", unregister_callback, small_body());
    add("GET", "/render/stream", open_stream, taking(kViewParameters));
    add("GET", "/render/mjpeg", open_mjpeg, taking(kViewParameters));
    add("GET", "/render/ws", open_web_socket, taking(kViewParameters));
    for (const char* path : {"/render/frame", "/render/frame.jpg", "/render/frame.png", "/render/frame.webp", "/render/frame.exr",
                             "/render/frame.raw", "/render/frame.json"})
        add("GET", path, newest_frame, taking(kFrameParameters));
    add("GET", "/render/callback-status", callback_status, taking({}));
    add("POST", "/render/ping-client", ping_client, small_body());
    add("GET", "/api/callbacks", open_callbacks, taking({}));
}

// Of a path that begins with an upstream's name: the name is the last of the captures.
http::RouteRules below(const std::string& name, http::RouteRules rules) {
    rules.check = [name, check = std::move(rules.check)](http::Request& request,
                                                         const http::BodySource& body) -> std::optional<http::Response> {
        request.captures.push_back(name);
        if (!check) return std::nullopt;
        return check(request, body);
    };
    return rules;
}

}  // namespace

void add_routes(http::Router& router, const Site& site) {
    using Endpoint = boost::asio::awaitable<http::Response> (*)(const Site&, http::Request&);
    const auto to = [&site](Endpoint endpoint) -> http::Handler {
        return [&site, endpoint](http::Request& request) { return endpoint(site, request); };
    };
    const auto plain = taking({});
    auto log_rules = plain;
    log_rules.max_body = kLongestLogBody;

    http::RouteRules call_rules;
    call_rules.check = [&site](http::Request& request, const http::BodySource& body) { return refuse_call(site, request, body); };
    http::RouteRules web_call_rules;
    web_call_rules.check = [&site](http::Request& request, const http::BodySource& body) {
        return refuse_call_from_web(site, request, body);
    };
    const auto conversation = [&site](const std::string& upstream) {
        return [&site, upstream](const http::Request& request) { return is_conversation(site, request, upstream); };
    };
    call_rules.is_conversation = conversation({});
    const http::ExchangeHandler call = [&site](http::Exchange& exchange) { return call_method(site, exchange); };
    const http::ExchangeHandler get = [&site](http::Exchange& exchange) { return get_method(site, exchange); };
    router.add("POST", "/{service}/{method}", call, call_rules);
    if (const auto* const octane = site.upstreams.first_octane()) add_frame_routes(router, "", *octane);
    for (const auto& entry : site.upstreams.entries()) {
        const auto& name = entry.name();
        const std::string prefix = "/" + name;
        auto named_rules = below(name, call_rules);
        named_rules.is_conversation = conversation(name);
        named_rules.yields = true;
        auto get_rules = below(name, {});
        get_rules.yields = true;
        router.add("POST", prefix + "/{service}/{method}", call, std::move(named_rules));
        router.add("GET", prefix + "/{service}/{method}", get, std::move(get_rules));
        router.add("GET", prefix + "/health", to(health), below(name, plain));
        router.add("GET", prefix + "/services", to(list_services), below(name, plain));
        router.add("GET", prefix + "/services/{service}", to(show_service), below(name, plain));
        if (entry.octane != nullptr) add_frame_routes(router, prefix, *entry.octane);
    }

    router.add("GET", "/health", to(health), plain);
    router.add("GET", "/upstreams", to(list_upstreams), plain);
    router.add("GET", "/readyz", to(ready), taking(kReadinessParameters));
    router.add("GET", "/livez", to(alive), plain);
    router.add("GET", "/metrics", to(metrics), plain);
    router.add("GET", "/services", to(list_services), plain);
    router.add("GET", "/services/{service}", to(show_service), plain);

    router.add("POST", "/api/grpc/{service}/{method}", to(call_from_web), web_call_rules);
    router.add("GET", "/api/health", to(web_health), plain);
    auto page_log_rules = log_rules;
    page_log_rules.yields = true;
    router.add("POST", "/api/{log}",
               http::ExchangeHandler([&site](http::Exchange& exchange) { return page_log(site, exchange); }), page_log_rules);
    router.add("POST", "/debug/clear-log", to(clear_session_log), log_rules);
    router.add("POST", "/debug/append-log", to(append_session_log), log_rules);
    router.add("POST", "/save-debug-logs", to(save_session_log), log_rules);
    router.add("GET", "/debug-logs/{session}", to(show_session_log), plain);

    http::RouteRules bound_rules;
    bound_rules.refuse = [&site](const base::Error& error, const http::Request& request) {
        return refuse_bound(site, error, request);
    };
    bound_rules.is_conversation = [&site](const http::Request& request) { return is_bound_conversation(site, request); };
    const auto is_bound_path = [&site](const http::Request& request, bool has_route) {
        return is_bound(site, request, has_route) && !is_page_log(request);
    };
    router.set_bound(
        is_bound_path, [&site](http::Exchange& exchange) { return call_bound(site, exchange); }, std::move(bound_rules));

    // A page's files and an application's own paths: their queries are the application's.
    router.add("GET", "/", to(page_file));
    router.add("GET", "/{folder}/{file}",
               http::ExchangeHandler([&site](http::Exchange& exchange) { return page_file_or_method(site, exchange); }));
    router.set_fallback(to(no_such_path));
}

}  // namespace octane::endpoints
