// Room: livelink. One Octane: the upstream, its calls, its epoch and its policy, put together. Any number of them.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "livelink/epochs.hpp"
#include "livelink/octane_policy.hpp"
#include "livelink/octane_status.hpp"
#include "rpc/caller.hpp"
#include "rpc/invoker.hpp"
#include "upstream/upstream.hpp"

namespace octane::livelink {

struct OctaneOptions {
    std::string name = "octane";
    upstream::ChannelOptions channel;
    upstream::ProbeTimes probe;
    Schemas schemas;            // oldest first; not empty
    bool should_detect = true;  // false: schemas[0] is what the user asked for
    upstream::NameLookup::Resolve is_name_known = upstream::is_name_known_here;
    unsigned concurrency = 4;  // calls in flight at once; 0: no limit
    std::vector<std::string> deny;
    std::vector<std::string> allow;
    rpc::MethodRules limits;
    std::chrono::milliseconds timeout{0};  // of calls that set none; 0: none
    std::uint64_t epoch_base = 0;          // epochs are greater; see make_epoch_base()
};

// Of a call that the proxy makes for itself.
struct OwnCall {
    rpc::Lane lane = rpc::Lane::ordinary;
    std::chrono::milliseconds timeout{0};  // covers waiting and calling; 0: none
    boost::asio::cancellation_slot slot;   // emitted on the awaiting loop
};

class Octane {
  public:
    // `executor` is where the connection is watched: one thread or a strand.
    Octane(const OctaneOptions& options, boost::asio::any_io_executor executor);
    Octane(const Octane&) = delete;
    Octane& operator=(const Octane&) = delete;

    // Watches the connection until stop(). To be spawned once on the executor; stop() there, too.
    boost::asio::awaitable<void> run() { return upstream_.liveness().run(); }
    void stop() { upstream_.liveness().stop(); }

    [[nodiscard]] std::shared_ptr<const ConnectionState> state() const { return epochs_.state(); }  // any thread
    [[nodiscard]] std::uint64_t epoch() const { return epochs_.now(); }
    void on_change(Epochs::Listener listener) { epochs_.on_change(std::move(listener)); }  // only before run()
    [[nodiscard]] OctaneStatus status() const;

    [[nodiscard]] Epochs& epochs() { return epochs_; }
    [[nodiscard]] OctanePolicy& policy() { return policy_; }
    [[nodiscard]] const OctanePolicy& policy() const { return policy_; }
    [[nodiscard]] const rpc::Caller& caller() const { return caller_; }
    [[nodiscard]] rpc::Invoker& invoker() { return invoker_; }
    [[nodiscard]] const rpc::Invoker& invoker() const { return invoker_; }
    [[nodiscard]] const std::string& name() const { return upstream_.name(); }
    [[nodiscard]] const std::string& address() const { return upstream_.address(); }
    [[nodiscard]] std::string unreachable_message(const std::string& cause) const { return upstream_.unreachable_message(cause); }
    [[nodiscard]] std::string silence_message() const { return upstream_.silence_message(); }

    // Calls of the proxy's own, neither joined nor counted as edits; the second on the connection that carries frames.
    boost::asio::awaitable<upstream::Reply> call(std::string path, std::string request, OwnCall own);
    boost::asio::awaitable<upstream::Reply> call_for_frame(std::string path, std::string request, OwnCall own);

    // Every call that waits or is under way ends within Channel::kGrace, saying that the proxy is going down; later ones too. The
    // loops that await them must still exist.
    void close();
    // The same, and joins the poller's thread. False as upstream::Channel::shutdown().
    bool shutdown();

  private:
    upstream::Upstream upstream_;
    rpc::Invoker invoker_;
    Epochs epochs_;
    OctanePolicy policy_;
    rpc::Caller caller_;
};

}  // namespace octane::livelink
