// Room: rpc. What a policy says of calls: what a name stands for, whether it may be called, and what its end means for others.
//
// The seam between the machinery of calls and the renderer that it serves. A method is joined, reordered or refused only because
// a policy says so; PlainPolicy (plain_policy.hpp) says nothing of the kind.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "rpc/call_queue.hpp"
#include "schema/schema.hpp"
#include "upstream/channel.hpp"
#include "wire/foreign_names.hpp"

namespace octane::rpc {

// What is known of a call before its body is read. The views must stay valid until the call has ended.
struct CallHead {
    std::string_view service;
    std::string_view method;
    std::string_view call_id;            // for the log and for those who hear of edits
    std::optional<std::uint64_t> epoch;  // of the references in the request, if the caller said so
    // An answer without its object says so by an empty one (octaneWeb waits for the member: docs/octane.md §3.5).
    bool wants_empty_objects = false;
};

// How the machinery is to treat one call.
struct CallTraits {
    Lane lane = Lane::ordinary;
    bool is_read = false;       // changes nothing: may run beside its client's other reads, and equal ones are asked once
    std::uint64_t scope = 0;    // reads are joined within one scope only
    CallQueue* gate = nullptr;  // whose place the call needs besides the upstream's; null: none. Outlives the call
};

// One call as its policy sees it, from its head to its end. Lives on the call's loop; keeps alive what it refers to.
class CallPlan {
  public:
    virtual ~CallPlan() = default;

    // The method by the name that was used: what the caller's message types are. Before and after prepare().
    [[nodiscard]] virtual const schema::Method& called() const = 0;
    [[nodiscard]] virtual const google::protobuf::Descriptor& request_type() const = 0;
    [[nodiscard]] virtual const google::protobuf::Descriptor& answer_type() const = 0;
    [[nodiscard]] virtual const wire::ForeignNames* foreign_names() const { return nullptr; }

    // For a streaming method: how else it can be had, as the end of a sentence; may be empty.
    [[nodiscard]] virtual std::string streaming_hint() const { return {}; }

    // Judges the request and makes it into what is sent. The methods below count after it.
    virtual base::Result<std::string> prepare(std::string request) = 0;
    [[nodiscard]] virtual const schema::Method& method() const = 0;  // what the upstream is asked
    [[nodiscard]] virtual CallTraits traits() const = 0;

    // The deadline of calls that set none; nothing: the upstream's, 0: none.
    [[nodiscard]] virtual std::optional<std::chrono::milliseconds> timeout() const { return std::nullopt; }
    // Bytes of a message, each way, where its method has a limit of its own; nothing: the upstream's.
    [[nodiscard]] virtual std::optional<std::size_t> max_message() const { return std::nullopt; }

    // Asked when the call's turn has come: what is wanted no longer is not sent, and ends ABORTED.
    [[nodiscard]] virtual bool is_still_wanted() const { return true; }

    // The answer as the called name promises it, or the failure in words for the caller.
    virtual base::Result<base::ByteChain> conclude(upstream::Reply reply) = 0;
    // After conclude(): whether the upstream has done what it was asked. False where the answer itself says that it has not.
    [[nodiscard]] virtual bool is_done() const { return true; }
};

// Used from all loops at once.
class CallPolicy {
  public:
    virtual ~CallPolicy() = default;
    // Errors: 40401, 40402 for unknown names, 40303 for what is refused, and the policy's own.
    [[nodiscard]] virtual base::Result<std::unique_ptr<CallPlan>> plan(const CallHead& head) const = 0;
    // Whether the name stands for a method here, which may still be refused.
    [[nodiscard]] virtual bool has_method(std::string_view service, std::string_view method) const = 0;
};

}  // namespace octane::rpc
