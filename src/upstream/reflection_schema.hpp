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
#include <utility>

#include "upstream/schema_source.hpp"

namespace octane::upstream {

class ReflectionSchema final : public SchemaSource {
  public:
    struct Limits {
        std::size_t files = 10'000;
        std::chrono::milliseconds answer{5000};     // to one question
        std::chrono::milliseconds reading{30'000};  // all of them
    };

    // `name` is the schema's, for people.
    ReflectionSchema(std::string name, Limits limits);
    explicit ReflectionSchema(std::string name) : ReflectionSchema(std::move(name), Limits()) {}

    // What was read last, which stays known while the server is away; before that a schema without services.
    [[nodiscard]] Reading initial() const override { return {true, false, schema_, {}}; }
    // A server without reflection, or one that breaks off, gives what was known before, uncertain: it is asked again.
    boost::asio::awaitable<Reading> read(Channel& channel) override;

  private:
    std::string name_;
    const Limits limits_;
    std::shared_ptr<const schema::Schema> schema_;
    std::string descriptor_set_;  // that schema_ is made of
};

}  // namespace octane::upstream
