// Fuzz targets of the wire room: the message types that their input is read as, and protobuf's own view of them.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>

#include <cctype>
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

// What only proto2 has, but for required members, which an answer may lack and a request may not.
inline const wire::test::TextPool& proto2() {
    static const wire::test::TextPool kPool(R"(
syntax = "proto2";
package old;
enum Gap { GAP_THREE = 3; GAP_FIVE = 5; }
message Old {
  optional int32 number = 1 [default = 5]; optional Gap gap = 2; repeated Gap gaps = 3; repeated int32 packed = 4 [packed = true];
  optional group Part = 5 { optional string text = 1; optional Old old = 2; }
  repeated group Row = 6 { optional sint32 a = 1; optional group Deep = 2 { optional fixed64 b = 1; } }
  oneof choice { group Left = 7 { optional bool truth = 1; } bytes right = 8; }
  extensions 100 to 200;
}
extend Old { optional Old inner = 100; repeated string texts = 101; optional group Ext = 102 { optional int32 a = 1; } }
)");
    return kPool;
}

// Types with every kind of field: one of these is what an input's first byte picks. The seeds in corpus/ count on this order.
inline const std::vector<const google::protobuf::Descriptor*>& messages() {
    static const std::vector<const google::protobuf::Descriptor*> kMessages = [] {
        std::vector<const google::protobuf::Descriptor*> found;
        for (const char* name : {"Scalars", "Lists", "Choice", "Scene", "Tree", "Maps", "Known", "Album", "Parcel"})
            found.push_back(&wire::test::everyday().message(std::string("everyday.") + name));
        found.push_back(&proto2().message("old.Old"));
        return found;
    }();
    return kMessages;
}

inline const google::protobuf::Descriptor& message_for(std::uint8_t choice) {
    return *messages()[choice % messages().size()];
}

inline wire::test::Oracle& oracle_for(const google::protobuf::Descriptor& type) {
    static wire::test::Oracle kOracle(wire::test::everyday().pool());
    static wire::test::Oracle kOracleOfProto2(proto2().pool());
    static const google::protobuf::LogSilencer kQuiet;  // protobuf logs every string that is not UTF-8
    return type.file()->pool() == &proto2().pool() ? kOracleOfProto2 : kOracle;
}

// It has neither groups nor extensions.
inline bool does_json_util_know(const google::protobuf::Descriptor& type) {
    return type.file()->pool() != &proto2().pool();
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

inline std::string normalized(const google::protobuf::Descriptor& type, const std::string& bytes);

// What an Any holds, if it can be told.
inline void normalize_any(google::protobuf::Message& any) {
    const auto& fields = *any.GetReflection();
    const auto* type_url = any.GetDescriptor()->FindFieldByNumber(1);
    const auto* content = any.GetDescriptor()->FindFieldByNumber(2);
    const std::string url = fields.GetString(any, type_url);
    const auto slash = url.rfind('/');
    const auto* held =
        slash == std::string::npos ? nullptr : wire::test::everyday().pool().FindMessageTypeByName(url.substr(slash + 1));
    if (held) fields.SetString(&any, content, normalized(*held, fields.GetString(any, content)));
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
    if (type.well_known_type() == google::protobuf::Descriptor::WELLKNOWNTYPE_ANY) normalize_any(message);
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

inline std::string normalized(const google::protobuf::Descriptor& type, const std::string& bytes) {
    static google::protobuf::DynamicMessageFactory kFactory;
    const std::unique_ptr<google::protobuf::Message> message(kFactory.GetPrototype(&type)->New());
    if (!message->ParseFromString(bytes)) return bytes;
    normalize(*message);
    return oracle_for(type).canonical(type, message->SerializeAsString(), false).value_or(bytes);
}

// Whether two messages of a type, canonical as Oracle::canonical() makes them, are the same as far as JSON goes.
inline bool are_alike(const google::protobuf::Descriptor& type, const std::string& one, const std::string& other) {
    return one == other || normalized(type, one) == normalized(type, other);
}

// Whether JSON has a mask that json_util reads in a way of its own: it copies what stands between quotes, as keys of maps once
// did, pairs brackets, stumbles over other signs, takes capitals in a row for one word, and one at the front of a path for a
// small letter. protobuf's rules for JSON know nothing of that.
inline bool has_odd_mask(const std::string& json) {
    const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    const auto is_odd = [&](const std::string& path) {
        for (std::size_t i = 0; i < path.size(); ++i) {
            const bool is_front = i == 0 || path[i - 1] == ',';
            const bool is_usual = path[i] == '.' || path[i] == ',' || std::isalnum(static_cast<unsigned char>(path[i])) != 0;
            if (!is_usual || (is_capital(path[i]) && (is_front || is_capital(path[i - 1])))) return true;
        }
        return false;
    };
    const bool has_mask_in_any = json.find("protobuf.FieldMask") != std::string::npos;
    bool is_mask = false;
    bool is_found = false;
    using Event = nlohmann::json::parse_event_t;
    const auto see = [&](int /*depth*/, Event event, nlohmann::json& value) {
        if (event == Event::value && is_mask && value.is_string())
            is_found = is_odd(value.get_ref<const std::string&>()) || is_found;
        is_mask = event == Event::key && (value == "mask" || (has_mask_in_any && value == "value"));
        return true;
    };
    (void)nlohmann::json::parse(json, see, false);
    return is_found;
}

// Whether JSON has an Any that json_util does not know, or knows otherwise: as a plain message, with another host than its own,
// of a ListValue; or text that was not UTF-8, which nobody looks for inside an Any.
inline bool has_odd_any(const google::protobuf::Descriptor& type, const std::string& json) {
    if (type.name() != "Parcel") return false;  // the only one that has an Any
    static const std::string kHost = "type.googleapis.com/";
    if (json.find("protobuf.ListValue") != std::string::npos || json.find("\"type_url\"") != std::string::npos) return true;
    if (json.find("{\"value\":") != std::string::npos) return true;
    bool is_type = false;
    bool is_found = json.find("@type") != std::string::npos && json.find("\uFFFD") != std::string::npos;
    using Event = nlohmann::json::parse_event_t;
    const auto see = [&](int /*depth*/, Event event, nlohmann::json& value) {
        if (event == Event::value && is_type)
            is_found = !value.is_string() || !value.get_ref<const std::string&>().starts_with(kHost) || is_found;
        is_type = event == Event::key && value == "@type";
        return true;
    };
    (void)nlohmann::json::parse(json, see, false);
    return is_found;
}

}  // namespace octane::fuzz
