#include "endpoints/page.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/nearest.hpp"
#include "endpoints/calls.hpp"
#include "endpoints/header_names.hpp"
#include "endpoints/page_files.hpp"
#include "http/dispatch.hpp"
#include "http/media_type.hpp"
#include "http/run_on.hpp"
#include "http/static_files.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;

namespace {

std::optional<http::Response> find_builtin(const Site& site, const std::string& name, const http::Request& request) {
    const auto files = page_files();
    const auto found = std::ranges::find(files, std::string_view(name), &PageFile::path);
    if (found == files.end()) return std::nullopt;
    const auto body = site.bodies->get("page:" + name, {}, [&]() -> std::optional<http::StoredBody> {
        return http::StoredBody(std::string(found->bytes), {http::media_type_of(name), {}, {}});
    });
    return body->answer(request, http::cache_rule_of(name));
}

bool is_cookie_character(char c) {
    return c > ' ' && c < 0x7F && std::string_view("\",;\\").find(c) == std::string_view::npos;
}

asio::awaitable<std::optional<http::Response>> find_file(const Site& site, const std::string& path,
                                                         const http::Request& request) {
    const std::string name = path.ends_with('/') ? path + "index.html" : path;
    auto response = co_await http::run_on(site.workers.get_executor(), [&] {
        return site.web_root.empty() ? find_builtin(site, name, request)
                                     : http::find_static_file(site.web_root, name, request, *site.bodies);
    });
    if (!response) co_return std::nullopt;
    // The page's own files come without the token in their URL: a cookie carries it, for this site's own requests only. Without
    // a path it holds for the folder that the browser sees, so that two proxies under one name keep a cookie each.
    const auto token = request.query.find("token");
    if (request.has_token_in_query && token && std::ranges::all_of(*token, is_cookie_character)) {
        response->headers.emplace_back("Set-Cookie", std::string(kTokenCookie) + "=" + std::string(*token) +
                                                         (request.path.rfind('/') == 0 ? "" : "; Path=/") +
                                                         "; HttpOnly; SameSite=Strict" + (request.is_secure ? "; Secure" : ""));
    }
    co_return response;
}

// A built single-page application has paths of its own, which a reload asks for: it is they whom the browser shows, and not what
// a script fetches.
asio::awaitable<std::optional<http::Response>> find_application(const Site& site, const http::Request& request) {
    const bool is_shown = request.header("Accept").find("text/html") != std::string_view::npos;
    if (site.web_root.empty() || !is_shown || request.path.starts_with("/api/")) co_return std::nullopt;
    auto index = co_await find_file(site, "/", request);
    co_return index;
}

http::Response not_found(const http::Request& request) {
    return http::refusal_response(
        base::make_error(base::ErrorCode::path_not_found,
                         "there is nothing at " + request.path.substr(0, 200) +
                             "; methods are called with POST /<service>/<method>, GET /services lists them"),
        request);
}

}  // namespace

asio::awaitable<http::Response> page_file(const Site& site, http::Request& request) {
    auto found = co_await find_file(site, request.path, request);
    if (!found) found = co_await find_application(site, request);
    co_return found ? std::move(*found) : not_found(request);
}

asio::awaitable<void> page_file_or_method(const Site& site, http::Exchange& exchange) {
    auto& request = exchange.request();
    auto found = co_await find_file(site, request.path, request);
    if (!found && site.upstreams.has_service(request.captures[0])) {
        co_await get_method(site, exchange);
        co_return;
    }
    if (!found) found = co_await find_application(site, request);
    http::Response response = found ? std::move(*found) : not_found(request);
    co_await exchange.answer(response);
}

asio::awaitable<http::Response> no_such_path(const Site& site, http::Request& request) {
    if (request.verb == "GET" || request.verb == "HEAD") {
        auto file = co_await page_file(site, request);
        co_return file;
    }
    if (request.verb == "POST" && site.upstreams.entries().size() > 1 && std::ranges::count(request.path, '/') == 3) {
        const auto name = std::string_view(request.path).substr(1, request.path.find('/', 1) - 1);
        if (const auto upstream = site.upstreams.named(name); !upstream)
            co_return http::refusal_response(upstream.error(), request);
    }
    if (request.verb == "POST" && std::ranges::count(request.path, '/') == 1) {
        const auto addresses = site.upstreams.addresses_of_method(std::string_view(request.path).substr(1));
        if (!addresses.empty()) {
            const std::vector<std::string_view> names(addresses.begin(), addresses.end());
            co_return http::refusal_response(
                base::make_error(base::ErrorCode::method_not_found, request.path.substr(0, 200) +
                                                                        " has a method's name and no service; it could be " +
                                                                        base::join_names(names, names.size())),
                request);
        }
    }
    // octaneWeb calls POST /octane/render/… and moves on at 404 (docs/octane.md §4.6).
    if (request.verb == "POST" && !request.path.starts_with("/octane/")) {
        co_return http::refusal_response(
            base::make_error(base::ErrorCode::bad_path, "Invalid path format: " + request.path.substr(0, 200) +
                                                            " is not /<service>/<method>, such as /ApiItem/name"),
            request);
    }
    co_return not_found(request);
}

}  // namespace octane::endpoints
