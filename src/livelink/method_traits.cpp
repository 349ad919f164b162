#include "livelink/method_traits.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <array>

namespace octane::livelink {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::string_view kObject = "ObjectRef";
constexpr std::array<std::string_view, 3> kInstanceNames = {"objectPtr", "item_ref", "nodePinInfoRef"};
// docs/octane.md §1.9. What a person does in Octane itself is told by its projectManagerChanged event.
constexpr std::array<std::string_view, 2> kVoidingNames = {"loadProject", "resetProject"};
constexpr std::array<std::string_view, 4> kFastNames = {"SetCamera", "GetCamera", "grabRenderResult", "releaseRenderResult"};
constexpr int kDeepest = 4;  // an object that lies deeper than this is nobody's argument or result

bool is_object(const FieldDescriptor& field) {
    return field.type() == FieldDescriptor::TYPE_MESSAGE && field.message_type()->name() == kObject;
}

bool holds_objects(const Descriptor& message, int depth) {
    for (int i = 0; i < message.field_count(); ++i) {
        const auto& field = *message.field(i);
        if (is_object(field)) return true;
        if (field.type() != FieldDescriptor::TYPE_MESSAGE || depth == 0) continue;
        if (holds_objects(*field.message_type(), depth - 1)) return true;
    }
    return false;
}

std::string_view instance_of(const Descriptor& request) {
    const auto* const field = request.FindFieldByNumber(1);
    if (field == nullptr || field->is_repeated() || !is_object(*field)) return {};
    const bool is_instance = std::ranges::find(kInstanceNames, std::string_view(field->name())) != kInstanceNames.end();
    return is_instance ? std::string_view(field->name()) : std::string_view();
}

}  // namespace

MethodTraits describe_method(const schema::Method& method) {
    const std::string_view name = method.descriptor->name();
    MethodTraits traits;
    traits.is_read = method.descriptor->options().idempotency_level() == google::protobuf::MethodOptions::NO_SIDE_EFFECTS;
    if (!is_of_octane(method)) return traits;  // their names say nothing that is known here
    traits.is_read = traits.is_read || (is_read_name(name) && method.response->field_count() > 0);
    traits.edit = edit_kind_of(method, traits.is_read);
    traits.instance = instance_of(*method.request);
    traits.deals_in_handles = holds_objects(*method.request, kDeepest) || holds_objects(*method.response, kDeepest);
    traits.voids_handles = std::ranges::any_of(kVoidingNames, [name](std::string_view each) { return name.starts_with(each); });
    const auto* const suppress = method.request->FindFieldByName("suppressUI");
    if (name == "resetProject" && suppress != nullptr && suppress->type() == FieldDescriptor::TYPE_BOOL) {
        traits.suppress_ui = static_cast<std::uint32_t>(suppress->number());
    }
    const auto* const result = method.response->FindFieldByName("result");
    const auto* const success = traits.voids_handles ? result : method.response->FindFieldByName("success");
    if (success != nullptr && success->type() == FieldDescriptor::TYPE_BOOL) {
        traits.success_flag = static_cast<std::uint32_t>(success->number());
    }
    const bool is_object_answer = result != nullptr && result->message_type() != nullptr && !result->is_repeated();
    if (is_object_answer && name.starts_with("connectedNode")) traits.empty_object = static_cast<std::uint32_t>(result->number());
    const bool is_fast = std::ranges::find(kFastNames, name) != kFastNames.end();
    if (is_fast) traits.lane = rpc::Lane::fast;
    return traits;
}

MethodTraitsTable::MethodTraitsTable(const std::vector<std::shared_ptr<const schema::Schema>>& schemas, const DenyList& deny)
    : schemas_(schemas) {
    for (const auto& schema : schemas) {
        for (const auto* service : schema->services()) {
            for (int i = 0; i < service->method_count(); ++i) {
                const auto method = schema->find_method(service->full_name(), service->method(i)->name());
                if (!method) continue;
                MethodTraits traits = livelink::describe_method(**method);
                traits.refusal = deny.reason(**method);
                traits.judged_argument = deny.judged_argument(**method);
                traits_.emplace((*method)->descriptor, traits);
            }
        }
    }
}

const MethodTraits& MethodTraitsTable::of(const schema::Method& method) const {
    const auto found = traits_.find(method.descriptor);
    return found == traits_.end() ? unknown_ : found->second;
}

}  // namespace octane::livelink
