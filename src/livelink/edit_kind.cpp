#include "livelink/edit_kind.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace octane::livelink {
namespace {

constexpr std::array<std::string_view, 2> kPackages = {"octaneapi.", "livelinkapi."};

// Services whose methods work on the scene's items.
constexpr std::array<std::string_view, 8> kSceneServices = {
    "octaneapi.ApiItemService",
    "octaneapi.ApiNodeService",
    "octaneapi.ApiNodeGraphService",
    "octaneapi.ApiRootNodeGraphService",
    "octaneapi.ApiReferenceGraphService",
    "octaneapi.ApiGaussianSplattingService",
    "octaneapi.ApiGaussianSplatCloudNodeService",
    "octaneapi.ApiModuleNodeGraphService",
};
// What changes an item begins with one of these; what only looks (find…, collect…) or shows a window does not.
constexpr std::array<std::string_view, 18> kSceneVerbs = {
    "set",       "clear",      "create",     "copy", "connect", "destroy", "delete",     "group",  "ungroup",
    "configure", "addDynamic", "importFrom", "load", "unload",  "switch",  "updateTime", "unfold", "unpack",
};
// Libraries put nodes into the scene.
constexpr std::array<std::string_view, 3> kLibraryMethods = {"loadPackage", "downloadMaterial", "downloadMaterial1"};
// Of the render engine: what may change the picture without an update.
constexpr std::array<std::string_view, 7> kRenderVerbs = {"setRenderTargetNode", "setRenderRegion", "setAsyncTonemapParams",
                                                          "setSubSampleMode",    "setClayMode",     "stopRendering",
                                                          "loadRenderState"};

bool begins_with(std::string_view name, std::string_view verb) {
    return name.starts_with(verb) && (name.size() == verb.size() || name[verb.size()] < 'a' || name[verb.size()] > 'z');
}

template <typename Names>
bool begins_with_any(std::string_view name, const Names& verbs) {
    return std::ranges::any_of(verbs, [name](std::string_view verb) { return begins_with(name, verb); });
}

template <typename Names>
bool is_one_of(std::string_view name, const Names& names) {
    return std::ranges::find(names, name) != names.end();
}

}  // namespace

bool is_of_octane(const schema::Method& method) {
    const std::string_view service = method.descriptor->service()->full_name();
    return std::ranges::any_of(kPackages, [service](std::string_view package) { return service.starts_with(package); });
}

EditKind edit_kind_of(const schema::Method& method, bool is_read) {
    if (is_read || !is_of_octane(method)) return EditKind::none;
    const std::string_view service = method.descriptor->service()->full_name();
    const std::string_view name = method.descriptor->name();
    if (service == "livelinkapi.LiveLinkService") {
        return name == "SetCamera" || name == "StreamCamera" ? EditKind::camera : EditKind::none;
    }
    if (service == "octaneapi.CameraControl") return name.starts_with("Set") ? EditKind::camera : EditKind::none;
    if (service == kChangeManager) return name == "update" ? EditKind::update : EditKind::none;
    if (service == "octaneapi.ApiRenderEngineService") {
        if (name == "restartRendering") return EditKind::restart;
        return begins_with_any(name, kRenderVerbs) ? EditKind::rendering : EditKind::none;
    }
    if (is_one_of(service, kSceneServices)) return begins_with_any(name, kSceneVerbs) ? EditKind::scene : EditKind::none;
    const bool is_library =
        service == "octaneapi.ApiLocalDB_PackageService" || service == "octaneapi.ApiDBMaterialManagerService";
    return is_library && is_one_of(name, kLibraryMethods) ? EditKind::scene : EditKind::none;
}

}  // namespace octane::livelink
