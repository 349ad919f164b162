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

bool AnswerWriter::message(const Descriptor& type, Reader reader, int depth) {
    if (depth > options_.max_depth) {
        is_too_deep_ = true;
        return false;
    }
    if (const WellKnown kind = well_known(type); kind != WellKnown::none) return special(kind, type, reader, depth);
    out_ += '{';
    bool is_whole = false;
    switch (find_order(type, reader)) {
        case FieldOrder::ascending: is_whole = members_in_order(type, reader, depth); break;
        case FieldOrder::scattered: is_whole = members_gathered(type, reader, depth); break;
        case FieldOrder::malformed: break;
    }
    out_ += '}';
    return is_whole;
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
            if (options_.with_defaults) defaults(type, next_index, field->index());
            next_index = field->index() + 1;
            key(*field);
            if (field->is_repeated()) {
                out_ += field->is_map() ? '{' : '[';
                list = field;
            }
        }
        if (list) {
            if (!elements(*field, reader, depth)) return false;
        } else {
            if (!value(*field, reader, depth)) return false;
            one_of_key(*field);
        }
    }
    close_list();
    if (options_.with_defaults) defaults(type, next_index, type.field_count());
    return !reader.failed();
}

bool AnswerWriter::members_gathered(const Descriptor& type, const Reader& reader, int depth) {
    const std::vector<bool> is_set = find_set_fields(type, reader);
    for (int i = 0; i < type.field_count(); ++i) {
        const FieldDescriptor& field = *type.field(i);
        if (!is_set[static_cast<std::size_t>(i)]) {
            if (options_.with_defaults) defaults(type, i, i + 1);
            continue;
        }
        key(field);
        const bool is_whole = field.is_repeated() ? list_gathered(field, reader, depth) : singular_gathered(field, reader, depth);
        if (!is_whole) return false;
        one_of_key(field);
    }
    return true;
}

bool AnswerWriter::list_gathered(const FieldDescriptor& field, Reader reader, int depth) {
    out_ += field.is_map() ? '{' : '[';
    while (reader.next()) {
        if (known_field(*field.containing_type(), reader) != &field) continue;
        if (!elements(field, reader, depth)) return false;
    }
    out_ += field.is_map() ? '}' : ']';
    return !reader.failed();
}

// The last value counts; parts of a sub-message are joined, which is how protobuf merges them. A different member of the same
// one-of in between ends what came before.
bool AnswerWriter::singular_gathered(const FieldDescriptor& field, Reader reader, int depth) {
    const OneofDescriptor* one_of = field.real_containing_oneof();
    const bool is_joined = field.message_type() != nullptr;
    std::string joined;
    Reader last = reader;
    while (reader.next()) {
        const FieldDescriptor* other = known_field(*field.containing_type(), reader);
        if (other == &field) {
            last = reader;
            if (is_joined) reader.append_bytes(joined);
        } else if (other && one_of && other->real_containing_oneof() == one_of) {
            joined.clear();
        }
    }
    if (reader.failed()) return false;
    if (!is_joined) return value(field, last, depth);
    const base::ByteChain whole = base::ByteChain::own(std::move(joined));
    return message(*field.message_type(), Reader(whole), depth + 1);
}

void AnswerWriter::key(const FieldDescriptor& field) {
    comma();
    out_ += '"';
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

// Writes the members of the index range [from, to), none of which is set. What has presence of its own is left out, but for
// sub-messages.
void AnswerWriter::defaults(const Descriptor& type, int from, int to) {
    for (int i = from; i < to; ++i) {
        const FieldDescriptor& field = *type.field(i);
        if (field.containing_oneof() || field.type() == FieldDescriptor::TYPE_GROUP) continue;
        key(field);
        default_value(field);
    }
}

void AnswerWriter::default_value(const FieldDescriptor& field) {
    if (field.is_map()) {
        out_ += "{}";
    } else if (field.is_repeated()) {
        out_ += "[]";
    } else {
        switch (field.cpp_type()) {
            case FieldDescriptor::CPPTYPE_MESSAGE: out_ += "null"; break;
            case FieldDescriptor::CPPTYPE_ENUM: enum_value(*field.enum_type(), field.default_value_enum()->number()); break;
            case FieldDescriptor::CPPTYPE_STRING:
                if (field.type() == FieldDescriptor::TYPE_BYTES && options_.bytes_as_buffer)
                    out_ += R"({"type":"Buffer","data":[]})";
                else
                    out_ += "\"\"";
                break;
            default: number(field, 0); break;
        }
    }
}

bool AnswerWriter::elements(const FieldDescriptor& field, Reader& reader, int depth) {
    if (field.is_map()) return map_entry(field, reader, depth);
    if (!is_packed_run(field, reader)) {
        comma();
        return value(field, reader, depth);
    }
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
    const FieldDescriptor& key_field = *entry.FindFieldByNumber(1);
    const FieldDescriptor& value_field = *entry.FindFieldByNumber(2);
    const Reader halves = reader.read_message();
    if (find_order(entry, halves) == FieldOrder::malformed) return false;
    const std::vector<bool> is_set = find_set_fields(entry, halves);
    comma();
    if (key_field.type() == FieldDescriptor::TYPE_STRING) {
        if (!is_set[static_cast<std::size_t>(key_field.index())])
            out_ += "\"\"";
        else if (!singular_gathered(key_field, halves, depth))
            return false;
    } else {
        const std::size_t start = out_.size();
        if (!is_set[static_cast<std::size_t>(key_field.index())])
            default_value(key_field);
        else if (!singular_gathered(key_field, halves, depth))
            return false;
        if (out_[start] != '"') {
            out_.insert(start, 1, '"');
            out_ += '"';
        }
    }
    out_ += ':';
    if (is_set[static_cast<std::size_t>(value_field.index())]) return singular_gathered(value_field, halves, depth);
    if (value_field.message_type()) {
        const base::ByteChain nothing;
        return message(*value_field.message_type(), Reader(nothing), depth + 1);
    }
    default_value(value_field);
    return true;
}

}  // namespace octane::wire
