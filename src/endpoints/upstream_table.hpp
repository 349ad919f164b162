// Room: endpoints. The upstreams by name, and which of them a call is for: docs/api.md §2.
//
// Filled before the server starts; read from all loops after that.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "rpc/caller.hpp"
#include "schema/schema.hpp"

namespace octane::endpoints {

struct Context;

// What it refers to outlives the table.
struct UpstreamEntry {
    const rpc::Caller* caller = nullptr;
    const rpc::CallPolicy* policy = nullptr;
    const Context* octane = nullptr;             // not null: an Octane, whose frames are shown
    std::vector<std::string> forward_headers{};  // names in lower case, sent on as metadata
    std::vector<std::string> allow_get{};        // patterns (schema/method_pattern.hpp) of methods that may be called with GET
    bool refuses_unknown = false;                // members that a message lacks are errors where a request says nothing of them

    [[nodiscard]] const upstream::Upstream& upstream() const { return caller->invoker().upstream(); }
    [[nodiscard]] const std::string& name() const { return upstream().name(); }
    [[nodiscard]] std::shared_ptr<const schema::Schema> schema() const { return upstream().liveness().state()->schema; }
    [[nodiscard]] base::Result<const google::protobuf::ServiceDescriptor*> find_service(
        const std::shared_ptr<const schema::Schema>& schema, std::string_view service) const;
    // While it describes itself and has never been reached, so that what it has is not known: 50306, naming it.
    [[nodiscard]] std::optional<base::Error> doubt() const;
};

class UpstreamTable {
  public:
    void add(const UpstreamEntry& entry) { entries_.push_back(entry); }

    [[nodiscard]] const std::vector<UpstreamEntry>& entries() const { return entries_; }
    [[nodiscard]] const UpstreamEntry& first() const { return entries_.front(); }
    [[nodiscard]] const Context* first_octane() const;

    // By its name. Error 40405 no_such_upstream, which names those there are.
    [[nodiscard]] base::Result<const UpstreamEntry*> named(std::string_view name) const;
    // The one that has the method. Of several Octanes the first is meant. Errors: 40401 service_not_found where none or more than
    // one has it, and 40402 method_not_found; each says who could be meant. 50306 where none has it and one that describes itself
    // has never been reached, which is named.
    [[nodiscard]] base::Result<const UpstreamEntry*> route(std::string_view service, std::string_view method) const;
    // The one that has a service of that name; of several Octanes the first is meant. Errors 40401, and 50306 as above.
    [[nodiscard]] base::Result<const UpstreamEntry*> holder_of(std::string_view service) const;
    [[nodiscard]] bool has_service(std::string_view service) const;
    // The addresses of all methods of that name, whatever their service, as far as they can be listed.
    [[nodiscard]] std::vector<std::string> addresses_of_method(std::string_view method) const;
    // Where none is named. A later Octane has to be: without a name the first one is meant.
    [[nodiscard]] bool may_be_meant(const UpstreamEntry& entry) const;

  private:
    std::vector<UpstreamEntry> entries_;  // never empty once filled
};

}  // namespace octane::endpoints
