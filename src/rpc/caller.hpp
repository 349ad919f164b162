// Room: rpc. One HTTP call becomes one gRPC call: find the method, translate, ask, translate back.
//
// Used from all loops at once; holds nothing that changes.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "rpc/deny_list.hpp"
#include "rpc/octane_status.hpp"
#include "schema/schema.hpp"
#include "upstream/octane.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::rpc {

struct CallRequest {
    std::string_view service;
    std::string_view method;
    std::string_view body;  // JSON; must stay alive until the call ends
    bool is_strict = false;
    wire::JsonWriteOptions dialect;
    std::optional<std::chrono::milliseconds> timeout;  // nothing: the proxy's default; 0: none
    std::string raw_path;                              // not empty: that bytes field is wanted instead of JSON
    boost::asio::cancellation_slot client_gone;        // emitted on the calling loop
};

struct CallAnswer {
    const schema::Method* method = nullptr;
    std::shared_ptr<const schema::Schema> schema;  // keeps `method` alive
    std::string json;                              // the answer as one JSON object; empty if raw was asked for
    base::ByteChain raw;
    std::vector<std::string> warnings;
};

class Caller {
  public:
    Caller(upstream::Octane& octane, DenyList deny, std::chrono::milliseconds default_timeout);
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    // Errors: all of CONTRACT §2's table that are not mechanics of HTTP.
    boost::asio::awaitable<base::Result<CallAnswer>> call(CallRequest request) const;

    [[nodiscard]] OctaneStatus octane_status() const;

    // The schema that names are looked up in now, and whether it is the connected Octane's.
    [[nodiscard]] std::shared_ptr<const schema::Schema> schema() const { return octane_.connection().state()->schema; }

  private:
    struct Target {
        std::shared_ptr<const schema::Schema> schema;
        const schema::Method* method = nullptr;
    };
    // False if the client went away meanwhile.
    boost::asio::awaitable<bool> wait_for_verdict(boost::asio::cancellation_slot client_gone) const;
    [[nodiscard]] base::Result<Target> find(std::string_view service, std::string_view method) const;
    [[nodiscard]] base::Error explain(const Target& target, const upstream::Reply& reply) const;
    [[nodiscard]] std::string releases_with(const schema::Method& method, const schema::Schema* except) const;

    upstream::Octane& octane_;
    DenyList deny_;
    std::chrono::milliseconds default_timeout_;
};

}  // namespace octane::rpc
