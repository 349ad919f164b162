// Room: wire. The part of AnswerWriter that writes single values, and the messages with a JSON form of their own.
#include <bit>

#include "base/bytes.hpp"
#include "wire/answer_fields.hpp"
#include "wire/answer_writer.hpp"
#include "wire/base64.hpp"
#include "wire/json_scalar.hpp"
#include "wire/json_text.hpp"

namespace octane::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

std::int64_t from_zigzag(std::uint64_t bits) {
    return static_cast<std::int64_t>((bits >> 1U) ^ (~(bits & 1U) + 1U));
}

}  // namespace

bool AnswerWriter::value(const FieldDescriptor& field, Reader& reader, int depth) {
    switch (field.type()) {
        case FieldDescriptor::TYPE_MESSAGE:
        case FieldDescriptor::TYPE_GROUP: return message(*field.message_type(), reader.read_message(), depth);
        case FieldDescriptor::TYPE_STRING: text(reader); break;
        case FieldDescriptor::TYPE_BYTES: return bytes(reader);
        default: {
            const std::uint64_t bits = reader.type() == WireType::varint    ? reader.read_varint()
                                       : reader.type() == WireType::fixed64 ? reader.read_fixed64()
                                                                            : reader.read_fixed32();
            number(field, bits);
            break;
        }
    }
    return !reader.failed();
}

void AnswerWriter::text(Reader& reader) {
    std::string_view view;
    if (!reader.take_view(view)) {
        scratch_.clear();
        reader.append_bytes(scratch_);
        view = scratch_;
    }
    append_json_string(out_, view);
}

// Its levels do not count, as those of empty lists do not: what a request may say can be answered in every dialect.
void AnswerWriter::open_buffer() {
    out_ += R"({"type":"Buffer","data":[)";
}

bool AnswerWriter::bytes(Reader& reader) {
    if (!options_.bytes_as_buffer) {
        out_.reserve(out_.size() + base64_size(reader.length()) + 2);
        out_ += '"';
        Base64Appender base64(out_);
        reader.visit_bytes([&base64](std::string_view piece) { base64.add(piece); });
        base64.finish();
        out_ += '"';
        return !reader.failed();
    }
    open_buffer();
    reader.visit_bytes([this](std::string_view piece) { buffer_piece(piece); });
    out_ += "]}";
    return !reader.failed();
}

void AnswerWriter::buffer_piece(std::string_view piece) {
    for (const char c : piece) {
        comma();
        append_json_number(out_, std::uint64_t{static_cast<unsigned char>(c)});
    }
}

// The default of a string or bytes field; only proto2 knows others than none.
void AnswerWriter::text_default(const FieldDescriptor& field) {
    const std::string& value = field.default_value_string();
    if (field.type() == FieldDescriptor::TYPE_STRING) {
        append_json_string(out_, value);
    } else if (options_.bytes_as_buffer) {
        open_buffer();
        buffer_piece(value);
        out_ += "]}";
    } else {
        out_ += '"';
        base64_append(out_, value);
        out_ += '"';
    }
}

// `bits` is the value as it stood on the wire; a 32-bit type keeps the lower half, as protobuf does.
void AnswerWriter::number(const FieldDescriptor& field, std::uint64_t bits) {
    const auto half = static_cast<std::uint32_t>(bits);
    switch (field.type()) {
        case FieldDescriptor::TYPE_BOOL: out_ += bits != 0 ? "true" : "false"; break;
        case FieldDescriptor::TYPE_ENUM: enum_value(*field.enum_type(), static_cast<std::int32_t>(half)); break;
        case FieldDescriptor::TYPE_INT32:
        case FieldDescriptor::TYPE_SFIXED32: append_json_number(out_, std::int64_t{static_cast<std::int32_t>(half)}); break;
        case FieldDescriptor::TYPE_SINT32:
            append_json_number(out_, std::int64_t{static_cast<std::int32_t>(from_zigzag(half))});
            break;
        case FieldDescriptor::TYPE_UINT32:
        case FieldDescriptor::TYPE_FIXED32: append_json_number(out_, std::uint64_t{half}); break;
        case FieldDescriptor::TYPE_FLOAT: append_json_number(out_, std::bit_cast<float>(half)); break;
        case FieldDescriptor::TYPE_DOUBLE: append_json_number(out_, std::bit_cast<double>(bits)); break;
        default:
            out_ += '"';
            quoted_number(field, bits);
            out_ += '"';
            break;
    }
}

// 64-bit integers are strings, since JavaScript's numbers end at 2^53.
void AnswerWriter::quoted_number(const FieldDescriptor& field, std::uint64_t bits) {
    switch (field.type()) {
        case FieldDescriptor::TYPE_UINT64:
        case FieldDescriptor::TYPE_FIXED64: append_json_number(out_, bits); break;
        case FieldDescriptor::TYPE_SINT64: append_json_number(out_, from_zigzag(bits)); break;
        default: append_json_number(out_, static_cast<std::int64_t>(bits)); break;
    }
}

void AnswerWriter::enum_value(const EnumDescriptor& type, std::int32_t number) {
    if (is_null_value(type)) {
        out_ += "null";
        return;
    }
    const auto* known = options_.enums_as_numbers ? nullptr : type.FindValueByNumber(number);
    if (!known) {
        append_json_number(out_, std::int64_t{number});
        return;
    }
    out_ += '"';
    out_ += known->name();
    out_ += '"';
}

bool AnswerWriter::special(WellKnown kind, const Descriptor& type, const Reader& reader, int depth) {
    switch (kind) {
        case WellKnown::wrapper: return wrapped(type, reader, depth);
        case WellKnown::structure:
        case WellKnown::list: return sole_list(type, reader, depth);
        case WellKnown::value: return value_message(type, reader, depth);
        case WellKnown::any: return any_message(type, reader, depth);
        default: return append_well_known_json(kind, reader, out_);
    }
}

// Struct and ListValue: their only field's braces or brackets are all that shows.
bool AnswerWriter::sole_list(const Descriptor& type, Reader reader, int depth) {
    return list_gathered(*type.field(0), reader, depth);
}

bool AnswerWriter::wrapped(const Descriptor& type, const Reader& reader, int depth) {
    if (find_order(type, reader) == FieldOrder::malformed) return false;
    const FieldDescriptor& field = *type.field(0);
    if (find_set_fields(type, reader)[0]) return singular_gathered(field, reader, depth);
    return default_value(field);
}

bool AnswerWriter::value_message(const Descriptor& type, const Reader& reader, int depth) {
    if (find_order(type, reader) == FieldOrder::malformed) return false;
    const std::vector<bool> is_set = find_set_fields(type, reader);
    for (int i = 0; i < type.field_count(); ++i) {
        if (is_set[static_cast<std::size_t>(i)] && type.field(i)->number() != 1)
            return singular_gathered(*type.field(i), reader, depth);
    }
    out_ += "null";
    return true;
}

}  // namespace octane::wire
