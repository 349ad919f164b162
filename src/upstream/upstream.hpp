// Room: upstream. One gRPC server as the rest of the proxy sees it: its name, where it is, whether it is there, and its channels.
//
// Any number of them. Two channels, two connections: large messages travel on their own, so that a 4K frame coming in never
// stands before a small answer.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "upstream/channel.hpp"
#include "upstream/liveness.hpp"

namespace octane::upstream {

struct UpstreamOptions {
    std::string name = "upstream";  // by which clients and the configuration call it
    UpstreamWords words;
    ChannelOptions channel;
    ProbeTimes probe;
    std::shared_ptr<SchemaSource> schema;
    NameLookup::Resolve is_name_known = is_name_known_here;
};

class Upstream {
  public:
    // `executor` is where the server is watched: one thread or a strand.
    Upstream(UpstreamOptions options, boost::asio::any_io_executor executor);
    Upstream(const Upstream&) = delete;
    Upstream& operator=(const Upstream&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::string& title() const { return words_.title; }  // as sentences begin
    [[nodiscard]] const std::string& address() const { return address_; }    // "127.0.0.1:51022"
    [[nodiscard]] std::size_t max_message() const { return max_message_; }
    [[nodiscard]] const std::string& max_message_option() const { return max_message_option_; }  // what sets it
    [[nodiscard]] Channel& calls() { return calls_; }
    [[nodiscard]] Channel& bulk() { return bulk_; }  // for what is large: frames
    [[nodiscard]] Liveness& liveness() { return liveness_; }
    [[nodiscard]] const Liveness& liveness() const { return liveness_; }

    // "Octane cannot be reached at …: …; what to do". `cause` is gRPC's text, or what a state's error says.
    [[nodiscard]] std::string unreachable_message(const std::string& cause) const;
    // "Octane is silent: …; what to do"
    [[nodiscard]] std::string silence_message() const;

    // The calls under way end CANCELLED within Channel::kGrace, saying that the proxy is going down; new ones too. The loops that
    // await them must still exist.
    void close();
    // The same, and joins the poller's thread; the loops that await them must still exist. False as
    // Channel::shutdown().
    bool shutdown();

  private:
    std::string name_;
    UpstreamWords words_;
    std::string address_;
    std::size_t max_message_;
    std::string max_message_option_;
    Channel calls_;
    Channel bulk_;
    Liveness liveness_;
};

}  // namespace octane::upstream
