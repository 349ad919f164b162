#include "livelink/release_names.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <utility>

#include "base/nearest.hpp"

namespace octane::livelink {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::OneofDescriptor;
using livelink::MapKind;
using livelink::parent_of;
using livelink::simple_name;

constexpr std::array<const char*, 3> kInstanceNames = {"objectPtr", "item_ref", "nodePinInfoRef"};

std::string joined(std::string_view parent, std::string_view name) {
    return std::string(parent).append(".").append(name);
}

std::optional<std::int32_t> number_named(const schema::Schema& schema, std::string_view enum_name, std::string_view value) {
    const auto* type = schema.pool().FindEnumTypeByName(std::string(enum_name));
    if (type == nullptr) return std::nullopt;
    for (int i = 0; i < type->value_count(); ++i) {
        if (base::equals_ignoring_case(type->value(i)->name(), value)) return type->value(i)->number();
    }
    return std::nullopt;
}

// What the method is asked of; null if there is none, or no telling which it is.
const FieldDescriptor* find_instance(const Descriptor& message) {
    const FieldDescriptor* found = nullptr;
    for (const char* name : kInstanceNames) {
        const FieldDescriptor* field = message.FindFieldByName(name);
        if (field == nullptr) continue;
        if (found != nullptr || field->is_repeated() || field->message_type() == nullptr) return nullptr;
        found = field;
    }
    return found;
}

// The instance by another of its names, or a part of it that stands beside the message's own members.
wire::ForeignMember find_in_instance(const Descriptor& message, std::string_view name) {
    const bool is_part = name == "handle" || name == "type";
    const bool is_whole = name == "itemRef" || std::ranges::find(kInstanceNames, name) != kInstanceNames.end();
    const FieldDescriptor* instance = is_part || is_whole ? find_instance(message) : nullptr;
    if (instance == nullptr || is_whole) return {instance, ""};
    if (message.FindFieldByName("handle") != nullptr || message.FindFieldByName("type") != nullptr) return {};
    const FieldDescriptor* part = instance->message_type()->FindFieldByName(std::string(name));
    const bool is_single = part != nullptr && !part->is_repeated() && part->message_type() == nullptr;
    if (!is_single || instance->containing_oneof() != nullptr) return {};
    return {instance, "", false, part};
}

std::vector<std::string> words(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> found;
    for (std::string word; in >> word;) found.push_back(word);
    return found;
}

}  // namespace

ReleaseNames::ReleaseNames(const livelink::ReleaseMap& map, const Side& reading, const schema::Schema& connected,
                           const std::vector<Side>& others)
    : reading_(reading), connected_(connected), references_(reading.schema) {
    for (const auto& row : map.rows()) {
        if (row.kind == MapKind::synonym || row.kind == MapKind::value) add_values(row);
        for (const auto& other : others) {
            if (row.names[other.column].empty()) continue;
            if (row.kind == MapKind::member) add_renamed_member(row, other);
            if (row.kind == MapKind::lacks && row.names[reading.column].empty()) add_missing(row, other);
            if (row.kind == MapKind::method) add_members_of(row, other);
        }
    }
}

ReleaseNames::ReleaseNames(const schema::Schema& reading) : reading_{reading, 0}, connected_(reading), references_(reading) {}

// A name that stands for two members is as good as none.
void ReleaseNames::add_member(const Descriptor& message, const std::string& name, wire::ForeignMember found) {
    if (message.FindFieldByName(name) != nullptr) return;
    const auto [place, is_new] = members_.emplace(joined(message.full_name(), name), found);
    if (!is_new && place->second.field != found.field) place->second = {};
}

void ReleaseNames::add_renamed_member(const livelink::MapRow& row, const Side& other) {
    const std::string& own = row.names[reading_.column];
    const auto* field = reading_.schema.pool().FindFieldByName(own);
    if (field != nullptr)
        add_member(*field->containing_type(), std::string(simple_name(row.names[other.column])), {field, "", false});
}

// A member or value that this release lacks, while it has the message or enum.
void ReleaseNames::add_missing(const livelink::MapRow& row, const Side& other) {
    const std::string& name = row.names[other.column];
    const auto& pool = reading_.schema.pool();
    const std::string parent(parent_of(name));
    if (const auto* message = pool.FindMessageTypeByName(parent)) {
        const std::string why = why_missing("has no effect: only " + other.schema.name() + " has it", row);
        add_member(*message, std::string(simple_name(name)), {nullptr, why, false});
    } else if (pool.FindEnumTypeByName(parent) != nullptr) {
        values_.try_emplace(name, wire::ForeignValue{std::nullopt, why_missing("only " + other.schema.name() + " has", row)});
    }
}

// The members that the other release's method has in place of this one's.
void ReleaseNames::add_members_of(const livelink::MapRow& row, const Side& other) {
    const auto* own = livelink::method_named(reading_.schema, row.names[reading_.column]);
    const auto* their = livelink::method_named(other.schema, row.names[other.column]);
    if (own == nullptr || their == nullptr) return;
    const OneofDescriptor* choice = nullptr;
    for (const auto& pair : row.request) {
        const auto* mine = own->request->FindFieldByName(pair[reading_.column].name);
        const auto* theirs = their->request->FindFieldByName(pair[other.column].name);
        if (theirs == nullptr) continue;
        const std::string why = mine != nullptr ? "" : "has no effect: the name " + own->descriptor->name() + " says it";
        for (const auto& spelling : {theirs->name(), theirs->json_name()})
            add_member(*own->request, spelling, {mine, why, false});
        if (mine != nullptr && mine->real_containing_oneof() == nullptr) choice = theirs->real_containing_oneof();
        if (choice == nullptr || theirs->real_containing_oneof() != choice) continue;
        for (int i = 0; i < choice->field_count(); ++i) {
            if (choice->field(i) == theirs) continue;
            for (const auto& spelling : {choice->field(i)->name(), choice->field(i)->json_name()})
                add_member(*own->request, spelling,
                           {nullptr, "does not fit " + own->display + ", whose value is " + theirs->name(), true});
        }
    }
}

// Values of one enum by another's names, or by their name in another release.
void ReleaseNames::add_values(const livelink::MapRow& row) {
    const auto own_names = words(row.names[reading_.column]);
    for (const auto& own : own_names) {
        const auto number = number_named(reading_.schema, parent_of(own), simple_name(own));
        if (!number) continue;
        for (const auto& cell : row.names) {
            for (const auto& name : words(cell))
                values_.try_emplace(joined(parent_of(own), simple_name(name)), wire::ForeignValue{number, ""});
        }
    }
}

std::string ReleaseNames::why_missing(const std::string& who, const livelink::MapRow& row) const {
    return who + ", and Octane speaks " + connected_.name() + (row.note.empty() ? "" : " (" + row.note + ")");
}

wire::ForeignMember ReleaseNames::member(const Descriptor& message, std::string_view name) const {
    if (auto found = find_in_instance(message, name); found.field != nullptr) return found;
    const auto found = members_.find(joined(message.full_name(), name));
    return found == members_.end() ? wire::ForeignMember() : found->second;
}

wire::ForeignValue ReleaseNames::value(const EnumDescriptor& type, std::string_view name) const {
    if (&connected_ != &reading_.schema) {
        if (const auto number = number_named(connected_, type.full_name(), name)) return {number, ""};
    }
    const auto found = values_.find(joined(type.full_name(), name));
    return found == values_.end() ? wire::ForeignValue() : found->second;
}

}  // namespace octane::livelink
