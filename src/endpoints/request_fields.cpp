#include "endpoints/request_fields.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "base/nearest.hpp"
#include "base/utf8.hpp"
#include "wire/base64.hpp"
#include "wire/field_path.hpp"
#include "wire/json_to_wire.hpp"

namespace octane::endpoints {
namespace {

using base::ErrorCode;
using base::Result;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::size_t kLongestList = 10000;  // an index makes no list longer than this
constexpr std::size_t kMostSteps = 64;

base::Error bad_field(std::string message) {
    return base::make_error(ErrorCode::bad_query, std::move(message));
}

std::string quoted(std::string_view text) {
    return "'" + std::string(text.substr(0, 60)) + "'";
}

base::Error given_twice(std::string_view path) {
    return bad_field(quoted(path) + " was given twice");
}

base::Error no_such_field(const Descriptor& type, std::string_view name, std::string_view path) {
    std::vector<std::string_view> names;
    for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
    const auto near = base::nearest_names(name, names);
    std::string message = type.full_name() + " has no field " + quoted(name);
    if (name != path) message += " (in " + quoted(path) + ")";
    if (!near.empty())
        message += base::did_you_mean(near);
    else
        message += names.empty() ? "; it has none" : "; it has " + base::join_names(names, 20);
    return bad_field(std::move(message));
}

std::optional<std::size_t> read_index(std::string_view text) {
    std::size_t index = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (failed != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return index;
}

bool is_whole_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("-0123456789") == std::string_view::npos && text.size() < 12;
}

// Messages that protobuf's JSON writes as text.
bool is_text_message(const Descriptor& type) {
    const auto& file = type.file()->name();
    return file == "google/protobuf/timestamp.proto" || file == "google/protobuf/duration.proto" ||
           file == "google/protobuf/field_mask.proto";
}

// Where protobuf's JSON writes the message as the one field that it holds: that field.
const FieldDescriptor* wrapped_field(const Descriptor* type) {
    const bool is_wrapper = type != nullptr && type->file()->name() == "google/protobuf/wrappers.proto";
    return is_wrapper ? type->FindFieldByNumber(1) : nullptr;
}

Result<OpenJson> parse_json(const FieldDescriptor& field, std::string_view value) {
    if (auto parsed = OpenJson::parse(value)) return *std::move(parsed);
    return bad_field(field.full_name() + " is a message: give its fields one by one, such as " + field.name() +
                     ".<field>=…, or a JSON object; " + quoted(value) + " is neither");
}

Result<OpenJson> to_json(const FieldDescriptor& field, std::string_view value) {
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_MESSAGE: {
            const auto& type = *field.message_type();
            if (is_text_message(type)) return OpenJson::string(value);
            if (const auto* const wrapped = wrapped_field(&type)) return to_json(*wrapped, value);
            if (type.full_name() == "google.protobuf.Value") return OpenJson::parse(value).value_or(OpenJson::string(value));
            return parse_json(field, value);
        }
        case FieldDescriptor::CPPTYPE_BOOL:
            return value.empty() ? OpenJson::literal("true") : OpenJson::string(value);  // "?color" alone switches it on
        case FieldDescriptor::CPPTYPE_ENUM: {
            int number = 0;
            if (is_whole_number(value) && std::from_chars(value.data(), value.data() + value.size(), number).ec == std::errc())
                return OpenJson::literal(std::to_string(number));
            return OpenJson::string(value);
        }
        case FieldDescriptor::CPPTYPE_STRING: {
            std::string text(value);
            // A plus that was not escaped has become a space; base64 has no spaces.
            if (field.type() == FieldDescriptor::TYPE_BYTES) std::ranges::replace(text, ' ', '+');
            return OpenJson::string(text);
        }
        default: return OpenJson::string(value);
    }
}

base::Error too_many(std::string_view path) {
    return bad_field("in " + quoted(path) + " what is given already has more than " + std::to_string(OpenJson::kMostOpened) +
                     " members or elements, to which none can be added");
}

}  // namespace

bool RequestFields::has(const Descriptor& type, std::string_view name) {
    return wire::find_field(type, name) != nullptr;
}

// The place of a list's element; the list grows by one at most.
Result<OpenJson*> RequestFields::element(OpenJson& list, std::string_view text, std::string_view path) {
    const auto index = read_index(text);
    if (!index) return bad_field("in " + quoted(path) + " " + quoted(text) + " is no index of a list, such as 0");
    if (!list.is_null() && !list.is_list()) return given_twice(path);
    auto* const elements = list.elements(room_);
    if (elements == nullptr) return too_many(path);
    if (*index > elements->size() || *index >= kLongestList)
        return bad_field("in " + quoted(path) + " the index " + std::string(text) + " leaves out those before it; the next is " +
                         std::to_string(elements->size()));
    if (*index == elements->size()) {
        if (room_ == 0) return too_many(path);
        --room_;
        elements->emplace_back();
    }
    return &(*elements)[*index];
}

