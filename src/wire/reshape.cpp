#include "wire/reshape.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <optional>

#include "wire/json_scalar.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace octane::wire {
namespace {

using google::protobuf::FieldDescriptor;

bool stands_on(const Reader& reader, const FieldDescriptor& field) {
    return reader.field() == static_cast<std::uint32_t>(field.number()) && static_cast<int>(reader.type()) == wire_type_of(field);
}

void append_tag_of(const FieldDescriptor& field, std::string& out) {
    append_tag(out, static_cast<std::uint32_t>(field.number()), wire_type_of(field));
}

template <typename Bits>
void append_little_endian(Bits bits, std::string& out) {
    for (unsigned i = 0; i < sizeof bits; ++i) out += static_cast<char>(bits >> (8 * i));
}

// Numbers that the one enum has no name for are left as they are: they may be newer than both.
std::optional<std::uint64_t> translate_enum(const Reshape::Move& move, std::uint64_t number) {
    const auto* name = move.from->enum_type()->FindValueByNumber(static_cast<int>(number));
    if (name == nullptr) return number;
    const auto* same = move.to->enum_type()->FindValueByName(name->name());
    if (same == nullptr) return std::nullopt;
    return static_cast<std::uint64_t>(std::int64_t{same->number()});
}

base::Error lacks_value(const Reshape::Move& move, std::uint64_t number) {
    return base::make_error(base::ErrorCode::bad_value,
                            "\"" + move.from->name() + "\" is " +
                                move.from->enum_type()->FindValueByNumber(static_cast<int>(number))->name() +
                                ", which the connected release does not have");
}

base::Result<base::Done> append_value(const Reshape::Move& move, Reader& reader, std::string& out) {
    switch (reader.type()) {
        case WireType::varint: {
            const std::uint64_t number = reader.read_varint();
            const bool is_enum = move.from->enum_type() != nullptr && move.to->enum_type() != nullptr;
            const auto value = is_enum ? translate_enum(move, number) : number;
            if (!value) return lacks_value(move, number);
            append_varint(out, *value);
            break;
        }
        case WireType::fixed64: append_little_endian(reader.read_fixed64(), out); break;
        case WireType::fixed32: append_little_endian(reader.read_fixed32(), out); break;
        default:
            append_varint(out, reader.length());
            reader.append_bytes(out);
            break;
    }
    return base::Done{};
}

void append_default(const FieldDescriptor& field, std::string& out) {
    append_tag_of(field, out);
    switch (wire_type_of(field)) {
        case 1: append_little_endian(std::uint64_t{0}, out); break;
        case 5: append_little_endian(std::uint32_t{0}, out); break;
        default: append_varint(out, 0); break;
    }
}

// Whether the absence of `from` means a default value that `to` would not show by its own absence.
bool must_show_default(const Reshape::Move& move) {
    return !move.from->has_presence() && move.to->has_presence();
}

}  // namespace

ReshapeFit fit_of(const Reshape& reshape, const base::ByteChain& message) {
    ReshapeFit fit;
    for (const auto& condition : reshape.conditions) {
        std::uint64_t value = 0;
        for (Reader reader(message); reader.next();) {
            if (stands_on(reader, *condition.field)) value = reader.read_varint();
        }
        fit.meets_conditions = fit.meets_conditions && value == condition.value;
    }
    for (const auto& move : reshape.moves) {
        if (move.from->real_containing_oneof() == nullptr) continue;
        bool is_there = false;
        for (Reader reader(message); reader.next();) is_there = is_there || stands_on(reader, *move.from);
        fit.has_members = fit.has_members && is_there;
    }
    return fit;
}

base::Result<std::string> reshaped(const Reshape& reshape, const base::ByteChain& message) {
    std::string out;
    out.reserve(message.size() + 16);
    std::vector<bool> is_moved(reshape.moves.size());
    Reader reader(message);
    while (reader.next()) {
        const auto move = std::ranges::find_if(reshape.moves, [&](const auto& one) { return stands_on(reader, *one.from); });
        if (move == reshape.moves.end()) continue;
        is_moved[static_cast<std::size_t>(move - reshape.moves.begin())] = true;
        append_tag_of(*move->to, out);
        auto written = append_value(*move, reader, out);
        if (!written) return std::move(written).error();
    }
    if (reader.failed()) return base::make_error(base::ErrorCode::bad_answer, "the bytes are not a well-formed message");
    for (std::size_t i = 0; i < is_moved.size(); ++i) {
        if (!is_moved[i] && must_show_default(reshape.moves[i])) append_default(*reshape.moves[i].to, out);
    }
    for (const auto& constant : reshape.constants) {
        append_tag_of(*constant.field, out);
        append_varint(out, constant.value);
    }
    return out;
}

}  // namespace octane::wire
