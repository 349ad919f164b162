#include "upstream/upstream.hpp"

#include <utility>

#include "upstream/connection_fault.hpp"

namespace octane::upstream {
namespace {

LivenessOptions liveness_of(const UpstreamOptions& options, Channel& bulk) {
    LivenessOptions result;
    result.schema = options.schema;
    result.words = options.words;
    result.probe = options.probe;
    result.bulk = &bulk;
    result.address = address_of(options.channel);
    result.host = options.channel.host;
    result.is_name_known = options.is_name_known;
    return result;
}

}  // namespace

Upstream::Upstream(UpstreamOptions options, boost::asio::any_io_executor executor)
    : name_(options.name),
      words_(options.words),
      address_(address_of(options.channel)),
      max_message_(options.channel.max_message),
      max_message_option_(options.channel.max_message_option),
      calls_(options.channel),
      bulk_(options.channel, calls_),
      liveness_(calls_, std::move(executor), liveness_of(options, bulk_)) {}

std::string Upstream::unreachable_message(const std::string& cause) const {
    const std::string where = words_.title + " cannot be reached at " + address_;
    if (cause == kNameUnknown) return where + ", because that name does not resolve here; " + words_.name_hint;
    if (is_about_pings(cause)) {
        return "the connection to " + words_.title + " at " + address_ +
               " was closed by its gRPC server because of too many pings (" + cause +
               "); --keepalive says how often it is pinged, and what was under way may have been carried out";
    }
    if (const auto* const fault = connection_fault_of(cause)) return where + " (" + cause + "); " + std::string(fault->hint);
    return where + " (" + (cause.empty() ? "no connection" : cause) + "); " + words_.unreachable_hint;
}

std::string Upstream::silence_message() const {
    return words_.title + " is silent: the connection to " + address_ + " stands, but nothing is answered over it; " +
           words_.silence_hint;
}

void Upstream::close() {
    liveness_.close();
    calls_.close();
    bulk_.close();
}

bool Upstream::shutdown() {
    close();
    const bool is_clean = calls_.shutdown();
    return bulk_.shutdown() && is_clean;
}

}  // namespace octane::upstream
