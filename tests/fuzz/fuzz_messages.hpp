// Fuzz targets of the wire room: the message types that their input is read as, and protobuf's own view of them.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "unit/wire/oracle.hpp"

namespace octane::fuzz {

// Types with every kind of field: one of these is what an input's first byte picks. The seeds in corpus/ count on this order.
inline const std::vector<const google::protobuf::Descriptor*>& messages() {
    static const std::vector<const google::protobuf::Descriptor*> kMessages = [] {
        std::vector<const google::protobuf::Descriptor*> found;
        for (const char* name : {"Scalars", "Lists", "Choice", "Scene", "Tree", "Maps", "Known", "Album"})
            found.push_back(&wire::test::everyday().message(std::string("everyday.") + name));
        return found;
    }();
    return kMessages;
}

inline const google::protobuf::Descriptor& message_for(std::uint8_t choice) {
    return *messages()[choice % messages().size()];
}

inline wire::test::Oracle& oracle() {
    static wire::test::Oracle kOracle(wire::test::everyday().pool());
    static const google::protobuf::LogSilencer kQuiet;  // protobuf logs every string that is not UTF-8
    return kOracle;
}

// A field mask as the one text that JSON has for it: paths that are not in snake_case cannot be told from those that are.
inline void normalize_mask(google::protobuf::Message& mask) {
    const auto& fields = *mask.GetReflection();
    const auto* paths = mask.GetDescriptor()->FindFieldByNumber(1);
    std::string text;
    for (int i = 0; i < fields.FieldSize(mask, paths); ++i) {
        if (i > 0) text += ',';
        const std::string path = fields.GetRepeatedString(mask, paths, i);
        for (std::size_t at = 0; at < path.size(); ++at) {
            const bool is_raised = path[at] == '_' && at + 1 < path.size() && path[at + 1] >= 'a' && path[at + 1] <= 'z';
            text += is_raised ? static_cast<char>(path[++at] - 'a' + 'A') : path[at];
        }
    }
    std::erase(text, ',');
    fields.ClearField(&mask, paths);
    if (!text.empty()) fields.AddString(&mask, paths, text);
}

// What JSON cannot tell apart, made one: field masks, NaNs, NullValues of any number, and a Value without a kind, which is
// written as null. A Value's number that JSON lacks is written as text.
inline void normalize(google::protobuf::Message& message) {
    using google::protobuf::FieldDescriptor;
    const auto& type = *message.GetDescriptor();
    const auto& fields = *message.GetReflection();
    fields.MutableUnknownFields(&message)->Clear();  // protobuf itself leaves those in values of maps
    const bool is_value = type.well_known_type() == google::protobuf::Descriptor::WELLKNOWNTYPE_VALUE;
    if (is_value && !fields.HasOneof(message, type.oneof_decl(0))) fields.SetEnumValue(&message, type.FindFieldByNumber(1), 0);
    if (type.well_known_type() == google::protobuf::Descriptor::WELLKNOWNTYPE_FIELDMASK) {
        normalize_mask(message);
        return;
    }
    std::vector<const FieldDescriptor*> set;
    fields.ListFields(message, &set);
    for (const FieldDescriptor* field : set) {
        const int count = field->is_repeated() ? fields.FieldSize(message, field) : 1;
        for (int i = 0; i < count; ++i) {
            if (field->message_type()) {
                normalize(field->is_repeated() ? *fields.MutableRepeatedMessage(&message, field, i)
                                               : *fields.MutableMessage(&message, field));
            } else if (field->enum_type() && field->enum_type()->full_name() == "google.protobuf.NullValue") {
                if (!field->is_repeated()) fields.SetEnumValue(&message, field, 0);
            } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_FLOAT) {
                const float number =
                    field->is_repeated() ? fields.GetRepeatedFloat(message, field, i) : fields.GetFloat(message, field);
                if (!std::isnan(number)) continue;
                field->is_repeated() ? fields.SetRepeatedFloat(&message, field, i, std::numeric_limits<float>::quiet_NaN())
                                     : fields.SetFloat(&message, field, std::numeric_limits<float>::quiet_NaN());
            } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
                const double number =
                    field->is_repeated() ? fields.GetRepeatedDouble(message, field, i) : fields.GetDouble(message, field);
                if (is_value && !std::isfinite(number))
                    fields.SetString(&message, type.FindFieldByNumber(3),
                                     std::isnan(number) ? "NaN"
                                     : number > 0       ? "Infinity"
                                                        : "-Infinity");
                else if (std::isnan(number))
                    field->is_repeated() ? fields.SetRepeatedDouble(&message, field, i, std::numeric_limits<double>::quiet_NaN())
                                         : fields.SetDouble(&message, field, std::numeric_limits<double>::quiet_NaN());
            }
        }
    }
}

// Whether two messages of a type, canonical as Oracle::canonical() makes them, are the same as far as JSON goes.
inline bool are_alike(const google::protobuf::Descriptor& type, const std::string& one, const std::string& other) {
    if (one == other) return true;
    static google::protobuf::DynamicMessageFactory kFactory(&wire::test::everyday().pool());
    const auto normalized = [&type](const std::string& bytes) {
        const std::unique_ptr<google::protobuf::Message> message(kFactory.GetPrototype(&type)->New());
        message->ParseFromString(bytes);
        normalize(*message);
        return oracle().canonical(type, message->SerializeAsString(), false);
    };
    return normalized(one) == normalized(other);
}

// Whether JSON has a mask that json_util reads in a way of its own: it copies what stands between quotes, as keys of maps once
// did, and takes capitals in a row for one word. protobuf's rules for JSON know neither.
inline bool has_odd_mask(const std::string& json) {
    const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    const auto is_odd = [&](const std::string& path) {
        for (std::size_t i = 0; i < path.size(); ++i) {
            if (path[i] == '"' || (i > 0 && is_capital(path[i]) && is_capital(path[i - 1]))) return true;
        }
        return false;
    };
    bool is_mask = false;
    bool is_found = false;
    using Event = nlohmann::json::parse_event_t;
    const auto see = [&](int /*depth*/, Event event, nlohmann::json& value) {
        if (event == Event::value && is_mask && value.is_string())
            is_found = is_odd(value.get_ref<const std::string&>()) || is_found;
        is_mask = event == Event::key && value == "mask";
        return true;
    };
    (void)nlohmann::json::parse(json, see, false);
    return is_found;
}

}  // namespace octane::fuzz
