#include "livelink/reference_types.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "livelink/release_map.hpp"

namespace octane::livelink {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;

constexpr std::string_view kHeader = "scope,member,type";

// From "octaneapi.ApiNode.ownerGraph", scope and member, to "ApiNodeGraph".
using Table = std::unordered_map<std::string, std::string_view>;

Table read_table(std::string_view csv) {
    Table table;
    for (bool is_header = true; !csv.empty(); is_header = false) {
        const std::string_view line = csv.substr(0, csv.find('\n'));
        csv.remove_prefix(std::min(line.size() + 1, csv.size()));
        if (is_header && line != kHeader) throw std::runtime_error("the table of reference types has another header");
        if (is_header || line.empty()) continue;
        const std::size_t first = line.find(',');
        const std::size_t last = line.rfind(',');
        if (first == last) throw std::runtime_error("a row of the table of reference types lacks a cell: " + std::string(line));
        std::string member(line.substr(0, last));
        member[first] = '.';
        table.emplace(std::move(member), line.substr(last + 1));
    }
    return table;
}

const Table& builtin_table() {
    static const auto table = read_table(embedded_reference_types());
    return table;
}

// The kind that the table has for a member; empty if none. A message's own row counts before one for the message around it.
std::string_view kind_of(const FieldDescriptor& member) {
    const auto& table = builtin_table();
    const std::string message = member.containing_type()->full_name();
    auto found = table.find(message + "." + member.name());
    if (found == table.end()) found = table.find(std::string(livelink::parent_of(message)).append(".").append(member.name()));
    return found == table.end() ? std::string_view() : found->second;
}

// Whether the member is a reference, or a message that is nothing but a list of them.
bool holds_references(const FieldDescriptor& member, const Descriptor& reference) {
    const Descriptor* message = member.message_type();
    if (message == nullptr || message == &reference) return message != nullptr;
    return message->field_count() == 1 && message->field(0)->is_repeated() && message->field(0)->message_type() == &reference;
}

}  // namespace

ReferenceTypes::ReferenceTypes(const schema::Schema& schema) {
    const Descriptor* reference = schema.pool().FindMessageTypeByName("octaneapi.ObjectRef");
    const FieldDescriptor* handle = reference == nullptr ? nullptr : reference->FindFieldByName("handle");
    const FieldDescriptor* type = reference == nullptr ? nullptr : reference->FindFieldByName("type");
    if (handle == nullptr || type == nullptr || type->enum_type() == nullptr) return;
    std::vector<const Descriptor*> waiting;
    for (const auto* service : schema.services()) {
        for (int i = 0; i < service->method_count(); ++i) waiting.push_back(service->method(i)->input_type());
    }
    std::unordered_set<const Descriptor*> seen;
    while (!waiting.empty()) {
        const Descriptor& message = *waiting.back();
        waiting.pop_back();
        if (!seen.insert(&message).second) continue;
        for (int i = 0; i < message.field_count(); ++i) {
            const FieldDescriptor& member = *message.field(i);
            if (member.message_type() == nullptr) continue;
            if (!holds_references(member, *reference)) {
                waiting.push_back(member.message_type());
                continue;
            }
            const auto* kind = type->enum_type()->FindValueByName(std::string(kind_of(member)));
            if (kind != nullptr) by_member_.emplace(&member, wire::ImpliedValue{handle, type, kind->number()});
        }
    }
}

const wire::ImpliedValue* ReferenceTypes::find(const FieldDescriptor& member, const FieldDescriptor* holder) const {
    auto found = holder == nullptr ? by_member_.end() : by_member_.find(holder);
    if (found == by_member_.end()) found = by_member_.find(&member);
    return found == by_member_.end() ? nullptr : &found->second;
}

schema::EnumDefaults ReferenceTypes::enum_defaults() const {
    return [this](const FieldDescriptor& member, const FieldDescriptor& holder) -> const EnumValueDescriptor* {
        const auto found = by_member_.find(&holder);
        if (found == by_member_.end() || found->second.absent != &member) return nullptr;
        return member.enum_type()->FindValueByNumber(found->second.value);
    };
}

}  // namespace octane::livelink
