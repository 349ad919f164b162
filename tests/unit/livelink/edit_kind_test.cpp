#include "livelink/edit_kind.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "livelink/builtin_schemas.hpp"
#include "livelink/method_traits.hpp"

namespace octane::livelink {
namespace {

// By "Service/method", as the traits have it.
EditKind kind_of(const schema::Schema& schema, std::string_view name) {
    const auto slash = name.find('/');
    const auto method = schema.find_method(name.substr(0, slash), name.substr(slash + 1));
    REQUIRE_MESSAGE(method, std::string(name));
    return describe_method(**method).edit;
}

TEST_CASE("what an edit means for the picture is known by its name on both releases") {
    for (const auto& schema : builtin_schemas()) {
        CAPTURE(schema->name());
        for (const char* name :
             {"ApiItem/destroy", "ApiItem/setName", "ApiNode/create", "ApiNode/connectToIx", "ApiNodeGraph/copyItemTree",
              "ApiNodeGraph/groupItems", "ApiNodeGraph/ungroup", "ApiItem/setArrayByAttrID", "ApiLocalDB_Package/loadPackage",
              "ApiDBMaterialManager/downloadMaterial", "ApiRootNodeGraph/importFromFile"}) {
            CAPTURE(name);
            CHECK(kind_of(*schema, name) == EditKind::scene);
        }
        CHECK(kind_of(*schema, "LiveLink/SetCamera") == EditKind::camera);
        CHECK(kind_of(*schema, "LiveLink/StreamCamera") == EditKind::camera);
        CHECK(kind_of(*schema, "ApiChangeManager/update") == EditKind::update);
        CHECK(kind_of(*schema, "ApiRenderEngine/restartRendering") == EditKind::restart);
        for (const char* name : {"ApiRenderEngine/setRenderTargetNode", "ApiRenderEngine/stopRendering",
                                 "ApiRenderEngine/setClayMode", "ApiRenderEngine/setAsyncTonemapParams1"}) {
            CAPTURE(name);
            CHECK(kind_of(*schema, name) == EditKind::rendering);
        }
        for (const char* name :
             {"ApiItem/name", "ApiNodeGraph/findItemsByName", "ApiItem/collectItemTree", "ApiNodeGraph/showWindow",
              "ApiRenderEngine/grabRenderResult", "ApiRenderEngine/saveImage1", "ApiRenderEngine/setOnNewImageCallback",
              "ApiRenderEngine/pauseRendering", "ApiProjectManager/saveProject", "ApiWindow/create", "LiveLink/GetCamera"}) {
            CAPTURE(name);
            CHECK(kind_of(*schema, name) == EditKind::none);
        }
    }
    for (const char* name : {"ApiItem/setByAttrID", "ApiNode/setPinValue14", "ApiGaussianSplatCloudNode/setAttributesFromPly"})
        CHECK(kind_of(*builtin_schemas().front(), name) == EditKind::scene);
    for (const char* name : {"ApiItem/setValueByAttrID", "ApiNode/setPinValueByIx", "ApiGaussianSplatting/setAttributesFromPly"})
        CHECK(kind_of(*builtin_schemas().back(), name) == EditKind::scene);
}

TEST_CASE("only scene edits and the camera wait for an update") {
    CHECK(needs_update(EditKind::scene));
    CHECK(needs_update(EditKind::camera));
    for (const auto kind : {EditKind::none, EditKind::update, EditKind::restart, EditKind::rendering})
        CHECK_FALSE(needs_update(kind));
}

}  // namespace
}  // namespace octane::livelink
