#include "wire/answer_fields.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <bit>

#include "wire/json_scalar.hpp"

namespace octane::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::OneofDescriptor;

bool has_wire_type(const FieldDescriptor& field, const Reader& reader) {
    if (is_packed_run(field, reader)) return reader.length() > 0;
    return static_cast<int>(reader.type()) == wire_type_of(field);
}

// Looked for only where the message itself has no such field.
const FieldDescriptor* known_extension(const Descriptor& message, const Reader& reader) {
    if (message.extension_range_count() == 0 || message.options().message_set_wire_format()) return nullptr;
    if (reader.field() > static_cast<std::uint32_t>(FieldDescriptor::kMaxNumber)) return nullptr;
    const auto* field = message.file()->pool()->FindExtensionByNumber(&message, static_cast<int>(reader.field()));
    return field && has_wire_type(*field, reader) ? field : nullptr;
}

std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1U) ^ (value < 0 ? ~std::uint64_t{0} : 0);
}

}  // namespace

const FieldDescriptor* known_field(const Descriptor& message, const Reader& reader) {
    if (reader.field() > static_cast<std::uint32_t>(FieldDescriptor::kMaxNumber)) return nullptr;
    const FieldDescriptor* field = message.FindFieldByNumber(static_cast<int>(reader.field()));
    return field && has_wire_type(*field, reader) ? field : nullptr;
}

bool is_value_of(const FieldDescriptor& field, const Reader& reader) {
    return reader.field() == static_cast<std::uint32_t>(field.number()) && has_wire_type(field, reader);
}

std::uint64_t default_bits(const FieldDescriptor& field) {
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_INT32: {
            const std::int64_t value = field.default_value_int32();
            return field.type() == FieldDescriptor::TYPE_SINT32 ? zigzag(value) : static_cast<std::uint64_t>(value);
        }
        case FieldDescriptor::CPPTYPE_INT64: {
            const std::int64_t value = field.default_value_int64();
            return field.type() == FieldDescriptor::TYPE_SINT64 ? zigzag(value) : static_cast<std::uint64_t>(value);
        }
        case FieldDescriptor::CPPTYPE_UINT32: return field.default_value_uint32();
        case FieldDescriptor::CPPTYPE_UINT64: return field.default_value_uint64();
        case FieldDescriptor::CPPTYPE_FLOAT: return std::bit_cast<std::uint32_t>(field.default_value_float());
        case FieldDescriptor::CPPTYPE_DOUBLE: return std::bit_cast<std::uint64_t>(field.default_value_double());
        case FieldDescriptor::CPPTYPE_BOOL: return field.default_value_bool() ? 1 : 0;
        case FieldDescriptor::CPPTYPE_ENUM: return static_cast<std::uint64_t>(std::int64_t{field.default_value_enum()->number()});
        default: return 0;
    }
}

bool is_packed_run(const FieldDescriptor& field, const Reader& reader) {
    return reader.type() == WireType::length_delimited && field.is_packable();
}

bool holds_default(const FieldDescriptor& field, Reader reader) {
    if (field.is_repeated() || field.has_presence()) return false;
    switch (reader.type()) {
        case WireType::length_delimited: return reader.length() == 0;
        case WireType::fixed64: return reader.read_fixed64() == 0;
        case WireType::fixed32: return reader.read_fixed32() == 0;
        default: break;
    }
    const std::uint64_t bits = reader.read_varint();
    if (reader.failed()) return false;
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_INT32:
        case FieldDescriptor::CPPTYPE_UINT32:
        case FieldDescriptor::CPPTYPE_ENUM: return static_cast<std::uint32_t>(bits) == 0;
        default: return bits == 0;
    }
}

FieldOrder find_order(const Descriptor& message, Reader reader) {
    int last = -1;
    std::uint64_t set_one_ofs = 0;
    bool is_ascending = true;
    while (reader.next()) {
        if (!is_ascending) continue;  // only looking for malformed tags now
        const FieldDescriptor* field = known_field(message, reader);
        if (!field) {
            is_ascending = known_extension(message, reader) == nullptr;
            continue;
        }
        const int index = field->index();
        is_ascending = index > last || (index == last && field->is_repeated());
        last = index;
        const OneofDescriptor* one_of = field->real_containing_oneof();
        if (!one_of) continue;
        const int bit = one_of->index();
        is_ascending = is_ascending && bit < 64 && ((set_one_ofs >> static_cast<unsigned>(bit)) & 1U) == 0;
        if (is_ascending) set_one_ofs |= std::uint64_t{1} << static_cast<unsigned>(bit);
    }
    if (reader.failed()) return FieldOrder::malformed;
    return is_ascending ? FieldOrder::ascending : FieldOrder::scattered;
}

ValueParts find_value_parts(const FieldDescriptor& field, const Reader& message) {
    const Descriptor& type = *field.containing_type();
    const OneofDescriptor* one_of = field.real_containing_oneof();
    ValueParts parts{0, message, message};
    Reader at = message;
    while (at.next()) {
        if (is_value_of(field, at)) {
            if (parts.count++ == 0) parts.first = at;
            parts.last = at;
            continue;
        }
        const FieldDescriptor* other = one_of ? known_field(type, at) : nullptr;
        if (other && other->real_containing_oneof() == one_of) parts.count = 0;
    }
    if (at.failed()) parts.count = 0;
    return parts;
}

std::vector<bool> find_set_fields(const Descriptor& message, Reader reader) {
    std::vector<bool> is_set(static_cast<std::size_t>(message.field_count()));
    std::vector<const FieldDescriptor*> holders(static_cast<std::size_t>(message.oneof_decl_count()));
    while (reader.next()) {
        const FieldDescriptor* field = known_field(message, reader);
        if (!field) continue;
        is_set[static_cast<std::size_t>(field->index())] = !holds_default(*field, reader);
        const OneofDescriptor* one_of = field->real_containing_oneof();
        if (!one_of) continue;
        const FieldDescriptor*& holder = holders[static_cast<std::size_t>(one_of->index())];
        if (holder && holder != field) is_set[static_cast<std::size_t>(holder->index())] = false;
        holder = field;
    }
    return is_set;
}

std::vector<const FieldDescriptor*> find_set_extensions(const Descriptor& message, Reader reader) {
    std::vector<const FieldDescriptor*> set;
    if (message.extension_range_count() == 0) return set;
    while (reader.next()) {
        if (known_field(message, reader)) continue;
        const FieldDescriptor* field = known_extension(message, reader);
        const auto place = std::ranges::lower_bound(
            set, reader.field(), {}, [](const FieldDescriptor* one) { return static_cast<std::uint32_t>(one->number()); });
        if (field && (place == set.end() || *place != field)) set.insert(place, field);
    }
    return set;
}

}  // namespace octane::wire
