// Stand-in renderer: ApiProjectManager and ApiChangeManager.update. Projects live in memory; a path under which none was saved
// is taken for the teapot's.
#include <string>
#include <utility>

#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

void save_as(Stage& stage, std::string path, Message& reply) {
    put(reply, "result", !path.empty());
    if (path.empty()) return;
    stage.projects.save(path, stage.scene.snapshot());
    stage.scene.set_project_path(std::move(path));
    stage.scene.mark_saved();
}

void load(Stage& stage, const Message& request, Message& reply) {
    std::string path = text(request, "projectPath");
    if (path.empty()) return put(reply, "result", false);
    if (const SavedScene* saved = stage.projects.find(path)) {
        stage.scene.restore(*saved, std::move(path));
    } else {
        stage.scene.load_teapot(std::move(path));
    }
    stage.engine.project_changed();
    put(reply, "result", true);
}

void unpack(Stage& stage, const Message& request, Message& reply) {
    const SavedScene* package = stage.projects.find(text(request, "packagePath"));
    const bool can_unpack = package != nullptr && !text(request, "unpackDir").empty() && !text(request, "unpackName").empty();
    put(reply, "result", can_unpack);
    if (can_unpack) stage.projects.save(text(request, "unpackDir") + "/" + text(request, "unpackName"), SavedScene(*package));
}

void add_saving(Stage& stage) {
    Methods& methods = stage.methods;
    methods.on("ApiProjectManager", "saveProject",
               [&stage](const Message&, Message& reply) { save_as(stage, stage.scene.project_path(), reply); });
    methods.on("ApiProjectManager", "saveProjectAs",
               [&stage](const Message& request, Message& reply) { save_as(stage, text(request, "path"), reply); });
    // An export: the current project keeps its path.
    methods.on("ApiProjectManager", "saveProjectAsReferencePackage", [&stage](const Message& request, Message& reply) {
        const std::string path = text(request, "path");
        put(reply, "result", !path.empty());
        if (!path.empty()) stage.projects.save(path, stage.scene.snapshot());
    });
    methods.on("ApiProjectManager", "unpackPackage",
               [&stage](const Message& request, Message& reply) { unpack(stage, request, reply); });
}

}  // namespace

void add_project_methods(Stage& stage) {
    Methods& methods = stage.methods;
    methods.on("ApiProjectManager", "isValid", [](const Message&, Message& reply) { put(reply, "result", true); });
    methods.on("ApiProjectManager", "rootNodeGraph", [&stage](const Message&, Message& reply) {
        put_ref(reply, "result", stage.scene.root(), ObjectType::root_graph);
    });
    methods.on("ApiProjectManager", "getCurrentProject",
               [&stage](const Message&, Message& reply) { put(reply, "result", stage.scene.project_path()); });
    methods.on("ApiProjectManager", "resetProject", [&stage](const Message& request, Message& reply) {
        // Octane would ask whether to save.
        if (stage.scene.is_modified() && integer(request, "suppressUI") == 0) ++stage.engine.dialogs;
        stage.scene.reset();
        stage.engine.project_changed();
        put(reply, "result", true);
    });
    methods.on("ApiProjectManager", "loadProject",
               [&stage](const Message& request, Message& reply) { load(stage, request, reply); });
    methods.on("ApiProjectManager", "loadedFromPackage", [](const Message&, Message& reply) { put(reply, "result", false); });
    methods.on("ApiProjectManager", "loadedOcsVersion", [](const Message&, Message& reply) { put(reply, "result", 15000005); });
    add_saving(stage);
    methods.on("ApiChangeManager", "update", [&stage](const Message&, Message&) { stage.engine.update(); });
}

}  // namespace octane::standin
