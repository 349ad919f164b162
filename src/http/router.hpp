// Room: http. Which handler answers which verb and path.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace octane::http {

// Filled once at start, then read by all loops.
class Router {
  public:
    // `pattern` is a path whose segments may be {name}, matching one non-empty segment: "/services/{service}",
    // "/{service}/{method}". Literal segments win over {…}, whatever the order of adding. A GET route also answers HEAD.
    void add(std::string_view verb, std::string_view pattern, Handler handler);

    struct Match {
        const Handler* handler = nullptr;  // null: no such path, or not with this verb
        std::vector<std::string> captures;
        std::string allow;  // "GET, POST, OPTIONS" if the path exists but not with this verb
    };
    [[nodiscard]] Match find(std::string_view verb, std::string_view path) const;

    // For paths that match nothing (404) — the answer may depend on the verb: POST to a path that is not /<service>/<method> is
    // 400.
    void set_fallback(Handler handler);
    [[nodiscard]] const Handler& fallback() const { return fallback_; }

  private:
    struct Route {
        std::string verb;
        std::vector<std::string> segments;
        Handler handler;
    };
    std::vector<Route> routes_;
    Handler fallback_;
};

}  // namespace octane::http
