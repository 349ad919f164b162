// Which method names ask without changing anything. Sources: tools/schema/octane-api/*/methods.csv; the two clients' calls of
// docs/octane.md §4. Missing here costs a little speed, being here wrongly would join edits: in doubt leave a name out.
#include <algorithm>
#include <array>
#include <string_view>

#include "livelink/method_traits.hpp"

namespace octane::livelink {
namespace {

constexpr std::array<std::string_view, 4> kAskingPrefixes = {"get", "is", "has", "can"};

// Sorted, without a release's or an overload's ending (a number, "Ix").
constexpr std::string_view kAskingNouns[] = {
    "animationTimeSpan",
    "attrId",
    "attrInfo",
    "attrName",
    "attrType",
    "attributeInfo",
    "clayMode",
    "connectedNode",
    "cpuInfo",
    "currentPeerToPeerGroups",
    "deepImageEnabled",
    "deepPassesEnabled",
    "description",
    "destinationNodes",
    "deviceCanDenoise",
    "deviceCanRender",
    "deviceSharedSurfaceInfo",
    "deviceSupportsHardwareRayTracing",
    "deviceUsesHardwareRayTracing",
    "deviceUsesPriority",
    "driverVersionInfo",
    "errorcodeToString",
    "fps",
    "graphInfo",
    "graphOwned",
    "graphOwner",
    "hardwareRayTracingEnabled",
    "info",
    "inputNode",
    "items",
    "loadedFromPackage",
    "loadedOcsVersion",
    "name",
    "nodeInfo",
    "nodePinInfo",
    "octaneName",
    "octaneVersion",
    "osVersionInfo",
    "outOfCoreEnabled",
    "outType",
    "outputTextureValueType",
    "ownedItem",
    "persistentId",
    "pinId",
    "pinIdToRenderPassId",
    "pinInfo",
    "pinLabel",
    "pinName",
    "pinOwned",
    "pinOwner",
    "pinTextureValueType",
    "pinType",
    "position",
    "projectMetadata",
    "projectSettings",
    "rootGraph",
    "rootNodeGraph",
    "size",
    "subCategory",
    "subCategoryName",
    "texCacheFolder",
    "tierIdx",
    "toGraph",
    "toNode",
    "type",
    "uiOperationFlags",
    "uniqueId",
    "updatesAreAsync",
    "version",
};
static_assert(std::ranges::is_sorted(kAskingNouns));

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// "pinNameIx" and "pinName1" are pinName.
std::string_view without_ending(std::string_view name) {
    while (name.size() > 1 && is_digit(name.back())) name.remove_suffix(1);
    if (name.size() > 2 && name.ends_with("Ix")) name.remove_suffix(2);
    return name;
}

}  // namespace

bool is_read_name(std::string_view method) {
    for (const auto prefix : kAskingPrefixes) {
        if (method.size() > prefix.size() && method.starts_with(prefix) && is_upper(method[prefix.size()])) return true;
    }
    // LiveLink's names begin with a capital letter.
    if (method.size() > 3 && method.starts_with("Get") && is_upper(method[3])) return true;
    const auto name = without_ending(method);
    if (name.size() > 5 && name.ends_with("Count") && !is_upper(name.front())) {
        return !name.starts_with("set") && !name.starts_with("clear") && !name.starts_with("reset");
    }
    return std::ranges::binary_search(kAskingNouns, name);
}

}  // namespace octane::livelink
