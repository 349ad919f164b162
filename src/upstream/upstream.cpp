#include "upstream/upstream.hpp"

#include <utility>

namespace octane::upstream {
namespace {

LivenessOptions liveness_of(const UpstreamOptions& options) {
    LivenessOptions result;
    result.schema = options.schema;
    result.words = options.words;
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
      calls_(options.channel),
      bulk_(options.channel, calls_),
      liveness_(calls_, std::move(executor), liveness_of(options)) {}

std::string Upstream::unreachable_message(const std::string& cause) const {
    const std::string where = words_.title + " cannot be reached at " + address_;
    if (cause == kNameUnknown) return where + ", because that name does not resolve here; " + words_.name_hint;
    return where + " (" + (cause.empty() ? "no connection" : cause) + "); " + words_.unreachable_hint;
}

bool Upstream::shutdown() {
    liveness_.close();
    const bool is_clean = calls_.shutdown();
    return bulk_.shutdown() && is_clean;
}

}  // namespace octane::upstream
