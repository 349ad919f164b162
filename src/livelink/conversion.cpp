#include "livelink/conversion.hpp"

#include <google/protobuf/descriptor.h>

#include <optional>
#include <string>
#include <utility>

namespace octane::livelink {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

std::optional<wire::Reshape::Constant> bind_constant(const FieldDescriptor& field, const std::string& constant) {
    if (field.enum_type() == nullptr) return wire::Reshape::Constant{&field, constant == "true" ? 1U : 0U};
    const auto* value = field.enum_type()->FindValueByName(constant);
    if (value == nullptr) return std::nullopt;
    return wire::Reshape::Constant{&field, static_cast<std::uint64_t>(std::int64_t{value->number()})};
}

struct Ends {
    const Descriptor& message;
    std::size_t column = 0;
};

// Null if this side has no such member by the map; nothing if the schema lacks the one that the map names.
std::optional<const FieldDescriptor*> member_of(const Ends& end, const livelink::MapMember& member) {
    if (member.name.empty()) return nullptr;
    const auto* field = end.message.FindFieldByName(member.name);
    return field == nullptr ? std::nullopt : std::optional(field);
}

std::optional<wire::Reshape> bind(const std::vector<livelink::MapPair>& pairs, const Ends& source, const Ends& target) {
    wire::Reshape reshape;
    for (const auto& pair : pairs) {
        const auto from = member_of(source, pair[source.column]);
        const auto to = member_of(target, pair[target.column]);
        if (!from || !to) return std::nullopt;
        if (*from != nullptr && *to != nullptr) reshape.moves.push_back({*from, *to});
        const bool is_condition = *to == nullptr && *from != nullptr && !pair[source.column].constant.empty();
        const bool is_constant = *from == nullptr && *to != nullptr && !pair[target.column].constant.empty();
        if (!is_condition && !is_constant) continue;
        const auto& end = is_condition ? source : target;
        auto constant = bind_constant(is_condition ? **from : **to, pair[end.column].constant);
        if (!constant) return std::nullopt;
        (is_condition ? reshape.conditions : reshape.constants).push_back(*constant);
    }
    return reshape;
}

// The text that comes with a refusal: a string of the answer that has no counterpart.
const FieldDescriptor* reason_in(const std::vector<livelink::MapPair>& pairs, const Ends& source, const Ends& target) {
    for (const auto& pair : pairs) {
        if (!pair[target.column].name.empty() || !pair[source.column].constant.empty()) continue;
        const auto* field = source.message.FindFieldByName(pair[source.column].name);
        if (field != nullptr && field->type() == FieldDescriptor::TYPE_STRING) return field;
    }
    return nullptr;
}

std::optional<Conversion> bind_row(const livelink::MapRow& row, const Side& called, const Side& connected) {
    Conversion conversion;
    conversion.from = livelink::method_named(called.schema, row.names[called.column]);
    conversion.to = livelink::method_named(connected.schema, row.names[connected.column]);
    if (conversion.from == nullptr || conversion.to == nullptr) return std::nullopt;
    conversion.is_reshaped = !row.request.empty() || !row.answer.empty();
    if (!conversion.is_reshaped) return conversion;
    const Ends asked{*conversion.from->request, called.column};
    const Ends asks{*conversion.to->request, connected.column};
    const Ends answered{*conversion.to->response, connected.column};
    const Ends answers{*conversion.from->response, called.column};
    auto request = bind(row.request, asked, asks);
    auto answer = bind(row.answer, answered, answers);
    if (!request || !answer) return std::nullopt;
    conversion.request = *std::move(request);
    conversion.answer = *std::move(answer);
    conversion.reason = reason_in(row.answer, answered, answers);
    return conversion;
}

}  // namespace

Conversions bind_conversions(const livelink::ReleaseMap& map, const Side& called, const Side& connected) {
    Conversions conversions;
    for (const auto& row : map.rows()) {
        if (row.kind != livelink::MapKind::method) continue;
        if (auto conversion = bind_row(row, called, connected)) conversions[conversion->from].push_back(*std::move(conversion));
    }
    return conversions;
}

}  // namespace octane::livelink
