// Room: wire. Writes one answer as JSON; the class behind wire_to_json().
//
// Members stand in the order of their declaration. What serializers write comes in that order already and takes one pass;
// anything else that protobuf allows (fields scattered, given twice, split in parts) is gathered field by field, without extra
// memory but for sub-messages that came in parts, which are joined. Entries of a map given twice are written twice, as they came.
// Extensions follow the message's own members, by number.
//
// An Any is written with the members of the message that it holds, whose type is looked for in the pool of the answer's own type.
// Where that fails (no such type there, bytes that are no such message, nesting beyond the limit), it is written as the plain
// message that it is, so that nothing is lost and the rest of the answer stands. What was written for it until then is taken
// back: of nested Anys each may be tried once and written once more, so the cost is at most the bytes times the levels.
//
// Recursive, as deep as the JSON: `depth` is the number of objects and arrays that are open around what is written next.
#pragma once

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "wire/reader.hpp"
#include "wire/well_known.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::wire {

class AnswerWriter {
  public:
    // `pool` has the types that an Any may hold, and outlives the writer.
    AnswerWriter(const JsonWriteOptions& options, const google::protobuf::DescriptorPool& pool, std::string& out)
        : options_(options), pool_(pool), out_(out) {}

    // False if the bytes are malformed or nested too deeply; `out` then ends anywhere.
    bool message(const google::protobuf::Descriptor& type, Reader reader, int depth);
    [[nodiscard]] bool is_too_deep() const { return is_too_deep_; }

  private:
    using Descriptor = google::protobuf::Descriptor;
    using EnumDescriptor = google::protobuf::EnumDescriptor;
    using FieldDescriptor = google::protobuf::FieldDescriptor;

    // Begins an object or array; false if it is one level too many.
    bool open(char bracket, int depth);
    bool plain_message(const Descriptor& type, const Reader& reader, int depth);
    bool members(const Descriptor& type, const Reader& reader, int depth);
    bool members_in_order(const Descriptor& type, Reader reader, int depth);
    bool members_gathered(const Descriptor& type, const Reader& reader, int depth);
    bool member_gathered(const FieldDescriptor& field, const Reader& reader, int depth);
    bool list_gathered(const FieldDescriptor& field, Reader reader, int depth);
    bool singular_gathered(const FieldDescriptor& field, const Reader& reader, int depth);
    bool joined_message(const FieldDescriptor& field, Reader at, int depth);

    bool special(WellKnown kind, const Descriptor& type, const Reader& reader, int depth);
    bool sole_list(const Descriptor& type, Reader reader, int depth);
    bool wrapped(const Descriptor& type, const Reader& reader, int depth);
    bool value_message(const Descriptor& type, const Reader& reader, int depth);
    bool any_message(const Descriptor& type, const Reader& reader, int depth);
    bool held_message(const Descriptor& held, std::string_view type_url, const Reader& content, int depth);

    void key(const FieldDescriptor& field);
    void one_of_key(const FieldDescriptor& field);
    bool defaults(const Descriptor& type, int from, int to);
    bool default_value(const FieldDescriptor& field);
    void text_default(const FieldDescriptor& field);
    bool elements(const FieldDescriptor& field, Reader& reader, int depth);
    bool packed_run(const FieldDescriptor& field, Reader& reader);
    bool map_entry(const FieldDescriptor& field, Reader& reader, int depth);
    bool map_key(const FieldDescriptor& field, const Reader& halves, int depth);
    bool map_half(const FieldDescriptor& field, const Reader& halves, int depth);
    bool value(const FieldDescriptor& field, Reader& reader, int depth);
    void text(Reader& reader);
    bool bytes(Reader& reader);
    void open_buffer();
    void buffer_piece(std::string_view piece);
    void number(const FieldDescriptor& field, std::uint64_t bits);
    void quoted_number(const FieldDescriptor& field, std::uint64_t bits);
    void enum_value(const EnumDescriptor& type, std::int32_t number);
    void comma() {
        if (out_.back() != '{' && out_.back() != '[') out_ += ',';
    }

    const JsonWriteOptions& options_;
    const google::protobuf::DescriptorPool& pool_;
    std::string& out_;
    std::string scratch_;
    bool is_too_deep_ = false;
};

}  // namespace octane::wire
