// Room: livelink. Which release of its API Octane speaks; docs/octane.md §0.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <vector>

#include "schema/schema.hpp"
#include "upstream/schema_source.hpp"

namespace octane::livelink {

// Asks octaneVersion, then calls a harmless method that only one release has; UNIMPLEMENTED tells. Each call has a 5 s deadline.
class ReleaseDetection final : public upstream::SchemaSource {
  public:
    // `schemas`: oldest first, not empty. Without `should_detect` the first is what the user asked for, and only octaneVersion is
    // asked.
    ReleaseDetection(std::vector<std::shared_ptr<const schema::Schema>> schemas, bool should_detect);

    [[nodiscard]] Reading initial() const override;
    boost::asio::awaitable<Reading> read(upstream::Channel& channel) override;
    // Asks octaneVersion, which Octane's one thread has to answer; gRPC alone answers what Octane does not know.
    boost::asio::awaitable<bool> probe(upstream::Channel& channel, std::chrono::milliseconds limit) override;

  private:
    static boost::asio::awaitable<Reading> read_version_by(upstream::Channel& channel,
                                                           std::shared_ptr<const schema::Schema> schema);

    std::vector<std::shared_ptr<const schema::Schema>> schemas_;
    bool should_detect_;
};

}  // namespace octane::livelink
