#include "http/forwarded.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "http/header_list.hpp"

namespace octane::http {
namespace ip = boost::asio::ip;
using boost::beast::iequals;

namespace {

// One step of the way: who called, and how; as text from outside.
struct Hop {
    std::string_view caller;
    std::string_view scheme;
};

std::string_view unquoted(std::string_view text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
    return text;
}

// "10.0.0.7", "10.0.0.7:1234", "2001:db8::1", "[2001:db8::1]:1234"; not "unknown", not "_hidden".
std::optional<ip::address> parse_caller(std::string_view text) {
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        return end == std::string_view::npos ? std::nullopt : parse_ip(text.substr(1, end - 1));
    }
    const auto colon = text.find(':');
    if (colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos) text = text.substr(0, colon);
    return parse_ip(text);
}

// "for=192.0.2.60;proto=http;by=203.0.113.43"
Hop parse_element(std::string_view element) {
    Hop hop;
    while (!element.empty()) {
        const auto end = std::min(element.find(';'), element.size());
        const auto pair = element.substr(0, end);
        element.remove_prefix(std::min(end + 1, element.size()));
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos) continue;
        const auto name = trim(pair.substr(0, equals));
        const auto value = unquoted(trim(pair.substr(equals + 1)));
        if (iequals(name, "for")) hop.caller = value;
        if (iequals(name, "proto")) hop.scheme = value;
    }
    return hop;
}

// The items of a header that is a list and may stand several times, in order.
std::vector<std::string_view> items_of(const Request& request, std::string_view name) {
    std::vector<std::string_view> items;
    for (const auto& [key, value] : request.headers) {
        if (!iequals(key, name)) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            if (const auto item = take_item(rest); !item.empty()) items.push_back(item);
        }
    }
    return items;
}

// From the client to this server, as far as it is written down.
std::vector<Hop> read_way(const Request& request) {
    std::vector<Hop> way;
    for (const auto caller : items_of(request, "X-Forwarded-For")) way.push_back({caller, {}});
    if (!way.empty()) {
        // Most proxies write one scheme and not a list of them: it is that of the last step then.
        const auto schemes = items_of(request, "X-Forwarded-Proto");
        for (std::size_t i = 1; i <= schemes.size() && i <= way.size(); ++i)
            way[way.size() - i].scheme = schemes[schemes.size() - i];
        return way;
    }
    for (const auto element : items_of(request, "Forwarded")) way.push_back(parse_element(element));
    if (way.empty()) {
        const auto schemes = items_of(request, "X-Forwarded-Proto");
        if (!schemes.empty()) way.push_back({{}, schemes.back()});
    }
    return way;
}

}  // namespace

std::optional<ForwardedClient> find_forwarded_client(const Request& request, const ip::address& peer,
                                                     const std::vector<Network>& trusted) {
    if (!is_in(trusted, peer)) return std::nullopt;
    ForwardedClient client{peer, {}};
    const auto way = read_way(request);
    for (std::size_t i = way.size(); i > 0 && is_in(trusted, client.address); --i) {
        const Hop& hop = way[i - 1];
        if (!hop.scheme.empty()) client.is_secure = iequals(hop.scheme, "https");
        const auto caller = parse_caller(hop.caller);
        if (!caller) break;
        client.address = *caller;
    }
    return client;
}

}  // namespace octane::http
