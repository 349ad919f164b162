// Room: app. What the options of the program and those of one upstream come to together. Pure.
//
// What a section leaves open is as for the program as a whole; lists add up. docs/options.md says of each option which it is.
#pragma once

#include <string>
#include <vector>

#include "app/options.hpp"
#include "app/schemas.hpp"
#include "livelink/octane.hpp"
#include "rpc/plain_policy.hpp"
#include "upstream/upstream.hpp"

namespace octane::app {

// One upstream as the options have it, with its schema loaded.
struct LoadedUpstream {
    UpstreamSpec spec;
    LoadedSchemas schemas;  // empty: the server is asked
};

upstream::ChannelOptions channel_of(const Options& options, const UpstreamSpec& spec);

livelink::OctaneOptions octane_of(const Options& options, const LoadedUpstream& loaded);
upstream::UpstreamOptions plain_of(const Options& options, const LoadedUpstream& loaded);
rpc::PlainRules rules_of(const Options& options, const UpstreamSpec& spec);

std::vector<std::string> allow_get_of(const Options& options, const UpstreamSpec& spec);
std::vector<std::string> forward_headers_of(const Options& options, const UpstreamSpec& spec);

// The Octane that the options without a section describe.
UpstreamSpec own_octane(const Options& options);

}  // namespace octane::app
