// Room: http. Which handler answers which verb and path, and what is asked of a request before its body is read.
#pragma once

#include <array>
#include <cstddef>
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
    // Asked of a body that is longer than the limit: whether the handler takes it as a conversation, piece by piece. Null: no.
    std::function<bool(const Request&)> is_conversation = {};
    // Says that the body is too large. Null: refusal_response().
    std::function<Response(const base::Error&, const Request&)> refuse = {};
    bool yields = false;  // to a bound path (Router::set_bound), though it does not begin with {…}
};

// One route of a table.
struct RouteEntry {
    std::string verb;
    std::vector<std::string> segments;  // of its pattern
    ExchangeHandler handler;
    RouteRules rules;
    std::uint32_t captures = 0;  // a bit for each segment that is {name}; the first segment's is the lowest
};

// Filled, then given to the server, which reads it from all loops; routes change by giving it another one (Server::set_routes).
class Router {
  public:
    static constexpr std::size_t kMaxSegments = 16;  // of a pattern

    // `pattern` is a path whose segments may be {name}, matching one non-empty segment: "/services/{service}",
    // "/{service}/{method}". Literal segments win over {…}, whatever the order of adding. A GET route also answers HEAD. A simple
    // handler finds the whole body in its request; with GET, where a body means nothing, none is kept.
    void add(std::string_view verb, std::string_view pattern, Handler handler, RouteRules rules = {});
    void add(std::string_view verb, std::string_view pattern, ExchangeHandler handler, RouteRules rules = {});

    struct Match {
        const RouteEntry* entry = nullptr;  // null: no such path, or not with this verb; lives as long as the router
        std::vector<std::string> captures;
        std::string allow;   // "GET, HEAD, POST, OPTIONS" if the path exists but not with this verb
        bool yields = true;  // to a bound path: whatever its verbs, no route has this path but such as yield
    };
    [[nodiscard]] Match find(std::string_view verb, std::string_view path) const;

    // For paths that change while the router is used: asked of each that no route has, or only one that begins with {…} or
    // yields by its rules. `has_route`: there is such a one, with the request's verb. The handler must answer every verb for
    // which `is_bound` says yes.
    using IsBound = std::function<bool(const Request&, bool has_route)>;
    void set_bound(IsBound is_bound, ExchangeHandler handler, RouteRules rules = {});
    [[nodiscard]] const RouteEntry* bound_to(const Request& request, const Match& match) const {
        return bound_ && match.yields && is_bound_(request, match.entry != nullptr) ? &*bound_ : nullptr;
    }

    // For paths that match nothing (404) — the answer may depend on the verb: POST to a path that is not /<service>/<method> is
    // 400. It sees the head; a body is not kept.
    void set_fallback(Handler handler);
    [[nodiscard]] const RouteEntry* fallback() const { return fallback_ ? &*fallback_ : nullptr; }

  private:
    std::array<std::vector<RouteEntry>, kMaxSegments + 1> entries_;  // by the number of their segments
    std::optional<RouteEntry> bound_;
    IsBound is_bound_;
    std::optional<RouteEntry> fallback_;
};

}  // namespace octane::http
