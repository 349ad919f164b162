#include "app/upstream_terms.hpp"

#include <memory>
#include <utility>

#include "upstream/reflection_schema.hpp"

namespace octane::app {
namespace {

upstream::ProbeTimes probe_of(const Options& options, const UpstreamSpec& spec) {
    return {spec.probe_after.value_or(options.probe_after), spec.probe_timeout.value_or(options.probe_timeout)};
}

std::vector<std::string> both(std::vector<std::string> all, const std::vector<std::string>& more) {
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

}  // namespace

upstream::ChannelOptions channel_of(const Options& options, const UpstreamSpec& spec) {
    upstream::ChannelOptions channel;
    channel.host = spec.host;
    channel.port = spec.port;
    channel.max_message = spec.max_message.value_or(options.max_message);
    if (spec.max_message) channel.max_message_option = "max-message of [upstream." + spec.name + "]";
    channel.keepalive = spec.keepalive ? spec.keepalive : options.keepalive;
    channel.keepalive_timeout = spec.keepalive_timeout.value_or(options.keepalive_timeout);
    channel.tls = spec.tls;
    channel.metadata = spec.metadata;
    return channel;
}

livelink::OctaneOptions octane_of(const Options& options, const LoadedUpstream& loaded) {
    const auto& spec = loaded.spec;
    livelink::OctaneOptions result;
    result.name = spec.name;
    result.channel = channel_of(options, spec);
    result.probe = probe_of(options, spec);
    result.schemas = loaded.schemas.schemas;
    result.should_detect = loaded.schemas.should_detect;
    result.concurrency = spec.concurrency.value_or(options.upstream_concurrency);
    result.deny = both(options.deny, spec.deny);
    result.allow = both(options.allow, spec.allow);
    result.limits = {spec.method_timeouts, spec.method_max_messages};
    result.timeout = spec.timeout.value_or(options.timeout);
    result.epoch_base = livelink::make_epoch_base();
    return result;
}

upstream::UpstreamOptions plain_of(const Options& options, const LoadedUpstream& loaded) {
    const auto& spec = loaded.spec;
    upstream::UpstreamOptions result;
    result.name = spec.name;
    result.words.title = "Upstream " + spec.name;
    result.words.unreachable_hint = "start it, or say where it is in [upstream." + spec.name + "] or with --upstream";
    result.words.name_hint = "give a name or address that resolves here in [upstream." + spec.name + "] or with --upstream";
    result.words.silence_hint = "it may be frozen, or the way to it cut; the proxy keeps asking, and goes on by itself";
    result.words.doubt_hint = "; give proto-path or descriptor-set in [upstream." + spec.name + "] if it has no reflection";
    result.channel = channel_of(options, spec);
    result.probe = probe_of(options, spec);
    if (loaded.schemas.schemas.empty())
        result.schema = std::make_shared<upstream::ReflectionSchema>(spec.name);
    else
        result.schema = std::make_shared<upstream::FixedSchema>(loaded.schemas.schemas.front());
    return result;
}

rpc::PlainRules rules_of(const Options& options, const UpstreamSpec& spec) {
    return {both(options.deny, spec.deny),
            both(options.allow, spec.allow),
            {spec.method_timeouts, spec.method_max_messages},
            spec.method_concurrencies};
}

std::vector<std::string> allow_get_of(const Options& options, const UpstreamSpec& spec) {
    return both(options.allow_get, spec.allow_get);
}

std::vector<std::string> forward_headers_of(const Options& options, const UpstreamSpec& spec) {
    return both(options.forward_headers, spec.forward_headers);
}

UpstreamSpec own_octane(const Options& options) {
    UpstreamSpec spec;
    spec.name = kOctaneName;
    spec.kind = UpstreamKind::octane;
    spec.host = options.octane_host;
    spec.port = options.octane_port;
    spec.api = options.api;
    spec.proto_paths = options.proto_paths;
    spec.descriptor_sets = options.descriptor_sets;
    return spec;
}

}  // namespace octane::app
