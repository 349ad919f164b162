#include "wire/answer_writer.hpp"

#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "wire/answer_fields.hpp"
#include "wire/json_scalar.hpp"

namespace octane::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::OneofDescriptor;

}  // namespace

bool AnswerWriter::open(char bracket, int depth) {
    is_too_deep_ = is_too_deep_ || depth >= options_.max_depth;
    out_ += bracket;
    return !is_too_deep_;
}

bool AnswerWriter::message(const Descriptor& type, Reader reader, int depth) {
    if (const WellKnown kind = well_known(type); kind != WellKnown::none) return special(kind, type, reader, depth);
    return plain_message(type, reader, depth);
}

bool AnswerWriter::plain_message(const Descriptor& type, const Reader& reader, int depth) {
    if (!open('{', depth)) return false;
    const bool is_whole = members(type, reader, depth + 1);
    out_ += '}';
    return is_whole;
}

bool AnswerWriter::members(const Descriptor& type, const Reader& reader, int depth) {
    switch (find_order(type, reader)) {
        case FieldOrder::ascending: return members_in_order(type, reader, depth);
        case FieldOrder::scattered: return members_gathered(type, reader, depth);
        case FieldOrder::malformed: break;
    }
    return false;
}

bool AnswerWriter::members_in_order(const Descriptor& type, Reader reader, int depth) {
    const FieldDescriptor* list = nullptr;  // the repeated field whose elements are being written
    int next_index = 0;
    const auto close_list = [this, &list] {
        if (list) out_ += list->is_map() ? '}' : ']';
        list = nullptr;
    };
    while (reader.next()) {
        const FieldDescriptor* field = known_field(type, reader);
        if (!field) continue;
        if (!options_.with_defaults && holds_default(*field, reader)) continue;
        if (field != list) {
            close_list();
            if (options_.with_defaults && !defaults(type, next_index, field->index())) return false;
            next_index = field->index() + 1;
            key(*field);
            if (field->is_repeated()) {
                if (!open(field->is_map() ? '{' : '[', depth)) return false;
                list = field;
            }
        }
        if (list) {
            if (!elements(*field, reader, depth + 1)) return false;
        } else {
            if (!value(*field, reader, depth)) return false;
            one_of_key(*field);
        }
    }
    close_list();
    if (options_.with_defaults && !defaults(type, next_index, type.field_count())) return false;
    return !reader.failed();
}

bool AnswerWriter::members_gathered(const Descriptor& type, const Reader& reader, int depth) {
    const std::vector<bool> is_set = find_set_fields(type, reader);
    for (int i = 0; i < type.field_count(); ++i) {
        const FieldDescriptor& field = *type.field(i);
        if (!is_set[static_cast<std::size_t>(i)]) {
            if (options_.with_defaults && !defaults(type, i, i + 1)) return false;
            continue;
        }
        if (!member_gathered(field, reader, depth)) return false;
        one_of_key(field);
    }
    for (const FieldDescriptor* field : find_set_extensions(type, reader)) {
        if (!member_gathered(*field, reader, depth)) return false;
    }
    return true;
}

bool AnswerWriter::member_gathered(const FieldDescriptor& field, const Reader& reader, int depth) {
    key(field);
    return field.is_repeated() ? list_gathered(field, reader, depth) : singular_gathered(field, reader, depth);
}

bool AnswerWriter::list_gathered(const FieldDescriptor& field, Reader reader, int depth) {
    if (!open(field.is_map() ? '{' : '[', depth)) return false;
    while (reader.next()) {
        if (!is_value_of(field, reader)) continue;
        if (!elements(field, reader, depth + 1)) return false;
    }
    out_ += field.is_map() ? '}' : ']';
    return !reader.failed();
}

// The last value counts; where a sub-message came in parts they are joined, which is how protobuf merges them.
bool AnswerWriter::singular_gathered(const FieldDescriptor& field, const Reader& reader, int depth) {
    ValueParts parts = find_value_parts(field, reader);
    if (parts.count == 0) return false;
    if (!field.message_type() || parts.count == 1) return value(field, parts.last, depth);
    return joined_message(field, parts.first, depth);
}