Result<RequestFields::Place> RequestFields::find_place(std::string_view path) {
    const auto parts = wire::split_field_path(path);
    const Descriptor* type = &type_;
    OpenJson* place = &message_;
    if (parts.size() > kMostSteps) return bad_field(quoted(path) + " has more than " + std::to_string(kMostSteps) + " parts");
    for (std::size_t i = 0;; ++i) {
        if (type == nullptr)
            return bad_field("in " + quoted(path) + " " + quoted(parts[i - 1]) + " is no message, so it has no field " +
                             quoted(parts[i]));
        const auto* field = wire::find_field(*type, parts[i]);
        if (field == nullptr) return no_such_field(*type, parts[i], path);
        if (!place->is_null() && !place->is_object())
            return bad_field(quoted(path) + ": what is before its last point was given as a whole already");
        place = place->member(field->name(), field->json_name(), room_);
        if (place == nullptr) return too_many(path);
        bool is_list = field->is_repeated() && !field->is_map();
        if (i + 1 < parts.size() && field->is_map()) {
            if (!place->is_null() && !place->is_object()) return given_twice(path);
            const auto key = parts[++i];
            place = place->member(key, key, room_);
            if (place == nullptr) return too_many(path);
            field = field->message_type()->FindFieldByNumber(2);
        } else if (i + 1 < parts.size() && is_list) {
            auto at = element(*place, parts[++i], path);
            if (!at) return std::move(at).error();
            place = *at;
            is_list = false;
        }
        if (i + 1 == parts.size()) return Place{place, field, is_list};
        type = field->message_type();
        const auto* const wrapped = i + 2 == parts.size() ? wrapped_field(type) : nullptr;
        if (wrapped != nullptr && wrapped == wire::find_field(*type, parts[i + 1])) return Place{place, wrapped, false};
    }
}

// One that has nothing yet, or a list that can have more.
Result<RequestFields::Place> RequestFields::find_free_place(std::string_view path) {
    if (!base::is_utf8(path)) return bad_field("a name or value of the request is not UTF-8");
    auto place = find_place(path);
    if (!place) return place;
    const auto& given = *place->json;
    if (!given.is_null() && !(place->is_list && given.is_list())) return given_twice(path);
    return place;
}

Result<base::Done> RequestFields::put(const Place& place, OpenJson json, std::string_view path) {
    if (!place.is_list) {
        *place.json = std::move(json);
        return base::Done{};
    }
    auto* const elements = place.json->elements(room_);
    if (elements == nullptr || room_ == 0) return too_many(path);
    --room_;
    elements->push_back(std::move(json));
    return base::Done{};
}

Result<base::Done> RequestFields::add(std::string_view path, std::string_view value) {
    if (!base::is_utf8(value)) return bad_field("a name or value of the request is not UTF-8");
    const auto place = find_free_place(path);
    if (!place) return place.error();
    auto json = to_json(*place->field, value);
    if (!json) return std::move(json).error();
    return put(*place, *std::move(json), path);
}

Result<base::Done> RequestFields::add_bytes(std::string_view path, std::string_view bytes) {
    const auto place = find_free_place(path);
    if (!place) return place.error();
    std::string text;
    text.reserve(wire::base64_size(bytes.size()) + 2);
    text += '"';
    wire::base64_append(text, bytes);
    text += '"';
    return put(*place, OpenJson::literal(std::move(text)), path);
}

Result<base::Done> RequestFields::add_all(std::string_view json) {
    auto parsed = OpenJson::parse(json);
    if (parsed && parsed->is_object()) {
        message_ = *std::move(parsed);
        return base::Done{};
    }
    if (!parsed) {
        if (const auto read = wire::json_to_wire(type_, json); !read) return read.error();
    }
    return base::make_error(ErrorCode::bad_json, "the request has to be a JSON object, and this is none");
}

Result<base::Done> RequestFields::add_json(std::string_view path, std::string_view json) {
    auto parsed = OpenJson::parse(json);
    if (!parsed)
        return base::make_error(ErrorCode::bad_json,
                                "the body has to be the field " + quoted(path) + " as JSON, and this is none");
    const auto place = find_place(path);
    if (!place) return place.error();
    if (!place->json->is_null()) return given_twice(path);
    *place->json = *std::move(parsed);
    return base::Done{};
}

std::string RequestFields::json() const {
    std::string text;
    if (message_.is_null()) return "{}";
    text.reserve(message_.size());
    message_.write(text);
    return text;
}

}  // namespace octane::endpoints
