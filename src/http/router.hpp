// Room: http. Which handler answers which verb and path, and what is asked of a request before its body is read.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/exchange.hpp"

namespace octane::http {

// How fast a body has to come in.
enum class BodyPace : std::uint8_t {
    steady,     // ServerOptions::least_body_rate, else 408
    unhurried,  // messages of a conversation: the handler judges how long it waits
};

struct RouteRules {
    std::optional<std::size_t> max_body;  // bytes, beyond them 413; nothing: the server's max_body
    BodyPace pace = BodyPace::steady;
    // Judges the head (captures included) and what it has announced of its body: an answer ends the exchange before that is read.
    std::function<std::optional<Response>(Request&, const BodySource&)> check;
};

// One route of a table.
struct RouteEntry {
    std::string verb;
    std::vector<std::string> segments;  // of its pattern
    ExchangeHandler handler;
    RouteRules rules;
};

// Filled, then given to the server, which reads it from all loops; routes change by giving it another one (Server::set_routes).
class Router {
  public:
    // `pattern` is a path whose segments may be {name}, matching one non-empty segment: "/services/{service}",
    // "/{service}/{method}". Literal segments win over {…}, whatever the order of adding. A GET route also answers HEAD. A simple
    // handler finds the whole body in its request; with GET, where a body means nothing, none is kept.
    void add(std::string_view verb, std::string_view pattern, Handler handler, RouteRules rules = {});
    void add(std::string_view verb, std::string_view pattern, ExchangeHandler handler, RouteRules rules = {});

    struct Match {
        const RouteEntry* entry = nullptr;  // null: no such path, or not with this verb; lives as long as the router
        std::vector<std::string> captures;
        std::string allow;  // "GET, HEAD, POST, OPTIONS" if the path exists but not with this verb
    };
    [[nodiscard]] Match find(std::string_view verb, std::string_view path) const;

    // For paths that match nothing (404) — the answer may depend on the verb: POST to a path that is not /<service>/<method> is
    // 400. It sees the head; a body is not kept.
    void set_fallback(Handler handler);
    [[nodiscard]] const RouteEntry* fallback() const { return fallback_ ? &*fallback_ : nullptr; }

  private:
    std::vector<RouteEntry> entries_;
    std::optional<RouteEntry> fallback_;
};

}  // namespace octane::http
