// Room: wire. The part of RequestReader that knows which member a name means, and which of them may and must be given.
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>

#include "wire/request_reader.hpp"

namespace octane::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::OneofDescriptor;

// "[full.name]": an extension of the message that its pool knows.
const FieldDescriptor* find_extension(const Descriptor& message, std::string_view name) {
    const bool is_one = name.starts_with('[') && name.ends_with(']') && message.extension_range_count() > 0;
    if (!is_one || message.options().message_set_wire_format()) return nullptr;
    const auto* field = message.file()->pool()->FindExtensionByName(std::string(name.substr(1, name.size() - 2)));
    return field && field->containing_type() == &message ? field : nullptr;
}

const FieldDescriptor* find_member(const Descriptor& message, const std::string& name) {
    if (const FieldDescriptor* field = message.FindFieldByName(name)) return field;
    for (int i = 0; i < message.field_count(); ++i) {
        if (message.field(i)->json_name() == name) return message.field(i);
    }
    return find_extension(message, name);
}

// What stands for a member without a bit among those that were given.
int number_beyond(const FieldDescriptor& field) {
    return field.is_extension() ? -field.number() : field.index();
}

const OneofDescriptor* find_one_of(const Descriptor& message, const std::string& name) {
    for (int i = 0; i < message.oneof_decl_count(); ++i) {
        if (message.oneof_decl(i)->name() == name) return message.oneof_decl(i);
    }
    return nullptr;
}

}  // namespace

std::uint64_t RequestReader::bit_of(const FieldDescriptor& field) {
    return field.index() < 64 && !field.is_extension() ? std::uint64_t{1} << static_cast<unsigned>(field.index()) : 0;
}

bool RequestReader::key(std::string& name) {
    if (skip_depth_ > 0) return true;
    if (open_.back().kind == MemberKind::message) return member_key(name);
    if (open_.back().kind == MemberKind::map) return start_map_entry(name);
    switch (open_.back().kind) {
        case MemberKind::buffer: return buffer_key(name);
        case MemberKind::any: return any_key(name);
        default: return any_value_key(name);
    }
}

bool RequestReader::member_key(const std::string& name) {
    OpenMember& top = open_.back();
    top.is_alias = false;
    top.field = find_member(*top.message, name);
    if (top.field) return true;
    if (const auto goes_on = top.is_any ? odd_member_of_any(name) : std::nullopt) return *goes_on;
    maybe_one_of_key_ = find_one_of(*top.message, name);
    if (!maybe_one_of_key_) return options_.foreign ? foreign_member(name) : skip_unknown(name);
    is_next_skipped_ = true;
    return true;
}

// Notes that the member is given, and refuses it if it cannot be.
bool RequestReader::claim(const Target& target) {
    if (open_.empty() || open_.back().kind != MemberKind::message) return true;
    OpenMember& top = open_.back();
    if (top.part) return claim_part();
    const std::uint64_t bit = bit_of(*target.field);
    const bool is_given_by_both = ((top.is_alias ? top.seen : top.seen_by_alias) & bit) != 0 && !target.field->is_repeated();
    if (is_given_by_both) warn("\"" + path() + "\" is given by two names that stand for one another; what came later counts");
    if (top.is_alias) {
        top.seen_by_alias |= bit;
    } else {
        bool is_repeated_member = false;
        if (bit != 0) {
            is_repeated_member = (top.seen & bit) != 0;
            top.seen |= bit;
        } else {
            const int index = number_beyond(*target.field);
            for (std::size_t i = top.seen_from; i < seen_beyond_.size(); ++i) is_repeated_member |= seen_beyond_[i] == index;
            seen_beyond_.push_back(index);
        }
        if (is_repeated_member) return refuse(base::ErrorCode::bad_value, "\"" + path() + "\" is given twice");
    }
    const OneofDescriptor* one_of = target.field->real_containing_oneof();
    if (!one_of) return true;
    for (std::size_t i = top.one_ofs_from; i < one_ofs_.size(); ++i) {
        if (one_ofs_[i]->real_containing_oneof() != one_of || one_ofs_[i] == target.field) continue;
        const std::string both = "\"" + path_to(one_ofs_[i]->name()) + "\" and \"" + path() + "\"";
        return refuse(base::ErrorCode::bad_value,
                      both + " exclude each other: give only one member of the one-of " + one_of->name());
    }
    one_ofs_.push_back(target.field);
    return true;
}

bool RequestReader::claim_part() {
    OpenMember& top = open_.back();
    const std::uint64_t bit = bit_of(*top.part);
    if ((top.seen_parts & bit) != 0) return refuse(base::ErrorCode::bad_value, "\"" + path() + "\" is given twice");
    top.seen_parts |= bit;
    top.spread = top.field;
    return true;
}

// Whether the innermost object, a message of proto2, has all that it must have.
bool RequestReader::check_required() {
    const OpenMember& top = open_.back();
    for (int i = 0; i < top.message->field_count(); ++i) {
        const FieldDescriptor& field = *top.message->field(i);
        if (!field.is_required() || ((top.seen | top.seen_by_alias) & bit_of(field)) != 0) continue;
        const auto beyond = seen_beyond_.begin() + static_cast<std::ptrdiff_t>(top.seen_from);
        if (std::find(beyond, seen_beyond_.end(), number_beyond(field)) != seen_beyond_.end()) continue;
        return refuse(base::ErrorCode::bad_value,
                      "\"" + path_to(field.name()) + "\" is required by " + top.message->full_name() + ", but it is not given");
    }
    return true;
}

}  // namespace octane::wire
