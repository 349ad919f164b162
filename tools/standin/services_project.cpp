// Stand-in renderer: ApiProjectManager and ApiChangeManager.update. The only project it knows is the teapot; saving writes
// nothing and therefore answers false.
#include <string>
#include <utility>

#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {

void add_project_methods(Stage& stage) {
    Methods& methods = stage.methods;
    methods.on("ApiProjectManager", "isValid", [](const Message&, Message& reply) { put(reply, "result", true); });
    methods.on("ApiProjectManager", "rootNodeGraph", [&stage](const Message&, Message& reply) {
        put_ref(reply, "result", stage.scene.root(), ObjectType::root_graph);
    });
    methods.on("ApiProjectManager", "getCurrentProject",
               [&stage](const Message&, Message& reply) { put(reply, "result", stage.scene.project_path()); });
    methods.on("ApiProjectManager", "resetProject", [&stage](const Message&, Message& reply) {
        stage.scene.reset();
        stage.engine.project_changed();
        put(reply, "result", true);
    });
    methods.on("ApiProjectManager", "loadProject", [&stage](const Message& request, Message& reply) {
        std::string path = text(request, "projectPath");
        if (path.empty()) return put(reply, "result", false);
        stage.scene.load_teapot(std::move(path));
        stage.engine.project_changed();
        put(reply, "result", true);
    });
    methods.on("ApiProjectManager", "loadedFromPackage", [](const Message&, Message& reply) { put(reply, "result", false); });
    methods.on("ApiProjectManager", "loadedOcsVersion", [](const Message&, Message& reply) { put(reply, "result", 15000005); });
    for (const char* saving : {"saveProject", "saveProjectAs", "saveProjectAsReferencePackage", "unpackPackage"})
        methods.on("ApiProjectManager", saving, [](const Message&, Message& reply) { put(reply, "result", false); });
    methods.on("ApiChangeManager", "update", [&stage](const Message&, Message&) { stage.engine.update(); });
}

}  // namespace octane::standin
