// Tests of the wire room: schemas and messages made from a seed, with all that a .proto file can say.
//
// The same seed gives the same schema and the same messages, so a failure can be repeated. Not for several threads.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/message.h>

#include <memory>
#include <random>
#include <vector>

namespace octane::wire::test {

enum class Syntax : unsigned char { proto2, proto3 };

// Maps, one-ofs, optional members, enums, nested and recursive types, well-known types, packed and unpacked lists, own JSON names
// and odd ones; in proto2 also required members, defaults, groups and extensions.
class RandomSchema {
  public:
    RandomSchema(unsigned seed, Syntax syntax);

    [[nodiscard]] const google::protobuf::DescriptorPool& pool() const { return pool_; }
    // The top-level ones.
    [[nodiscard]] const std::vector<const google::protobuf::Descriptor*>& messages() const { return messages_; }

  private:
    google::protobuf::DescriptorPool pool_;
    std::vector<const google::protobuf::Descriptor*> messages_;
};

// What json_util does not know, and so nothing that it is asked about may have.
struct MessageOptions {
    bool with_groups_and_extensions = true;
};

// Makes messages of one schema. The schema must outlive it and what it made.
class MessageMaker {
  public:
    MessageMaker(const RandomSchema& schema, unsigned seed, MessageOptions options);

    std::unique_ptr<google::protobuf::Message> make(const google::protobuf::Descriptor& type);

  private:
    void fill(google::protobuf::Message& message, int depth);
    void fill_required(google::protobuf::Message& message);
    void set(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field, int depth);
    void fill_message(google::protobuf::Message& message, int depth);
    void fill_entry(google::protobuf::Message& entry, int depth);
    void fill_any(google::protobuf::Message& any, int depth);
    void fill_value(google::protobuf::Message& value, int depth);
    [[nodiscard]] bool one_in(unsigned times) { return random_() % times == 0; }

    const RandomSchema& schema_;
    MessageOptions options_;
    std::mt19937 random_;
    google::protobuf::DynamicMessageFactory factory_;
};

}  // namespace octane::wire::test
