#include "livelink/deny_list.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "schema/method_pattern.hpp"

namespace octane::livelink {
namespace {

struct BuiltIn {
    std::string_view pattern;
    std::string_view why;
};

// Sources: docs/octane.md §6.1 (crashes), §7 (GetFile).
constexpr BuiltIn kBuiltIn[] = {
    {"LiveLink/GetFile", "it reads any file of the machine that Octane runs on"},
    {"ApiImageComponent/create", "it is known to crash Octane"},
    {"ApiGeometryExporter/create", "it is known to crash Octane"},
    {"ApiRenderEngine/asyncTonemapBufferType", "it is known to crash Octane"},
    {"ApiMaterialXGlobal/getAllMxNodeCategories", "it is known to crash Octane"},
};

// nodeInfo, field `type`: docs/octane.md §6.1. Besides these, the deprecated types, whose names begin with an underscore.
constexpr std::string_view kJudgedByType = "ApiInfo/nodeInfo";
constexpr std::array<int, 10> kKillingTypes = {0, 116, 408, 40000, 50000, 50106, 50107, 50108, 50136, 50137};

bool is_killing_type(const google::protobuf::FieldDescriptor& field, std::uint64_t number) {
    const int value = static_cast<int>(number);
    if (std::ranges::find(kKillingTypes, value) != kKillingTypes.end()) return true;
    const auto* const name = field.enum_type()->FindValueByNumber(value);
    return name != nullptr && name->name().starts_with("_");
}

std::optional<std::string> find_reason(const google::protobuf::MethodDescriptor& method, const std::vector<std::string>& deny,
                                       const std::vector<std::string>& allow) {
    const auto is_among = [&method](std::string_view pattern) { return schema::matches_method(pattern, method); };
    for (const auto& pattern : deny) {
        if (is_among(pattern))
            return schema::pattern_of(method) + " is refused: it is on this proxy's --deny list (" + pattern + ")";
    }
    for (const auto& entry : kBuiltIn) {
        if (!is_among(entry.pattern)) continue;
        if (std::ranges::any_of(allow, is_among)) return std::nullopt;
        return std::string(entry.pattern) + " is refused: " + std::string(entry.why) + "; start the proxy with --allow " +
               std::string(entry.pattern) + " to let it through";
    }
    return std::nullopt;
}

}  // namespace

DenyList::DenyList(const std::vector<std::string>& deny, const std::vector<std::string>& allow,
                   const std::vector<std::shared_ptr<const schema::Schema>>& schemas) {
    for (const auto& schema : schemas) {
        for (const auto* service : schema->services()) {
            for (int i = 0; i < service->method_count(); ++i) {
                const auto* const method = service->method(i);
                if (auto why = find_reason(*method, deny, allow)) refused_.emplace(method, std::move(*why));
                const auto* const type = method->input_type()->FindFieldByName("type");
                if (!schema::matches_method(kJudgedByType, *method) || type == nullptr || type->enum_type() == nullptr) continue;
                const bool is_allowed = std::ranges::any_of(
                    allow, [&](const std::string& pattern) { return schema::matches_method(pattern, *method); });
                if (!is_allowed) judged_by_argument_.emplace(method, Argument{type, std::string(kJudgedByType)});
            }
        }
    }
}

const std::string* DenyList::reason(const schema::Method& method) const {
    const auto found = refused_.find(method.descriptor);
    return found == refused_.end() ? nullptr : &found->second;
}

std::uint32_t DenyList::judged_argument(const schema::Method& method) const {
    const auto found = judged_by_argument_.find(method.descriptor);
    return found == judged_by_argument_.end() ? 0 : static_cast<std::uint32_t>(found->second.field->number());
}

std::optional<std::string> DenyList::reason(const schema::Method& method, std::uint64_t number) const {
    const auto found = judged_by_argument_.find(method.descriptor);
    if (found == judged_by_argument_.end()) return std::nullopt;
    const auto& [field, allow] = found->second;
    if (!is_killing_type(*field, number)) return std::nullopt;
    const auto* const value = field->enum_type()->FindValueByNumber(static_cast<int>(number));
    return allow + " of type " + (value == nullptr ? std::to_string(number) : std::string(value->name())) +
           " is refused: it is known to crash Octane; start the proxy with --allow " + allow + " to let it through";
}

}  // namespace octane::livelink
