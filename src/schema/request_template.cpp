#include "schema/request_template.hpp"

#include <google/protobuf/descriptor.h>

#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "schema/message_walk.hpp"

namespace octane::schema {
namespace {

namespace pb = google::protobuf;
using nlohmann::ordered_json;

ordered_json number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    if (value == 0) return 0;
    return value;
}

ordered_json scalar_default(const pb::FieldDescriptor& field) {
    switch (field.cpp_type()) {
        case pb::FieldDescriptor::CPPTYPE_INT32: return field.default_value_int32();
        case pb::FieldDescriptor::CPPTYPE_UINT32: return field.default_value_uint32();
        case pb::FieldDescriptor::CPPTYPE_INT64: return std::to_string(field.default_value_int64());
        case pb::FieldDescriptor::CPPTYPE_UINT64: return std::to_string(field.default_value_uint64());
        case pb::FieldDescriptor::CPPTYPE_FLOAT: return number(static_cast<double>(field.default_value_float()));
        case pb::FieldDescriptor::CPPTYPE_DOUBLE: return number(field.default_value_double());
        case pb::FieldDescriptor::CPPTYPE_BOOL: return field.default_value_bool();
        case pb::FieldDescriptor::CPPTYPE_ENUM: return field.default_value_enum()->name();
        case pb::FieldDescriptor::CPPTYPE_STRING:
            return field.type() == pb::FieldDescriptor::TYPE_BYTES ? "" : field.default_value_string();
        case pb::FieldDescriptor::CPPTYPE_MESSAGE: break;
    }
    return nullptr;
}

// The well-known types are written in JSON forms of their own.
std::optional<ordered_json> well_known_default(const pb::Descriptor& message) {
    switch (message.well_known_type()) {
        case pb::Descriptor::WELLKNOWNTYPE_TIMESTAMP: return "1970-01-01T00:00:00Z";
        case pb::Descriptor::WELLKNOWNTYPE_DURATION: return "0s";
        case pb::Descriptor::WELLKNOWNTYPE_FIELDMASK: return "";
        case pb::Descriptor::WELLKNOWNTYPE_VALUE: return ordered_json(nullptr);
        case pb::Descriptor::WELLKNOWNTYPE_LISTVALUE: return ordered_json::array();
        case pb::Descriptor::WELLKNOWNTYPE_STRUCT:
        case pb::Descriptor::WELLKNOWNTYPE_ANY: return ordered_json::object();
        case pb::Descriptor::WELLKNOWNTYPE_DOUBLEVALUE:
        case pb::Descriptor::WELLKNOWNTYPE_FLOATVALUE:
        case pb::Descriptor::WELLKNOWNTYPE_INT64VALUE:
        case pb::Descriptor::WELLKNOWNTYPE_UINT64VALUE:
        case pb::Descriptor::WELLKNOWNTYPE_INT32VALUE:
        case pb::Descriptor::WELLKNOWNTYPE_UINT32VALUE:
        case pb::Descriptor::WELLKNOWNTYPE_STRINGVALUE:
        case pb::Descriptor::WELLKNOWNTYPE_BYTESVALUE:
        case pb::Descriptor::WELLKNOWNTYPE_BOOLVALUE:
            if (message.field_count() == 1) return scalar_default(*message.field(0));
            return std::nullopt;
        default: return std::nullopt;
    }
}

struct TemplateWalk {
    MessageWalk messages;
    const EnumDefaults& enum_defaults;
    std::size_t left_out = 0;
};

// Nothing where the field is to be left out; null where its value comes later.
std::optional<ordered_json> field_default(const pb::FieldDescriptor& field, std::size_t place, TemplateWalk& walk) {
    if (field.is_map()) return ordered_json::object();
    if (field.is_repeated()) return ordered_json::array();
    const auto* message = field.message_type();
    if (message == nullptr) {
        const auto* holder = walk.messages.at(place).holder;
        const bool is_asked = field.enum_type() != nullptr && holder != nullptr && walk.enum_defaults;
        const auto* meant = is_asked ? walk.enum_defaults(field, *holder) : nullptr;
        return meant != nullptr ? ordered_json(meant->name()) : scalar_default(field);
    }
    if (auto known = well_known_default(*message)) return known;
    const auto step = walk.messages.enter(place, field, *message);
    if (step == MessageWalk::Step::entered) return ordered_json(nullptr);
    if (step != MessageWalk::Step::inside_itself) ++walk.left_out;
    return std::nullopt;
}

void fill_place(std::size_t index, TemplateWalk& walk) {
    auto& place = walk.messages.at(index);
    place.value = ordered_json::object();
    std::set<const pb::OneofDescriptor*> done;
    for (int i = 0; i < place.message->field_count(); ++i) {
        const auto& field = *place.message->field(i);
        const auto* one_of = field.real_containing_oneof();
        if (one_of != nullptr && done.contains(one_of)) continue;
        auto value = field_default(field, index, walk);
        if (!value) continue;
        place.value[field.name()] = *std::move(value);
        if (one_of != nullptr) done.insert(one_of);
    }
}

}  // namespace

RequestTemplate request_template(const pb::Descriptor& message, const EnumDefaults& enum_defaults) {
    if (auto known = well_known_default(message)) return {*std::move(known), 0};
    TemplateWalk walk{MessageWalk(message), enum_defaults};
    auto& messages = walk.messages;
    for (std::size_t i = 0; i < messages.size(); ++i) fill_place(i, walk);
    for (std::size_t i = messages.size() - 1; i > 0; --i) {
        auto& place = messages.at(i);
        messages.at(place.parent).value[place.holder->name()] = std::move(place.value);
    }
    return {std::move(messages.at(0).value), walk.left_out};
}

}  // namespace octane::schema