bool AnswerWriter::joined_message(const FieldDescriptor& field, Reader at, int depth) {
    std::string joined;
    do {
        if (is_value_of(field, at)) at.read_message().append_rest(joined);
    } while (at.next());
    const base::ByteChain whole = base::ByteChain::own(std::move(joined));
    return message(*field.message_type(), Reader(whole), depth);
}

void AnswerWriter::key(const FieldDescriptor& field) {
    comma();
    out_ += '"';
    if (field.is_extension())
        out_.append("[").append(field.full_name()).append("]");
    else
        out_ += field.name();
    out_ += "\":";
}

void AnswerWriter::one_of_key(const FieldDescriptor& field) {
    if (!options_.one_of_keys) return;
    const OneofDescriptor* one_of = field.real_containing_oneof();
    if (!one_of) return;
    comma();
    out_ += '"';
    out_ += one_of->name();
    out_ += "\":\"";
    out_ += field.name();
    out_ += '"';
}

// Writes the members of the index range [from, to), none of which is set. Those of one-ofs and proto3's optional ones are left
// out; proto2's, which may have a default of their own, are not.
bool AnswerWriter::defaults(const Descriptor& type, int from, int to) {
    for (int i = from; i < to; ++i) {
        const FieldDescriptor& field = *type.field(i);
        if (field.containing_oneof()) continue;
        key(field);
        if (!default_value(field)) return false;
    }
    return true;
}

bool AnswerWriter::default_value(const FieldDescriptor& field) {
    if (field.is_repeated()) {
        out_ += field.is_map() ? "{}" : "[]";
        return true;
    }
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_MESSAGE: out_ += "null"; break;
        case FieldDescriptor::CPPTYPE_STRING: text_default(field); break;
        default: number(field, default_bits(field)); break;
    }
    return true;
}

bool AnswerWriter::elements(const FieldDescriptor& field, Reader& reader, int depth) {
    if (field.is_map()) return map_entry(field, reader, depth);
    if (is_packed_run(field, reader)) return packed_run(field, reader);
    comma();
    return value(field, reader, depth);
}

bool AnswerWriter::packed_run(const FieldDescriptor& field, Reader& reader) {
    Reader run = reader.read_message();
    const int wire_type = wire_type_of(field);
    while (!run.at_end()) {
        const std::uint64_t bits = wire_type == 0 ? run.take_varint() : wire_type == 1 ? run.take_fixed64() : run.take_fixed32();
        if (run.failed()) return false;
        comma();
        number(field, bits);
    }
    return !run.failed();
}

// One `"key":value`. Either half may be missing, given twice or in the wrong order.
bool AnswerWriter::map_entry(const FieldDescriptor& field, Reader& reader, int depth) {
    const Descriptor& entry = *field.message_type();
    const Reader halves = reader.read_message();
    if (find_order(entry, halves) == FieldOrder::malformed) return false;
    comma();
    if (!map_key(*entry.FindFieldByNumber(1), halves, depth)) return false;
    out_ += ':';
    return map_half(*entry.FindFieldByNumber(2), halves, depth);
}

bool AnswerWriter::map_key(const FieldDescriptor& field, const Reader& halves, int depth) {
    const std::size_t start = out_.size();
    if (!map_half(field, halves, depth)) return false;
    if (out_[start] != '"') {
        out_.insert(start, 1, '"');
        out_ += '"';
    }
    return true;
}

bool AnswerWriter::map_half(const FieldDescriptor& field, const Reader& halves, int depth) {
    if (find_value_parts(field, halves).count > 0) return singular_gathered(field, halves, depth);
    if (!field.message_type()) return default_value(field);
    const base::ByteChain nothing;
    return message(*field.message_type(), Reader(nothing), depth);
}

}  // namespace octane::wire
