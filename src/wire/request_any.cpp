// Room: wire. The part of RequestReader that reads an Any: by the members of what it holds, or as the plain message that it is.
#include "wire/late_types.hpp"
#include "wire/request_reader.hpp"
#include "wire/writer.hpp"

namespace octane::wire {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

bool RequestReader::start_any(const Target& target) {
    enter_nested(MemberKind::any, target, nullptr);
    const std::string* late_type = late_types_ ? late_types_->of_object(objects_) : nullptr;
    return !late_type || hold(*late_type, true);
}

// The first member of an Any. If it is not the type, the type may come later or not at all.
bool RequestReader::any_key(const std::string& name) {
    if (name == "@type") return true;
    needs_late_types_ = late_types_ == nullptr;
    if (needs_late_types_) return false;
    open_.back().kind = MemberKind::message;
    open_.back().is_any = true;
    return member_key(name);
}

bool RequestReader::any_scalar(const JsonScalar& value) {
    return value.kind == JsonScalar::Kind::text ? hold(*value.text, false) : refuse_type(describe_found(value));
}

// The type of the innermost Any is known: what follows are the members of what it holds.
bool RequestReader::hold(const std::string& type_url, bool is_type_due) {
    const std::string_view name = type_name_in(type_url);
    if (name.empty()) return refuse_type(describe_found(JsonScalar::make(type_url)));
    const Descriptor* held = find_held_type(*root_.file()->pool(), type_url);
    if (!held) {
        return refuse(base::ErrorCode::bad_value, "\"" + path_to("@type") + "\" is " + shortened(name) +
                                                      ", a type that the schema lacks; such an Any can be given as "
                                                      "{\"type_url\":…,\"value\":base64 of the message}");
    }
    OpenMember& any = open_.back();
    const FieldDescriptor* content = any.message->FindFieldByNumber(2);
    append_bytes_field(builder_.out(), 1, type_url);
    if (well_known(*held) != WellKnown::none) {
        any.kind = MemberKind::any_value;
        any.held = held;
        any.is_type_due = is_type_due;
        return true;
    }
    any.kind = MemberKind::single;
    any.field = content;
    enter_nested(MemberKind::message, {content, held, false}, nullptr);
    OpenMember& members = open_.back();
    depth_ -= members.levels;  // the Any's own object is theirs
    members.levels = 0;
    members.is_any = true;
    members.is_type_due = is_type_due;
    return true;
}

bool RequestReader::any_value_key(const std::string& name) {
    OpenMember& top = open_.back();
    if (name == "@type") return type_again();
    if (name != "value") return skip_unknown(name);
    if (top.seen != 0) return refuse(base::ErrorCode::bad_value, "\"" + path_to(name) + "\" is given twice");
    top.seen = 1;
    top.field = top.message->FindFieldByNumber(2);
    return true;
}

// Of a member that the message which the Any shows does not have: whether the reading goes on, if Anys are special about it.
std::optional<bool> RequestReader::odd_member_of_any(const std::string& name) {
    OpenMember& top = open_.back();
    const bool is_plain = well_known(*top.message) == WellKnown::any;
    if (name == "@type" && !is_plain) return type_again();
    if (name == "@type") {  // no text, or it would be known already
        top.kind = MemberKind::any;
        return true;
    }
    if (is_plain) {
        return refuse(base::ErrorCode::bad_value,
                      "\"" + path_to(name) + "\" needs an \"@type\" beside it that tells what it is a member of");
    }
    // Some write an empty message in the way of those with a JSON form of their own.
    if (name == "value" && top.message->full_name() == "google.protobuf.Empty") {
        is_next_skipped_ = true;
        return true;
    }
    return std::nullopt;
}

// The type where it was known already: once if it was found ahead.
bool RequestReader::type_again() {
    OpenMember& top = open_.back();
    if (!top.is_type_due) return refuse(base::ErrorCode::bad_value, "\"" + path_to("@type") + "\" is given twice");
    top.is_type_due = false;
    is_next_skipped_ = true;
    return true;
}

bool RequestReader::refuse_type(const std::string& found) {
    return refuse(
        base::ErrorCode::bad_value,
        "\"" + path_to("@type") + "\" takes a type such as \"type.googleapis.com/pkg.Message\", but " + found + " was found");
}

}  // namespace octane::wire
