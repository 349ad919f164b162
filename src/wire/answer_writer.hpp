// Room: wire. Writes one answer as JSON; the class behind wire_to_json().
//
// Members stand in the order of their declaration. What serializers write comes in that order already and takes one pass;
// anything else that protobuf allows (fields scattered, given twice, split in parts) is gathered field by field, without extra
// memory but for sub-messages that came in parts, which are joined. Entries of a map given twice are written twice, as they came.
//
// Recursive, as deep as the JSON: `depth` is the number of objects and arrays that are open around what is written next.
#pragma once

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <string>

#include "wire/reader.hpp"
#include "wire/well_known.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::wire {

class AnswerWriter {
  public:
    AnswerWriter(const JsonWriteOptions& options, std::string& out) : options_(options), out_(out) {}

    // False if the bytes are malformed or nested too deeply; `out` then ends anywhere.
    bool message(const google::protobuf::Descriptor& type, Reader reader, int depth);
    [[nodiscard]] bool is_too_deep() const { return is_too_deep_; }

  private:
    using Descriptor = google::protobuf::Descriptor;
    using EnumDescriptor = google::protobuf::EnumDescriptor;
    using FieldDescriptor = google::protobuf::FieldDescriptor;

    // Begins an object or array; false if it is one level too many.
    bool open(char bracket, int depth);
    bool members_in_order(const Descriptor& type, Reader reader, int depth);
    bool members_gathered(const Descriptor& type, const Reader& reader, int depth);
    bool list_gathered(const FieldDescriptor& field, Reader reader, int depth);
    bool singular_gathered(const FieldDescriptor& field, const Reader& reader, int depth);
    bool joined_message(const FieldDescriptor& field, Reader at, int depth);

    bool special(WellKnown kind, const Descriptor& type, const Reader& reader, int depth);
    bool sole_list(const Descriptor& type, Reader reader, int depth);
    bool wrapped(const Descriptor& type, const Reader& reader, int depth);
    bool value_message(const Descriptor& type, const Reader& reader, int depth);

    void key(const FieldDescriptor& field);
    void one_of_key(const FieldDescriptor& field);
    bool defaults(const Descriptor& type, int from, int to);
    bool default_value(const FieldDescriptor& field);
    bool elements(const FieldDescriptor& field, Reader& reader, int depth);
    bool packed_run(const FieldDescriptor& field, Reader& reader);
    bool map_entry(const FieldDescriptor& field, Reader& reader, int depth);
    bool map_key(const FieldDescriptor& field, const Reader& halves, int depth);
    bool map_half(const FieldDescriptor& field, const Reader& halves, int depth);
    bool value(const FieldDescriptor& field, Reader& reader, int depth);
    void text(Reader& reader);
    bool bytes(Reader& reader);
    void open_buffer();
    void number(const FieldDescriptor& field, std::uint64_t bits);
    void quoted_number(const FieldDescriptor& field, std::uint64_t bits);
    void enum_value(const EnumDescriptor& type, std::int32_t number);
    void comma() {
        if (out_.back() != '{' && out_.back() != '[') out_ += ',';
    }

    const JsonWriteOptions& options_;
    std::string& out_;
    std::string scratch_;
    bool is_too_deep_ = false;
};

}  // namespace octane::wire
