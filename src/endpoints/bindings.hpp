// Room: endpoints. Paths of one's own that stand for methods: those of google.api.http annotations, and those of the
// configuration. docs/api.md §2 "Routes".
//
// Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "schema/path_template.hpp"

namespace octane::endpoints {

class UpstreamTable;

enum class ErrorShape : std::uint8_t {
    plain,  // {"success":false,…}
    short_  // {"error":true,"message":…,"code":<HTTP status>}, below 8192 bytes
};

// What a path means beside its method.
struct BindingTerms {
    bool is_form = false;       // the body is a form, whose parts are fields of the request
    std::string body;           // the field that the JSON body is; "*": all of the request; "": there is none
    std::string response_body;  // the field of the answer that alone is answered; "": all of it
    std::vector<std::pair<std::string, std::string>> options;    // of the query, as if the client had sent them: raw, type, …
    std::vector<std::pair<std::string, std::string>> constants;  // fields that the client cannot set
    std::vector<std::pair<std::string, std::string>> names;      // of the client's, and the field that each stands for
    std::vector<std::string> ignored;                            // names of the client's that mean nothing
    ErrorShape errors = ErrorShape::plain;
};

// One route of the configuration. The method may be of a schema that is not there yet.
struct OwnRoute {
    std::string name;  // of its section
    std::string verb = "GET";
    schema::PathTemplate path;
    std::string upstream;  // empty: the one that has the method
    std::string service;
    std::string method;
    BindingTerms terms;
};

struct Binding {
    std::string verb;  // "*": any
    schema::PathTemplate path;
    std::string upstream;
    std::string service;
    std::string method;
    BindingTerms terms;
};

class Bindings {
  public:
    // The table must outlive this.
    Bindings(const UpstreamTable& upstreams, std::vector<OwnRoute> own) : upstreams_(upstreams), own_(std::move(own)) {}
    Bindings(const Bindings&) = delete;
    Bindings& operator=(const Bindings&) = delete;

    // Reads the annotations of the schemas that there are now, and says in the log which own routes do not fit them; to be called
    // once before the server starts, and after each change. One call at a time.
    void refresh();

    struct Found {
        std::shared_ptr<const Binding> binding;  // null: the path is bound, but not with this verb, or there is a fault
        std::vector<schema::PathCapture> captures;
        std::string allow;                 // "GET, POST, OPTIONS"
        std::optional<base::Error> fault;  // 40403: several annotations fit alike, and it says which
    };
    // `path` as it was sent, without its query. An annotation fits as it is written, and below the name of its upstream, where no
    // other one counts. Nothing for a path that is not bound.
    [[nodiscard]] std::optional<Found> find(std::string_view verb, std::string_view path) const;

  private:
    struct Table;

    const UpstreamTable& upstreams_;
    const std::vector<OwnRoute> own_;
    std::vector<std::uint64_t> schemas_;  // that table_ was made of; refresh()'s alone
    std::atomic<bool> is_empty_{true};    // so that calls by a method's name cost nothing more
    mutable std::mutex mutex_;            // guards table_, for a copy
    std::shared_ptr<const Table> table_;
};

}  // namespace octane::endpoints
