// Room: livelink, private. Which release of the API Octane speaks. Source: octane-livelink.md §0.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <vector>

#include "schema/schema.hpp"
#include "upstream/channel.hpp"

namespace octane::livelink {

struct ProbeResult {
    bool is_reachable = true;  // false: the connection broke under the probe
    bool is_certain = false;   // a method of just one release answered
    std::shared_ptr<const schema::Schema> schema;
    std::string version;  // octaneVersion's number, empty if it did not answer
};

// Asks octaneVersion, then calls a harmless method that only one release has; UNIMPLEMENTED tells. Each call has a 5 s deadline.
boost::asio::awaitable<ProbeResult> probe_release(upstream::Channel& channel,
                                                  const std::vector<std::shared_ptr<const schema::Schema>>& schemas);

// octaneVersion alone, for when the user said which schema to speak.
boost::asio::awaitable<ProbeResult> probe_version(upstream::Channel& channel, std::shared_ptr<const schema::Schema> schema);

}  // namespace octane::livelink
