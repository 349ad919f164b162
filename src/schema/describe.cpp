#include "schema/describe.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "schema/message_walk.hpp"
#include "schema/name_index.hpp"

namespace octane::schema {
namespace {

namespace pb = google::protobuf;
using nlohmann::ordered_json;

// Strings of a schema given by the user may hold anything; text that is not UTF-8 is replaced instead of failing.
std::string text_of(const ordered_json& json) {
    return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string type_name(const pb::FieldDescriptor& field) {
    if (field.is_map()) {
        return "map<" + type_name(*field.message_type()->map_key()) + ", " + type_name(*field.message_type()->map_value()) + ">";
    }
    if (field.message_type() != nullptr) return field.message_type()->full_name();
    if (field.enum_type() != nullptr) return field.enum_type()->full_name();
    return field.type_name();
}

ordered_json enum_names(const pb::EnumDescriptor& type) {
    ordered_json names = ordered_json::array();
    for (int i = 0; i < type.value_count(); ++i) names.push_back(type.value(i)->name());
    return names;
}

// Why a field comes without its fields or names; null if it does not.
const char* reason_of(MessageWalk::Step step) {
    switch (step) {
        case MessageWalk::Step::entered: break;
        case MessageWalk::Step::inside_itself: return "recursion";
        case MessageWalk::Step::too_deep: return "depth";
        case MessageWalk::Step::too_large: return "size";
    }
    return nullptr;
}

// What is below it comes later.
ordered_json describe_field(const pb::FieldDescriptor& field, std::size_t place, MessageWalk& walk, std::size_t& left_out) {
    ordered_json out = {{"name", field.name()}, {"number", field.number()}, {"type", type_name(field)}};
    out["repeated"] = field.is_repeated() && !field.is_map();
    if (const auto* one_of = field.real_containing_oneof()) out["oneof"] = one_of->name();
    const auto& element = field.is_map() ? *field.message_type()->map_value() : field;
    auto step = MessageWalk::Step::entered;
    if (const auto* names = element.enum_type()) {
        const bool has_room = walk.take(static_cast<std::size_t>(names->value_count()));
        if (has_room) out["enum"] = enum_names(*names);
        if (!has_room) step = MessageWalk::Step::too_large;
    } else if (element.message_type() != nullptr) {
        step = walk.enter(place, field, *element.message_type());
    }
    if (const char* reason = reason_of(step)) out["leftOut"] = reason;
    if (step == MessageWalk::Step::too_deep || step == MessageWalk::Step::too_large) ++left_out;
    return out;
}

ordered_json describe_type(const pb::Descriptor& message) {
    MessageWalk walk(message);
    std::size_t left_out = 0;
    for (std::size_t i = 0; i < walk.size(); ++i) {
        auto& place = walk.at(i);
        place.value = ordered_json::array();
        for (int j = 0; j < place.message->field_count(); ++j)
            place.value.push_back(describe_field(*place.message->field(j), i, walk, left_out));
    }
    for (std::size_t i = walk.size() - 1; i > 0; --i) {
        auto& place = walk.at(i);
        const auto index = static_cast<std::size_t>(place.holder->index());
        walk.at(place.parent).value[index]["fields"] = std::move(place.value);
    }
    ordered_json out = {{"name", message.full_name()}, {"fields", std::move(walk.at(0).value)}};
    if (left_out > 0) out["leftOut"] = left_out;
    return out;
}

ordered_json describe_method(const std::string& service, const pb::MethodDescriptor& method, const EnumDefaults& enum_defaults) {
    ordered_json out;
    out["name"] = method.name();
    out["path"] = "/" + service + "/" + method.name();
    out["request"] = describe_type(*method.input_type());
    out["response"] = describe_type(*method.output_type());
    out["streaming"] = method.client_streaming() || method.server_streaming();
    out["takesStream"] = method.client_streaming();
    out["givesStream"] = method.server_streaming();
    auto made = request_template(*method.input_type(), enum_defaults);
    out["template"] = std::move(made.json);
    if (made.left_out > 0) out["templateLeftOut"] = made.left_out;
    return out;
}

ordered_json aliases_of(const pb::ServiceDescriptor& service, const FindAliases& find_aliases) {
    ordered_json aliases = ordered_json::object();
    if (!find_aliases) return aliases;
    for (auto& [name, methods] : find_aliases(service)) {
        if (methods.size() == 1) {
            aliases[name] = std::move(methods.front());
        } else {
            aliases[name] = std::move(methods);
        }
    }
    return aliases;
}

}  // namespace

std::string describe_services(const Schema& schema, const FindAliases& find_aliases) {
    ordered_json services = ordered_json::array();
    for (const auto* service : schema.services()) {
        ordered_json methods = ordered_json::array();
        for (int i = 0; i < service->method_count(); ++i) methods.push_back(service->method(i)->name());
        services.push_back({{"name", schema.short_name(*service)}, {"fullName", service->full_name()}, {"methods", methods}});
        if (auto aliases = aliases_of(*service, find_aliases); !aliases.empty()) services.back()["aliases"] = std::move(aliases);
    }
    return text_of({{"schema", schema.name()}, {"services", services}});
}

// Written method by method: a large service is megabytes as text and many times that as JSON values.
std::string describe_service(const Schema& schema, const pb::ServiceDescriptor& service, const EnumDefaults& enum_defaults,
                             const FindAliases& find_aliases) {
    const std::string name = schema.short_name(service);
    std::string out = "{\"name\":" + text_of(name) + ",\"fullName\":" + text_of(service.full_name()) + ",\"methods\":[";
    for (int i = 0; i < service.method_count(); ++i) {
        if (i > 0) out += ',';
        out += text_of(describe_method(name, *service.method(i), enum_defaults));
    }
    out += ']';
    const auto aliases = aliases_of(service, find_aliases);
    if (!aliases.empty()) out += ",\"aliases\":" + text_of(aliases);
    return out + '}';
}

}  // namespace octane::schema
