// Room: wire. The part of RequestReader that takes scalars, and the words with which it refuses.
#include <algorithm>
#include <utility>

#include "base/nearest.hpp"
#include "wire/base64.hpp"
#include "wire/foreign_names.hpp"
#include "wire/request_reader.hpp"
#include "wire/writer.hpp"

namespace octane::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::OneofDescriptor;
using Kind = JsonScalar::Kind;

constexpr std::size_t kMostListed = 40;
constexpr int kNumberTooLarge = 406;  // nlohmann::json's number for a literal beyond double

bool names_a_member(const OneofDescriptor& one_of, const std::string& name) {
    for (int i = 0; i < one_of.field_count(); ++i) {
        if (one_of.field(i)->name() == name || one_of.field(i)->json_name() == name) return true;
    }
    return false;
}

std::string name_in_json(const FieldDescriptor& field) {
    return field.is_extension() ? "[" + field.full_name() + "]" : field.name();
}

std::string list_members(const Descriptor& message) {
    if (message.field_count() == 0) return "it has none";
    std::vector<std::string_view> names;
    for (int i = 0; i < message.field_count(); ++i) names.emplace_back(message.field(i)->name());
    return "valid members are " + base::join_names(names, kMostListed);
}

// "unexpected end of input" out of "[json.exception.…] parse error at line 1, column 2: syntax error while … - unexpected end …".
std::string reason_of(const nlohmann::json::exception& exception) {
    std::string_view text = exception.what();
    if (const auto place = text.find(": "); place != std::string_view::npos) text.remove_prefix(place + 2);
    if (const auto reason = text.find(" - "); reason != std::string_view::npos) text.remove_prefix(reason + 3);
    if (const auto token = text.find("; last read: "); token != std::string_view::npos) {
        const std::string_view expected = text.substr(token + 13);
        const auto end = expected.rfind("; expected ");
        return std::string(text.substr(0, token)) + std::string(end == std::string_view::npos ? "" : expected.substr(end));
    }
    return std::string(text);
}

}  // namespace

bool RequestReader::scalar(const JsonScalar& value) {
    if (skip_depth_ > 0) return true;
    if (is_next_skipped_) return skipped_scalar(value);
    if (is_in_odd_place()) return is_in_buffer() ? buffer_scalar(value) : any_scalar(value);
    const Target here = target();
    if (value.kind == Kind::null) return null_value(here);
    if (here.is_whole_list) return misfit(here, expected_at(here, value), describe_found(value));
    if (here.message) return scalar_message(here, value);
    if (!claim(here)) return false;
    const bool is_bare = open_.back().kind == MemberKind::array && open_.back().is_nested;  // packed: one tag for them all
    std::string& out = open_.back().part ? parts_ : builder_.out();
    if (!is_bare) append_tag(out, static_cast<std::uint32_t>(here.field->number()), wire_type_of(*here.field));
    if (!append_scalar(*here.field, value, out) && !foreign_value(here, value, out)) return false;
    value_done();
    return true;
}

// An enum name that another release has, as the number it has here; anything else is refused.
bool RequestReader::foreign_value(const Target& target, const JsonScalar& value, std::string& out) {
    const bool is_name = target.field->enum_type() != nullptr && value.kind == Kind::text;
    const auto found =
        is_name && options_.foreign ? options_.foreign->value(*target.field->enum_type(), *value.text) : ForeignValue();
    if (found.number) {
        append_varint(out, static_cast<std::uint64_t>(std::int64_t{*found.number}));
        return true;
    }
    if (found.why.empty()) return misfit(target, expected_at(target, value), describe_found(value));
    return refuse(base::ErrorCode::bad_value, "\"" + path() + "\" is " + shortened(*value.text) + ", which " + found.why);
}

// A member by another name than its own. What has no effect here is worth a warning, but is no mistake.
bool RequestReader::foreign_member(const std::string& name) {
    OpenMember& top = open_.back();
    auto found = options_.foreign->member(*top.message, name);
    const bool is_second_spread = found.part && top.spread && top.spread != found.field;
    if ((found.field == nullptr && found.why.empty()) || is_second_spread) return skip_unknown(name);
    top.field = found.field;
    top.part = found.part;
    top.is_alias = found.field != nullptr;
    if (found.field) return true;
    const std::string sentence = "\"" + path_to(name) + "\" " + found.why;
    if (found.is_refused) return refuse(base::ErrorCode::bad_value, sentence);
    is_next_skipped_ = true;
    return warn(sentence);
}

