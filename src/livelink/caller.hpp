// Room: livelink. One HTTP call becomes one gRPC call: find the method, translate, ask, translate back.
//
// Used from all loops at once. What a call may do to Octane is cared for here: refusals before the wire, equal reads joined, the
// epoch of handles, edits told to others (octane-livelink.md §6).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "livelink/deny_list.hpp"
#include "livelink/edit_event.hpp"
#include "livelink/joined_reads.hpp"
#include "livelink/method_traits.hpp"
#include "livelink/octane.hpp"
#include "livelink/octane_status.hpp"
#include "livelink/surface.hpp"
#include "schema/schema.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::livelink {

struct CallRequest {
    std::string_view service;
    std::string_view method;
    std::string_view body;  // JSON; must stay alive until the call ends
    bool is_strict = false;
    wire::JsonWriteOptions dialect;
    std::optional<std::chrono::milliseconds> timeout;  // nothing: the proxy's default; 0: none
    std::string raw_path;                              // not empty: that bytes field is wanted instead of JSON
    boost::asio::cancellation_slot client_gone;        // emitted on the calling loop
    std::string_view call_id;                          // for the log and for other pages; valid until the call ends
    std::string_view client;             // who calls: calls of one client reach Octane in order; valid until the call ends
    std::optional<std::uint64_t> epoch;  // of the handles in the request, if the caller said so
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
    Caller(Octane& octane, DenyList deny, std::chrono::milliseconds default_timeout);
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    // Is told of every call that may have changed something and succeeded, on the loop of the call. Only before the first call.
    void on_edit(std::function<void(const EditEvent&)> listener) { on_edit_ = std::move(listener); }

    // Errors: all of CONTRACT §2's table that are not mechanics of HTTP; 40901 stale_epoch. A raw_path that leads to no bytes is
    // refused before Octane is asked.
    boost::asio::awaitable<base::Result<CallAnswer>> call(CallRequest request) const;

    struct Target {
        std::shared_ptr<const schema::Schema> schema;  // keeps `method` alive
        const schema::Method* method = nullptr;
    };
    // For those who call by themselves: the method as call() finds it, if it may be called. Errors: as call()'s, and 50110 where
    // the request would have to be read to know which method a name stands for.
    [[nodiscard]] base::Result<Target> resolve(std::string_view service, std::string_view method) const;
    // Octane's refusal in the words that call() has for it.
    [[nodiscard]] base::Error explain(const Target& target, const upstream::Reply& reply) const;
    // For an edit that somebody asks for by itself: to be kept from before it is sent until Octane has ended it. Must not outlive
    // this. announce() then tells on_edit()'s listener, where it has succeeded.
    [[nodiscard]] JoinedReads::Edit begin_edit() const { return JoinedReads::Edit(reads_); }
    void announce(const Target& target) const;
    [[nodiscard]] Octane& octane() const { return octane_; }
    // The connected release's service of that name in any release. Error 40401.
    [[nodiscard]] base::Result<const google::protobuf::ServiceDescriptor*> find_service(std::string_view service) const {
        return surface_.find_service(schema(), service);
    }

    [[nodiscard]] OctaneStatus octane_status() const;

    [[nodiscard]] const telemetry::CallStats& call_stats() const { return octane_.call_stats(); }
    [[nodiscard]] std::uint64_t joined_reads() const { return reads_.joined(); }  // that Octane was spared

    // Reads that wait for another's answer are told CANCELLED, and so are all later ones. While the loops of the calls still run.
    void close() { reads_.close(); }

    // The schema that names are looked up in now, and whether it is the connected Octane's.
    [[nodiscard]] std::shared_ptr<const schema::Schema> schema() const { return octane_.connection().state()->schema; }

  private:
    // False if the client went away meanwhile.
    boost::asio::awaitable<bool> wait_for_verdict(boost::asio::cancellation_slot client_gone) const;
    // What a name of any release stands for, if it may be called.
    [[nodiscard]] base::Result<Route> route(const ConnectionState& state, std::string_view service,
                                            std::string_view method) const;

    // What the request is refused for before it is sent; what is missing in it is added.
    [[nodiscard]] base::Result<base::Done> prepare(const ConnectionState& state, const schema::Method& method,
                                                   const MethodTraits& traits, std::string& request) const;
    boost::asio::awaitable<upstream::Reply> ask(const schema::Method& method, const MethodTraits& traits, std::string request,
                                                CallOptions options) const;
    void tell(const schema::Method& method, EditEvent edit) const;
    // After success: handles made void by the call or under it, and the edit told to others.
    [[nodiscard]] base::Result<base::Done> conclude(const schema::Method& method, const MethodTraits& traits,
                                                    const upstream::Reply& reply, EditEvent edit) const;

    Octane& octane_;
    DenyList deny_;
    std::chrono::milliseconds default_timeout_;
    MethodTraitsTable traits_;
    mutable JoinedReads reads_;
    std::function<void(const EditEvent&)> on_edit_;
    Surface surface_;
};

}  // namespace octane::livelink
