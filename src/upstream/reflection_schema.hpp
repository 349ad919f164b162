// Room: upstream. The schema of a server that describes itself: gRPC's reflection service, version 1 or, where the server does
// not have that, v1alpha.
//
// Each question is a stream of its own with one request, since a server answers in order and ends with the client's half: so a
// server that takes a file for an error costs that file only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "upstream/schema_source.hpp"

namespace octane::upstream {

class ReflectionSchema final : public SchemaSource {
  public:
    static constexpr std::size_t kMostFiles = 10'000;
    static constexpr std::chrono::seconds kLongestAnswer{5};    // to one question
    static constexpr std::chrono::seconds kLongestReading{30};  // all of them

    // `name` is the schema's, for people.
    explicit ReflectionSchema(std::string name);

    // What was read last, which stays known while the server is away; before that a schema without services.
    [[nodiscard]] Reading initial() const override { return {true, false, schema_, {}}; }
    // A server without reflection, or one that breaks off, gives what was known before, uncertain: it is asked again.
    boost::asio::awaitable<Reading> read(Channel& channel) override;

  private:
    std::string name_;
    std::shared_ptr<const schema::Schema> schema_;
};

}  // namespace octane::upstream
