#include "sample_messages.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "wire/base64.hpp"

namespace octane::wire::test {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using Json = nlohmann::json;

constexpr int kDepth = 5;
constexpr unsigned kScalarVariants = 6;

// One source of choices per message: each call gives the next one, different from variant to variant.
struct Choices {
    unsigned next = 0;
    const Json& pick(const std::vector<Json>& values) { return values[next++ % values.size()]; }
};

template <typename Integer>
std::vector<Json> integers(bool as_text) {
    const Integer least = std::numeric_limits<Integer>::min();
    const Integer most = std::numeric_limits<Integer>::max();
    std::vector<Json> values{most, Json(std::to_string(least)), Integer{1}, least, Json(std::to_string(most)), Integer{0}};
    if (as_text) values.push_back(Json(std::to_string(most / 3)));
    return values;
}

Json encoded(std::size_t size, unsigned seed) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + seed);
    std::string text;
    base64_append(text, bytes);
    return text;
}

Json enum_value(const EnumDescriptor& type, Choices& choices) {
    const auto* named = type.value(static_cast<int>(choices.next * 7) % type.value_count());
    return choices.pick(
        {Json(named->name()), Json(named->number()), Json(123456), Json(type.value(type.value_count() - 1)->name())});
}

Json scalar(const FieldDescriptor& field, Choices& choices) {
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_INT32: return choices.pick(integers<std::int32_t>(false));
        case FieldDescriptor::CPPTYPE_INT64: return choices.pick(integers<std::int64_t>(true));
        case FieldDescriptor::CPPTYPE_UINT32: return choices.pick(integers<std::uint32_t>(false));
        case FieldDescriptor::CPPTYPE_UINT64: return choices.pick(integers<std::uint64_t>(true));
        case FieldDescriptor::CPPTYPE_FLOAT:
            return choices.pick({0.1, "NaN", "Infinity", "-Infinity", 3.4028234e38, 1.17549435e-38, -123456.789, 0, "2.5"});
        case FieldDescriptor::CPPTYPE_DOUBLE:
            return choices.pick({0.1, "NaN", "Infinity", "-Infinity", std::numeric_limits<double>::max(),
                                 std::numeric_limits<double>::denorm_min(), -1.0 / 3, 0, "2.5"});
        case FieldDescriptor::CPPTYPE_BOOL: return choices.pick({true, false});
        case FieldDescriptor::CPPTYPE_ENUM: return enum_value(*field.enum_type(), choices);
        case FieldDescriptor::CPPTYPE_STRING:
            if (field.type() == FieldDescriptor::TYPE_BYTES) {
                return choices.pick(
                    {encoded(5, choices.next), encoded(0, 0), encoded(20000, choices.next), encoded(1, 200), encoded(300, 7)});
            }
            return choices.pick(
                {"text", "", "Käse \"漢字\" \\ \n\t\u0001 🫖", std::string(1000, 'x'), std::string("a\0b", 3)});
        case FieldDescriptor::CPPTYPE_MESSAGE: break;
    }
    return nullptr;
}

Json message(const Descriptor& type, unsigned variant, int depth, Choices& choices);

Json value(const FieldDescriptor& field, unsigned variant, int depth, Choices& choices) {
    if (field.message_type()) return message(*field.message_type(), variant, depth + 1, choices);
    return scalar(field, choices);
}

Json message(const Descriptor& type, unsigned variant, int depth, Choices& choices) {
    Json object = Json::object();
    if (depth > kDepth) return object;
    for (int i = 0; i < type.field_count(); ++i) {
        const FieldDescriptor& field = *type.field(i);
        if (const auto* one_of = field.real_containing_oneof()) {
            if (one_of->field(static_cast<int>(variant % static_cast<unsigned>(one_of->field_count()))) != &field) continue;
        }
        const std::string& name = variant % 2 == 0 ? field.name() : field.json_name();
        if (!field.is_repeated()) {
            object[name] = value(field, variant, depth, choices);
            continue;
        }
        Json list = Json::array();
        for (unsigned count = (variant + static_cast<unsigned>(depth)) % 4; count > 0; --count) {
            list.push_back(value(field, variant + count, depth, choices));
        }
        object[name] = list;
    }
    return object;
}

unsigned most_arms(const Descriptor& type, int depth) {
    unsigned most = 1;
    if (depth > kDepth) return most;
    for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
        most = std::max(most, static_cast<unsigned>(type.oneof_decl(i)->field_count()));
    }
    for (int i = 0; i < type.field_count(); ++i) {
        if (type.field(i)->message_type()) most = std::max(most, most_arms(*type.field(i)->message_type(), depth + 1));
    }
    return most;
}

}  // namespace

unsigned variants_of(const Descriptor& type) {
    return type.field_count() == 0 ? 1 : std::max(most_arms(type, 0), kScalarVariants);
}

Json sample_message(const Descriptor& type, unsigned variant) {
    Choices choices{.next = variant};
    return message(type, variant, 0, choices);
}

}  // namespace octane::wire::test
