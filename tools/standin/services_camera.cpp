// Stand-in renderer: LiveLink.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include "standin/fields.hpp"
#include "standin/services.hpp"
#include "standin/teapot.hpp"
#include "standin/vector_math.hpp"

namespace octane::standin {
namespace {

constexpr std::uintmax_t kLargestFile = std::uintmax_t{1} << 30;

void read_vector(const Message& state, const char* name, Vec3& out) {
    if (const Message* v = part(state, name))
        out = {static_cast<float>(number(*v, "x")), static_cast<float>(number(*v, "y")), static_cast<float>(number(*v, "z"))};
}

void put_mesh(Message& reply) {
    const TeapotMesh& mesh = teapot_mesh();
    put(reply, "name", "teapot.obj");
    for (const auto& position : mesh.positions) put_xyz(add(reply, "positions"), position);
    for (const auto& normal : mesh.normals) put_xyz(add(reply, "normals"), normal);
    for (std::size_t i = 0; i < mesh.face_count(); ++i) append_integer(reply, "vertsPerPoly", 4);
    for (const char* indices : {"polyVertIndices", "polyNormalIndices"})
        for (const std::uint32_t index : mesh.indices) append_integer(reply, indices, index);
    put(reply, "windingOrder", 2);
    Message& matrix = sub(reply, "worldMatrix");
    put(sub(matrix, "row0"), "x", 1.0);
    put(sub(matrix, "row1"), "y", 1.0);
    put(sub(matrix, "row2"), "z", 1.0);
}

// The file, if it lies below the root that was allowed on the command line.
std::string read_below(const std::string& root, const std::string& path) {
    if (root.empty()) throw CallError(grpc::StatusCode::PERMISSION_DENIED, "the stand-in was started without --file-root");
    std::error_code error;
    const auto base = std::filesystem::weakly_canonical(root, error);
    const auto file = std::filesystem::weakly_canonical(base / path, error);
    const auto [end, ignored] = std::mismatch(base.begin(), base.end(), file.begin(), file.end());
    if (error || end != base.end() || !std::filesystem::is_regular_file(file, error) ||
        std::filesystem::file_size(file, error) > kLargestFile)
        throw CallError(grpc::StatusCode::NOT_FOUND, "no such file");
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void add_meshes(Stage& stage) {
    stage.methods.on("LiveLink", "GetMeshes", [&stage](const Message&, Message& reply) {
        const Item* teapot = stage.scene.item(stage.scene.teapot());
        if (teapot == nullptr) return;
        Message& mesh = add(reply, "meshes");
        put(mesh, "name", teapot->name);
        put(mesh, "id", teapot->unique_id);
        put(mesh, "objectHandle", teapot->handle);
    });
    stage.methods.on("LiveLink", "GetMesh", [&stage](const Message& request, Message& reply) {
        const Item* teapot = stage.scene.item(stage.scene.teapot());
        const auto wanted = static_cast<Handle>(integer(request, "objecthandle"));
        if (teapot == nullptr || (wanted != teapot->handle && wanted != teapot->unique_id))
            invalid_argument("invalid object reference");
        put_mesh(reply);
    });
}

}  // namespace

void apply_camera(Engine& engine, const Message& camera_state) {
    Camera camera;
    if (!engine.camera(camera)) throw CallError(grpc::StatusCode::FAILED_PRECONDITION, "no render target with a camera is set");
    read_vector(camera_state, "position", camera.position);
    read_vector(camera_state, "target", camera.target);
    read_vector(camera_state, "up", camera.up);
    camera.up = normalized(camera.up);
    if (has(camera_state, "fov")) camera.fov = static_cast<float>(number(camera_state, "fov"));
    engine.set_camera(camera);
}

void add_camera_methods(Stage& stage) {
    stage.methods.on("LiveLink", "GetCamera", [&stage](const Message&, Message& reply) {
        Camera camera;  // a default one if there is no render target
        stage.engine.camera(camera);
        put_xyz(sub(reply, "position"), camera.position);
        put_xyz(sub(reply, "target"), camera.target);
        put_xyz(sub(reply, "up"), camera.up);
        put(reply, "fov", camera.fov);
    });
    stage.methods.on("LiveLink", "SetCamera",
                     [&stage](const Message& request, Message&) { apply_camera(stage.engine, request); });
    stage.methods.on("LiveLink", "GetFile", [&stage](const Message& request, Message& reply) {
        put(reply, "filedata", read_below(stage.options.file_root, text(request, "filepath")));
    });
    add_meshes(stage);
}

}  // namespace octane::standin
