// Tests and fuzz targets of the wire room: protobuf's own parsers and json_util, against which the translation is held.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/type_resolver.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace octane::wire::test {

class Oracle {
  public:
    explicit Oracle(const google::protobuf::DescriptorPool& pool);

    // What json_util makes of the JSON; nothing if it refuses it. It knows no groups and no extensions.
    std::optional<std::string> to_wire(const google::protobuf::Descriptor& type, const std::string& json) const;
    std::optional<std::string> to_json(const google::protobuf::Descriptor& type, const std::string& wire, bool with_defaults,
                                       bool enums_as_numbers) const;
    // The message written again by protobuf in its one deterministic way, and so is what its Anys hold; nothing if the bytes do
    // not parse. Required members may be missing.
    std::optional<std::string> canonical(const google::protobuf::Descriptor& type, std::string_view wire,
                                         bool with_unknown = true);

  private:
    void normalize_anys(google::protobuf::Message& message, bool with_unknown);

    const google::protobuf::DescriptorPool& pool_;
    std::unique_ptr<google::protobuf::util::TypeResolver> resolver_;
    google::protobuf::DynamicMessageFactory factory_;
};

// A pool made of .proto source text; google/protobuf/*.proto can be imported. Throws if the text does not compile.
class TextPool {
  public:
    explicit TextPool(const std::string& source);
    const google::protobuf::Descriptor& message(const std::string& name) const;
    const google::protobuf::DescriptorPool& pool() const { return pool_; }

  private:
    google::protobuf::DescriptorPool pool_;
};

// The message types of everyday.proto below, shared by the tests.
const TextPool& everyday();

// The bytes as a chain cut at random places, some pieces empty; the owner keeps them.
base::ByteChain shredded(const std::string& bytes, std::mt19937& random);
// The bytes as a chain of two pieces.
base::ByteChain cut_at(const std::string& bytes, std::size_t place);

}  // namespace octane::wire::test
