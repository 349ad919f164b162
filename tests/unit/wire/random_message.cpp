// The part of random_schema.hpp that makes messages.
#include <google/protobuf/descriptor.pb.h>

#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <string>

#include "random_schema.hpp"

namespace octane::wire::test {
namespace {

namespace pb = google::protobuf;
using pb::FieldDescriptor;
using pb::Message;

constexpr int kDeepest = 3;

template <typename Integer>
Integer integer(std::mt19937& random) {
    constexpr std::array<Integer, 5> kValues = {Integer{0}, Integer{1}, std::numeric_limits<Integer>::max(),
                                                std::numeric_limits<Integer>::min(), Integer{100}};
    const unsigned choice = random() % 7;
    return choice < kValues.size() ? kValues[choice] : static_cast<Integer>(random());
}

// Not -0: without a point json_util reads that as 0.
template <typename Real>
Real real(std::mt19937& random) {
    using Limits = std::numeric_limits<Real>;
    const std::array<Real, 9> values = {0,
                                        Real(1.5),
                                        Real(-1) / 3,
                                        Limits::max(),
                                        Limits::min(),
                                        Limits::denorm_min(),
                                        Limits::infinity(),
                                        -Limits::infinity(),
                                        Limits::quiet_NaN()};
    return values[random() % values.size()];
}

std::string text(std::mt19937& random) {
    static const std::array<std::string, 7> kValues = {
        "", "text", "Käse \"漢字\" \\ \n\t\x01 🫖", std::string("a\0b", 3), "a,b.c[0]", std::string(200, 'x'), "</script>"};
    return kValues[random() % kValues.size()];
}

std::string bytes(std::mt19937& random) {
    std::string value(random() % 3 == 0 ? 0 : random() % 50, '\0');
    for (char& c : value) c = static_cast<char>(random());
    return value;
}

// Leaves the first entry of each key.
void drop_repeated_key(Message& message, const FieldDescriptor& map) {
    const pb::Reflection& fields = *message.GetReflection();
    const FieldDescriptor* value = map.message_type()->FindFieldByNumber(2);
    std::set<std::string> keys;
    for (int i = 0; i < fields.FieldSize(message, &map);) {
        const Message& entry = fields.GetRepeatedMessage(message, &map, i);
        const std::unique_ptr<Message> key(entry.New());
        key->CopyFrom(entry);
        key->GetReflection()->ClearField(key.get(), value);
        const int last = fields.FieldSize(message, &map) - 1;
        if (keys.insert(key->SerializeAsString()).second) {
            ++i;
        } else {
            fields.SwapElements(&message, &map, i, last);
            fields.RemoveLast(&message, &map);
        }
    }
}

}  // namespace

MessageMaker::MessageMaker(const RandomSchema& schema, unsigned seed, MessageOptions options)
    : schema_(schema), options_(options), random_(seed), factory_(&schema.pool()) {}

std::unique_ptr<Message> MessageMaker::make(const pb::Descriptor& type) {
    std::unique_ptr<Message> message(factory_.GetPrototype(&type)->New());
    fill_message(*message, 0);
    return message;
}

void MessageMaker::fill_required(Message& message) {
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
        const FieldDescriptor& field = *message.GetDescriptor()->field(i);
        if (field.is_required() && !message.GetReflection()->HasField(message, &field)) set(message, field, 0);
    }
}

// What one writes of an entry that lacks a half depends on who writes, so it has both.
void MessageMaker::fill_entry(Message& entry, int depth) {
    set(entry, *entry.GetDescriptor()->FindFieldByNumber(1), depth);
    set(entry, *entry.GetDescriptor()->FindFieldByNumber(2), depth);
}

void MessageMaker::fill(Message& message, int depth) {
    std::vector<const FieldDescriptor*> fields;
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) fields.push_back(message.GetDescriptor()->field(i));
    if (options_.with_groups_and_extensions) {
        std::vector<const FieldDescriptor*> extensions;
        schema_.pool().FindAllExtensions(message.GetDescriptor(), &extensions);
        fields.insert(fields.end(), extensions.begin(), extensions.end());
    }
    for (const FieldDescriptor* field : fields) {
        const bool is_known = options_.with_groups_and_extensions || field->type() != FieldDescriptor::TYPE_GROUP;
        const bool is_too_deep = field->message_type() != nullptr && depth >= kDeepest;
        const bool is_left_out = random_() % 6 < 2 + static_cast<unsigned>(depth);
        if (!is_known || is_too_deep || is_left_out) continue;
        for (unsigned count = field->is_repeated() ? 1 + random_() % 3 : 1; count > 0; --count) set(message, *field, depth);
        if (field->is_map()) drop_repeated_key(message, *field);
    }
    fill_required(message);
}