// The value of a member that is not a field: nothing, or the virtual one-of key of a dialect, whose value names a member.
bool RequestReader::skipped_scalar(const JsonScalar& value) {
    is_next_skipped_ = false;
    if (!maybe_one_of_key_) return true;
    const OneofDescriptor& one_of = *maybe_one_of_key_;
    maybe_one_of_key_ = nullptr;
    if (value.kind == Kind::null || (value.kind == Kind::text && names_a_member(one_of, *value.text))) return true;
    const bool goes_on = skip_unknown(one_of.name());
    is_next_skipped_ = false;
    return goes_on;
}

// null leaves a member unset; only google.protobuf.Value and NullValue have a null of their own.
bool RequestReader::null_value(const Target& target) {
    const bool is_null_enum = target.field && target.field->enum_type() && is_null_value(*target.field->enum_type());
    if (is_null_enum && !target.is_whole_list) return scalar(JsonScalar::make(std::uint64_t{0}));
    if (target.message && !target.is_whole_list && well_known(*target.message) == WellKnown::value) {
        if (!claim(target)) return false;
        enter_nested(MemberKind::single, target, target.message->FindFieldByNumber(1));
        append_varint_field(builder_.out(), 1, 0);
        value_done();
        return true;
    }
    if (!open_.empty() && (open_.back().kind == MemberKind::message || open_.back().kind == MemberKind::any_value)) {
        open_.back().field = nullptr;
        open_.back().part = nullptr;
        return true;
    }
    return misfit(target, expected_at(target, JsonScalar::make_null()), "null");
}

// A message whose JSON form is a scalar.
bool RequestReader::scalar_message(const Target& target, const JsonScalar& value) {
    const WellKnown kind = well_known(*target.message);
    switch (kind) {
        case WellKnown::timestamp:
        case WellKnown::duration:
        case WellKnown::field_mask: {
            if (!claim(target)) return false;
            enter_nested(MemberKind::single, target, nullptr);
            if (value.kind != Kind::text || !append_well_known(kind, *value.text, builder_.out())) {
                open_.pop_back();
                return misfit(target, std::string(describe_well_known(kind)), describe_found(value));
            }
            value_done();
            return true;
        }
        case WellKnown::wrapper:
            if (!claim(target)) return false;
            enter_nested(MemberKind::single, target, target.message->field(0));
            return scalar(value);
        case WellKnown::value: {
            if (!claim(target)) return false;
            const int number = value.kind == Kind::boolean ? 4 : value.kind == Kind::text ? 3 : 2;
            enter_nested(MemberKind::single, target, target.message->FindFieldByNumber(number));
            return scalar(value);
        }
        default: return misfit(target, expected_at(target, value), describe_found(value));
    }
}

bool RequestReader::buffer_key(const std::string& name) {
    buffer_key_ = name;
    return name == "type" || name == "data" || skip_unknown(name);
}

bool RequestReader::buffer_scalar(const JsonScalar& value) {
    const OpenMember& top = open_.back();
    if (top.kind == MemberKind::buffer_data) {
        if (value.kind != Kind::natural || value.natural > 0xFF) {
            return misfit(target(), "bytes from 0 to 255 in \"data\"", describe_found(value));
        }
        buffer_ += static_cast<char>(value.natural);
        return true;
    }
    if (buffer_key_ == "type" && value.kind == Kind::text && *value.text == "Buffer") return true;
    if (buffer_key_ == "data" && value.kind == Kind::text && !is_buffer_filled_) {
        if (auto bytes = base64_decode(*value.text)) {
            buffer_ = *std::move(bytes);
            is_buffer_filled_ = true;
            return true;
        }
    }
    return misfit(target(), describe_expected(*top.field, {}), describe_found(value));
}

bool RequestReader::write_buffer() {
    const FieldDescriptor& field = *open_.back().field;
    if (!is_buffer_filled_) return misfit(target(), describe_expected(field, {}), "an object without \"data\"");
    append_bytes_field(builder_.out(), static_cast<std::uint32_t>(field.number()), buffer_);
    return true;
}

