#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <string>

#include "playing.hpp"

namespace octane::standin {
namespace {

const std::string kApi = "/octaneapi.";

Handle ref(const Outcome& outcome, const char* name = "result") {
    const Message* found = part(*outcome.reply, name);
    return found == nullptr ? 0 : static_cast<Handle>(integer(*found, "handle"));
}

TEST_CASE("the local library leads from its root to packages that become nodes") {
    Playing p(on_request(Release::beta2));
    const auto of = [&](const std::string& method, Handle handle, int type, int index = 0) {
        return p.client.call(kApi + method, [&](Message& request) {
            put_object(request, handle, type);
            if (field(request, "index") != nullptr) put(request, "index", index);
            if (field(request, "destinationGraph") != nullptr) put_object(request, p.world.scene.root(), 18, "destinationGraph");
        });
    };
    const Handle root = ref(p.client.call(kApi + "ApiLocalDBService/root"));
    CHECK(integer(*of("ApiLocalDB_CategoryService/subCategoryCount", root, 53).reply, "result") == 3);
    CHECK(integer(*of("ApiLocalDB_CategoryService/packageCount", root, 53).reply, "result") == 0);
    const Handle materials = ref(of("ApiLocalDB_CategoryService/subCategory", root, 53, 0));
    CHECK(text(*of("ApiLocalDB_CategoryService/name", materials, 53).reply, "result") == "Materials");
    const Handle package = ref(of("ApiLocalDB_CategoryService/package", materials, 53, 1));
    CHECK(text(*of("ApiLocalDB_PackageService/name1", package, 54).reply, "result") == "Diffuse material");
    const std::size_t before = p.world.scene.item(p.world.scene.root())->owned.size();
    CHECK(integer(*of("ApiLocalDB_PackageService/loadPackage", package, 54).reply, "result") == 1);
    const Item* loaded = p.world.scene.item(p.world.scene.item(p.world.scene.root())->owned.back());
    CHECK(p.world.scene.item(p.world.scene.root())->owned.size() == before + 1);
    CHECK(loaded->type == 17);
    CHECK(of("ApiLocalDB_CategoryService/package", materials, 53, 99).status.error_code() == grpc::StatusCode::OUT_OF_RANGE);
    CHECK(of("ApiLocalDB_CategoryService/name", package, 53).status.error_message() == "invalid pointer type");
    CHECK(of("ApiLocalDB_CategoryService/name", p.world.scene.teapot(), 53).status.error_message() == "invalid pointer type");
}

TEST_CASE("a material of the library is downloaded into a graph with its color") {
    Playing p(on_request(Release::alpha5));
    const std::string manager = kApi + "ApiDBMaterialManagerService/";
    const auto preview = p.client.call(manager + "getMaterialPreview", [](Message& request) {
        put(request, "materialId", 101);
        put(request, "requestedSize", 8);
    });
    CHECK(text(*part(*preview.reply, "result"), "data").size() == 8 * 8 * 4);
    const auto download = p.client.call(manager + "downloadMaterial", [&](Message& request) {
        put(request, "materialId", 101);
        put_object(request, p.world.scene.root(), 18, "destinationGraph");
    });
    CHECK(integer(*download.reply, "result") == 1);
    const Item* made = p.world.scene.item(ref(download, "outputNode"));
    REQUIRE(made != nullptr);
    CHECK(p.world.scene.value_of(p.world.scene.follow(made, {"P_DIFFUSE"}))->real[0] == 0.8F);
    CHECK(p.client.call(manager + "getMaterialPreview", [](Message& request) { put(request, "materialId", 7); })
              .status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_CASE("a project is saved under its path and comes back from there with its edits") {
    Playing p(on_request(Release::beta2));
    const std::string manager = kApi + "ApiProjectManagerService/";
    const auto path = [](const char* name, const char* value) {
        return [name, value](Message& request) { put(request, name, value); };
    };
    p.world.scene.item(p.world.scene.teapot())->name = "pot";
    CHECK(integer(*p.client.call(manager + "saveProjectAs", path("path", "")).reply, "result") == 0);
    CHECK(integer(*p.client.call(manager + "saveProjectAs", path("path", "a.ocs")).reply, "result") == 1);
    CHECK(text(*p.client.call(manager + "getCurrentProject").reply, "result") == "a.ocs");
    CHECK(integer(*p.client.call(manager + "loadProject", path("projectPath", "other.ocs")).reply, "result") == 1);
    CHECK(p.world.scene.item(p.world.scene.teapot())->name == "teapot.obj");
    const Handle before = p.world.scene.teapot();
    CHECK(integer(*p.client.call(manager + "loadProject", path("projectPath", "a.ocs")).reply, "result") == 1);
    CHECK(p.world.scene.teapot() != before);
    CHECK(p.world.scene.item(p.world.scene.teapot())->name == "pot");
    CHECK(p.world.scene.follow(p.world.scene.item(p.world.scene.render_target()), {"P_CAMERA", "P_FOV"}) != nullptr);
    p.client.call(manager + "resetProject");
    CHECK(integer(*p.client.call(manager + "saveProject").reply, "result") == 0);
}

TEST_CASE("2026.2 is beta2 with another name for the reference, and without setting values behind pins") {
    Playing p(on_request(Release::v2026_2));
    CHECK(integer(*p.client.call(kApi + "ApiInfoService/octaneVersion").reply, "result") == 15010000);
    const auto get = p.client.call(kApi + "ApiItemService/getValueByAttrID", [&](Message& request) {
        CHECK(field(request, "item_ref") == nullptr);
        put_object(request, p.world.scene.teapot(), 16);
        put(request, "attribute_id", 34);
    });
    CHECK(text(*get.reply, "string_value") == "assets\\teapot.obj");
    CHECK(p.client.call(kApi + "ApiNodeService/setPinValueByPinID").status.error_code() == grpc::StatusCode::UNIMPLEMENTED);
    CHECK(p.client.raw_status(kApi + "ApiItemService/getByAttrID").error_code() == grpc::StatusCode::UNIMPLEMENTED);
}

TEST_CASE("each camera of a stream is an update of its own") {
    Playing p(small(Release::beta2));
    const auto level = [&] {
        return integer(*part(*p.client.call(kApi + "ApiRenderEngineService/getCurrentChangeLevel").reply, "result"), "value");
    };
    const auto before = level();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kPatience);
    grpc::CompletionQueue queue;
    const auto stream = p.client.stub().PrepareCall(&context, "/livelinkapi.LiveLinkService/StreamCamera", &queue);
    const auto next = [&] {
        void* tag = nullptr;
        bool is_ok = false;
        return queue.Next(&tag, &is_ok) && is_ok;
    };
    stream->StartCall(&queue);
    REQUIRE(next());
    for (int i = 1; i <= 3; ++i) {
        const auto camera = p.world.schema.message("livelinkapi.CameraState");
        put(sub(*camera, "position"), "x", static_cast<double>(i));
        const grpc::Slice slice(camera->SerializeAsString());
        stream->Write(grpc::ByteBuffer(&slice, 1), &queue);
        REQUIRE(next());
    }
    stream->WritesDone(&queue);
    REQUIRE(next());
    grpc::ByteBuffer answer;
    stream->Read(&answer, &queue);
    CHECK(next());
    grpc::Status status;
    stream->Finish(&status, &queue);
    CHECK(next());
    CHECK(status.ok());
    CHECK(level() == before + 3);
    Camera camera;
    CHECK(p.world.engine.camera(camera));
    CHECK(camera.position[0] == 3);
    queue.Shutdown();
    CHECK_FALSE(next());
}

}  // namespace
}  // namespace octane::standin