void MessageMaker::set(Message& message, const FieldDescriptor& field, int depth) {
    const pb::Reflection& reflection = *message.GetReflection();
    const bool is_list = field.is_repeated();
    const auto put = [&](auto set_one, auto add_one, auto value) {
        is_list ? (reflection.*add_one)(&message, &field, value) : (reflection.*set_one)(&message, &field, value);
    };
    using R = pb::Reflection;
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_INT32: return put(&R::SetInt32, &R::AddInt32, integer<std::int32_t>(random_));
        case FieldDescriptor::CPPTYPE_INT64: return put(&R::SetInt64, &R::AddInt64, integer<std::int64_t>(random_));
        case FieldDescriptor::CPPTYPE_UINT32: return put(&R::SetUInt32, &R::AddUInt32, integer<std::uint32_t>(random_));
        case FieldDescriptor::CPPTYPE_UINT64: return put(&R::SetUInt64, &R::AddUInt64, integer<std::uint64_t>(random_));
        case FieldDescriptor::CPPTYPE_FLOAT: return put(&R::SetFloat, &R::AddFloat, real<float>(random_));
        case FieldDescriptor::CPPTYPE_DOUBLE: return put(&R::SetDouble, &R::AddDouble, real<double>(random_));
        case FieldDescriptor::CPPTYPE_BOOL: return put(&R::SetBool, &R::AddBool, one_in(2));
        case FieldDescriptor::CPPTYPE_ENUM: {
            const pb::EnumDescriptor& type = *field.enum_type();
            // A closed enum of a list has no number that it lacks: protobuf moves it behind the rest.
            const bool is_open = type.file()->syntax() == pb::FileDescriptor::SYNTAX_PROTO3 && type.name() != "NullValue";
            const int known = type.value(static_cast<int>(random_() % static_cast<unsigned>(type.value_count())))->number();
            return put(&R::SetEnumValue, &R::AddEnumValue, is_open && one_in(4) ? 1234 : known);
        }
        case FieldDescriptor::CPPTYPE_STRING:
            return put(&R::SetString, &R::AddString,
                       field.type() == FieldDescriptor::TYPE_BYTES ? bytes(random_) : text(random_));
        case FieldDescriptor::CPPTYPE_MESSAGE: break;
    }
    Message& inner =
        is_list ? *reflection.AddMessage(&message, &field, &factory_) : *reflection.MutableMessage(&message, &field, &factory_);
    fill_message(inner, depth + 1);
}

void MessageMaker::fill_message(Message& message, int depth) {
    using Type = pb::Descriptor::WellKnownType;
    const pb::Descriptor& type = *message.GetDescriptor();
    const pb::Reflection& fields = *message.GetReflection();
    const auto number = [&](int place) { return type.FindFieldByNumber(place); };
    if (type.options().map_entry()) return fill_entry(message, depth);
    switch (type.well_known_type()) {
        case Type::WELLKNOWNTYPE_TIMESTAMP: {
            constexpr std::array<std::int64_t, 4> kSeconds = {0, -62135596800, 253402300799, 1700000000};
            fields.SetInt64(&message, number(1), kSeconds[random_() % kSeconds.size()]);
            fields.SetInt32(&message, number(2), std::array{0, 500000000, 1000, 999999999}[random_() % 4]);
            return;
        }
        case Type::WELLKNOWNTYPE_DURATION: {
            const std::int64_t sign = one_in(2) ? 1 : -1;
            fields.SetInt64(&message, number(1), sign * std::array<std::int64_t, 3>{0, 5, 315576000000}[random_() % 3]);
            fields.SetInt32(&message, number(2),
                            static_cast<int>(sign) * std::array{0, 500000000, 1000, 999999999}[random_() % 4]);
            return;
        }
        case Type::WELLKNOWNTYPE_FIELDMASK:
            for (unsigned count = random_() % 3; count > 0; --count)
                fields.AddString(&message, number(1), std::array{"plain", "two_words.deep_er", "a.b"}[random_() % 3]);
            return;
        case Type::WELLKNOWNTYPE_ANY: return fill_any(message, depth);
        case Type::WELLKNOWNTYPE_VALUE: return fill_value(message, depth);
        default: return fill(message, depth);
    }
}

// An Any of the schema's types or of one with a JSON form of its own, but for what json_util cannot do: it knows no ListValue
// there.
void MessageMaker::fill_any(Message& any, int depth) {
    if (depth >= kDeepest || one_in(6)) return;
    constexpr std::array kHeld = {"google.protobuf.Duration", "google.protobuf.Timestamp",  "google.protobuf.FieldMask",
                                  "google.protobuf.Struct",   "google.protobuf.Value",      "google.protobuf.Any",
                                  "google.protobuf.Empty",    "google.protobuf.Int64Value", "google.protobuf.BytesValue"};
    const auto& own = schema_.messages();
    const pb::Descriptor& type =
        one_in(2) ? *own[random_() % own.size()] : *schema_.pool().FindMessageTypeByName(kHeld[random_() % kHeld.size()]);
    const std::unique_ptr<Message> held(factory_.GetPrototype(&type)->New());
    fill_message(*held, depth + 1);
    const pb::Descriptor& shape = *any.GetDescriptor();
    any.GetReflection()->SetString(&any, shape.FindFieldByNumber(1), "type.googleapis.com/" + type.full_name());
    any.GetReflection()->SetString(&any, shape.FindFieldByNumber(2), held->SerializeAsString());
}

// Always of some kind, and no number that JSON lacks: neither has a JSON form of its own.
void MessageMaker::fill_value(Message& value, int depth) {
    const pb::Descriptor& type = *value.GetDescriptor();
    const pb::Reflection& fields = *value.GetReflection();
    switch (random_() % (depth >= kDeepest ? 4 : 6)) {
        case 0: return fields.SetEnumValue(&value, type.FindFieldByNumber(1), 0);
        case 1: return fields.SetDouble(&value, type.FindFieldByNumber(2), one_in(2) ? 0.5 : -1e300);
        case 2: return fields.SetString(&value, type.FindFieldByNumber(3), text(random_));
        case 3: return fields.SetBool(&value, type.FindFieldByNumber(4), one_in(2));
        case 4: return fill(*fields.MutableMessage(&value, type.FindFieldByNumber(5), &factory_), depth);
        default: return fill(*fields.MutableMessage(&value, type.FindFieldByNumber(6), &factory_), depth);
    }
}

}  // namespace octane::wire::test