bool RequestReader::skip_unknown(std::string_view name) {
    is_next_skipped_ = true;
    const OpenMember& top = open_.back();
    const Descriptor* message = top.kind == MemberKind::message ? top.message : nullptr;
    const std::string owner = message    ? message->full_name()
                              : top.held ? "an Any that holds a " + top.held->full_name()
                                         : "a Buffer object";
    const std::string sentence = "\"" + path_to(name) + "\" is not a member of " + owner;
    if (!options_.is_strict) return warn(sentence + " and was ignored");
    const std::string members = message    ? list_members(*message)
                                : top.held ? "valid members are @type, value"
                                           : "valid members are type, data";
    return refuse(base::ErrorCode::unknown_member, sentence + "; " + members);
}

bool RequestReader::warn(std::string sentence) {
    if (warnings_.size() < options_.max_warnings)
        warnings_.push_back(std::move(sentence));
    else
        ++unlisted_warnings_;
    return true;
}

bool RequestReader::parse_error(std::size_t position, const std::string& last_token, const Json::exception& exception) {
    if (exception.id == kNumberTooLarge) {
        const std::string where = path();
        const std::string subject = where.empty() ? "the body" : "\"" + where + "\"";
        return refuse(base::ErrorCode::bad_value,
                      subject + " holds the number " + shortened(last_token) + ", which is too large");
    }
    const std::size_t at = std::min(position == 0 ? 0 : position - 1, json_.size());
    const std::string_view before = json_.substr(0, at);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t break_at = before.rfind('\n');
    const std::size_t column = at - (break_at == std::string_view::npos ? 0 : break_at + 1) + 1;
    return refuse(base::ErrorCode::bad_json, "the body is not JSON: line " + std::to_string(line) + ", column " +
                                                 std::to_string(column) + ": " + reason_of(exception));
}

bool RequestReader::refuse(base::ErrorCode code, std::string message) {
    error_ = base::make_error(code, std::move(message));
    return false;
}

bool RequestReader::misfit(const Target& target, const std::string& expected, const std::string& found) {
    const std::string where = path();
    const std::string subject = where.empty() || !target.field ? "the body" : "\"" + where + "\"";
    return refuse(base::ErrorCode::bad_value, subject + " takes " + expected + ", but " + found + " was found");
}

std::string RequestReader::expected_at(const Target& target, const JsonScalar& value) {
    if (target.is_whole_list) return target.field->is_map() ? "an object" : "an array";
    if (!target.message) return describe_expected(*target.field, value);
    const Descriptor& message = *target.message;
    const bool is_list = well_known(message) == WellKnown::list;
    return std::string(is_list                 ? "an array "
                       : wraps_a_list(message) ? "an object or array "
                                               : "an object ") +
           "(" + message.full_name() + ")";
}

// Dotted, with the indexes of elements and the keys of maps: "items.2.name". Empty at the very top.
std::string RequestReader::path() const {
    std::string joined;
    std::size_t map = 0;
    const auto add = [&joined](std::string_view part) { joined.append(joined.empty() ? "" : ".").append(part); };
    for (const OpenMember& frame : open_) {
        switch (frame.kind) {
            case MemberKind::message:
                if (frame.field) add(name_in_json(*frame.field));
                if (frame.part) add(frame.part->name());
                break;
            case MemberKind::array: add(std::to_string(frame.index)); break;
            case MemberKind::map: add(shortened(map_keys_[map++])); break;
            case MemberKind::any_value:
                if (frame.field) add("value");
                break;
            case MemberKind::single:
            case MemberKind::buffer:
            case MemberKind::buffer_data:
            case MemberKind::any: break;
        }
    }
    return joined;
}

// The path of a member of the innermost object.
std::string RequestReader::path_to(std::string_view member) const {
    std::string joined;
    const bool is_named = !open_.empty() && open_.back().kind == MemberKind::message && open_.back().field;
    joined = path();
    if (is_named) {
        const std::size_t own = name_in_json(*open_.back().field).size();
        joined.resize(joined.size() - own);
        return joined + shortened(member);
    }
    return (joined.empty() ? "" : joined + ".") + shortened(member);
}

}  // namespace octane::wire
