// Stand-in renderer: material libraries and the render cloud, which it does not have. The answers are those that clients report
// from Octane without them.
#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {

void add_library_methods(Stage& stage) {
    Methods& methods = stage.methods;
    const auto refuse = [](const Message&, Message&) { invalid_argument("invalid pointer type"); };
    for (const char* name : {"getCategories", "getMaterials", "getMaterialPreview", "downloadMaterial", "downloadMaterial1"})
        methods.on("ApiDBMaterialManager", name, refuse);
    for (const char* name : {"getCount", "getCategory", "free"}) methods.on("ApiDBMaterialManager_DBCategoryArray", name, refuse);
    for (const char* name : {"getCount1", "getMaterial", "free1"})
        methods.on("ApiDBMaterialManager_DBMaterialArray", name, refuse);
    methods.on("ApiLocalDB", "isSupported", [](const Message&, Message& reply) { put(reply, "result", false); });
    methods.on("ApiLocalDB", "root", [](const Message&, Message& reply) { put_ref(reply, "result", 0, ObjectType::none); });
    for (const char* name : {"name", "subCategoryCount", "subCategory", "packageCount", "package"})
        methods.on("ApiLocalDB_Category", name, refuse);
    for (const char* name : {"name1", "hasThumbnail", "loadPackage"}) methods.on("ApiLocalDB_Package", name, refuse);
    for (const char* name : {"userSubscriptionInfo", "newRenderTask"})
        methods.on("ApiRenderCloudManager", name, [](const Message&, Message& reply) { put(reply, "result", false); });
}

}  // namespace octane::standin
