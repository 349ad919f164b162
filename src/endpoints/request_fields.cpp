#include "endpoints/request_fields.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "base/nearest.hpp"
#include "wire/field_path.hpp"

namespace octane::endpoints {
namespace {

using base::ErrorCode;
using base::Result;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using FieldJson = nlohmann::json;  // members are found quickly, however many there are

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
           file == "google/protobuf/field_mask.proto" || file == "google/protobuf/wrappers.proto";
}

// Nothing for what is no JSON, or nested deeper than any message may be.
std::optional<FieldJson> read_json(std::string_view text) {
    constexpr int kMostLevels = 100;
    bool is_too_deep = false;
    auto parsed = FieldJson::parse(
        text,
        [&is_too_deep](int depth, FieldJson::parse_event_t, FieldJson&) {
            is_too_deep = is_too_deep || depth > kMostLevels;
            return !is_too_deep;
        },
        false);
    if (parsed.is_discarded() || is_too_deep) return std::nullopt;
    return parsed;
}

Result<FieldJson> parse_json(const FieldDescriptor& field, std::string_view value) {
    if (auto parsed = read_json(value)) return *std::move(parsed);
    return bad_field(field.full_name() + " is a message: give its fields one by one, such as " + field.name() +
                     ".<field>=…, or a JSON object; " + quoted(value) + " is neither");
}

Result<FieldJson> to_json(const FieldDescriptor& field, std::string_view value) {
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_MESSAGE: {
            const auto& type = *field.message_type();
            if (is_text_message(type)) return FieldJson(value);
            if (type.full_name() == "google.protobuf.Value") { return read_json(value).value_or(FieldJson(value)); }
            return parse_json(field, value);
        }
        case FieldDescriptor::CPPTYPE_BOOL:
            return value.empty() ? FieldJson(true) : FieldJson(value);  // "?color" alone switches it on
        case FieldDescriptor::CPPTYPE_ENUM: {
            int number = 0;
            if (is_whole_number(value) && std::from_chars(value.data(), value.data() + value.size(), number).ec == std::errc())
                return FieldJson(number);
            return FieldJson(value);
        }
        case FieldDescriptor::CPPTYPE_STRING: {
            std::string text(value);
            // A plus that was not escaped has become a space; base64 has no spaces.
            if (field.type() == FieldDescriptor::TYPE_BYTES) std::ranges::replace(text, ' ', '+');
            return FieldJson(std::move(text));
        }
        default: return FieldJson(value);
    }
}

// The place of a list's element; the list grows by one at most.
Result<FieldJson*> element(FieldJson& list, std::string_view text, std::string_view path) {
    const auto index = read_index(text);
    if (!index) return bad_field("in " + quoted(path) + " " + quoted(text) + " is no index of a list, such as 0");
    if (!list.is_null() && !list.is_array()) return given_twice(path);
    if (list.is_null()) list = FieldJson::array();
    if (*index > list.size() || *index >= kLongestList)
        return bad_field("in " + quoted(path) + " the index " + std::string(text) + " leaves out those before it; the next is " +
                         std::to_string(list.size()));
    if (*index == list.size()) list.push_back(nullptr);
    return &list[*index];
}

// JSON is UTF-8, and the library that writes it is the judge.
bool is_utf8(std::string_view text) {
    try {
        static_cast<void>(FieldJson(text).dump());
        return true;
    } catch (const FieldJson::type_error&) { return false; }
}

}  // namespace

bool RequestFields::has(const Descriptor& type, std::string_view name) {
    return wire::find_field(type, name) != nullptr;
}

Result<base::Done> RequestFields::add(std::string_view path, std::string_view value) {
    if (!is_utf8(path) || !is_utf8(value)) return bad_field("a name or value of the request is not UTF-8");
    const auto parts = wire::split_field_path(path);
    const Descriptor* type = &type_;
    FieldJson* place = &message_;
    if (parts.size() > kMostSteps) return bad_field(quoted(path) + " has more than " + std::to_string(kMostSteps) + " parts");
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (type == nullptr)
            return bad_field("in " + quoted(path) + " " + quoted(parts[i - 1]) + " is no message, so it has no field " +
                             quoted(parts[i]));
        const auto* field = wire::find_field(*type, parts[i]);
        if (field == nullptr) return no_such_field(*type, parts[i], path);
        if (place->is_null()) *place = FieldJson::object();
        if (!place->is_object()) return bad_field(quoted(path) + ": what is before its last point was given as a whole already");
        FieldJson* member = &(*place)[field->name()];
        bool is_listed = false;
        if (field->is_map()) {
            if (i + 1 == parts.size()) {
                if (!member->is_null()) return given_twice(path);
                auto all = parse_json(*field, value);
                if (!all) return std::move(all).error();
                *member = *std::move(all);
                return base::Done{};
            }
            if (!member->is_null() && !member->is_object()) return given_twice(path);
            member = &(*member)[std::string(parts[++i])];
            field = field->message_type()->FindFieldByNumber(2);
        } else if (field->is_repeated()) {
            if (i + 1 < parts.size()) {
                auto at = element(*member, parts[++i], path);
                if (!at) return std::move(at).error();
                member = *at;
            } else {
                is_listed = true;
            }
        }
        if (i + 1 == parts.size()) {
            if (!is_listed && !member->is_null()) return given_twice(path);
            auto json = to_json(*field, value);
            if (!json) return std::move(json).error();
            if (is_listed && !member->is_null() && !member->is_array()) return given_twice(path);
            if (is_listed)
                member->push_back(*std::move(json));
            else
                *member = *std::move(json);
            return base::Done{};
        }
        type = field->message_type();
        place = member;
    }
    return base::Done{};
}

Result<base::Done> RequestFields::add_all(std::string_view json) {
    auto parsed = read_json(json);
    if (!parsed || !parsed->is_object())
        return base::make_error(ErrorCode::bad_json, "the request has to be a JSON object, and this is none");
    for (auto& [name, value] : parsed->items()) message_[name] = std::move(value);
    return base::Done{};
}

Result<base::Done> RequestFields::add_json(std::string_view field, std::string_view json) {
    auto parsed = read_json(json);
    if (!parsed)
        return base::make_error(ErrorCode::bad_json,
                                "the body has to be the field " + quoted(field) + " as JSON, and this is none");
    message_[std::string(field)] = *std::move(parsed);
    return base::Done{};
}

}  // namespace octane::endpoints
