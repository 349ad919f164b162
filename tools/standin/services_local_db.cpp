// Stand-in renderer: ApiLocalDB, the library on Octane's own machine. It has one category for each kind of node that people
// keep in such libraries, and in it one package for each type; loading a package creates that node.
#include <array>
#include <cstddef>
#include <vector>

#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

constexpr std::array<const char*, 3> kLocalCategories{"Materials", "Textures", "Geometry"};
constexpr int kRoot = -1;  // the number of the root category; the others count from 0

Handle make_entry(const Stage& stage, ObjectType type, int number) {
    auto& entry = stage.scene.objects().add_temporary<LibraryEntry>();
    entry.type = static_cast<int>(type);
    entry.number = number;
    return entry.handle;
}

// The node types whose packages a category holds; the root holds none.
std::vector<const NodeType*> packages(const Stage& stage, int category) {
    std::vector<const NodeType*> out;
    if (category == kRoot) return out;
    for (const auto& [id, type] : stage.scene.types().all())
        if (type.category == kLocalCategories.at(static_cast<std::size_t>(category))) out.push_back(&type);
    return out;
}

int category_of(const Stage& stage, const Message& request) {
    return library_entry_of(stage, request, ObjectType::local_category).number;
}

const NodeType& package_of(const Stage& stage, const Message& request) {
    return *stage.scene.types().find(library_entry_of(stage, request, ObjectType::local_package).number);
}

std::size_t index_within(const Message& request, std::size_t size) {
    const auto index = static_cast<std::size_t>(integer(request, "index"));
    if (index >= size) throw CallError(grpc::StatusCode::OUT_OF_RANGE, "index out of range");
    return index;
}

void add_categories(Stage& stage) {
    Methods& methods = stage.methods;
    methods.on("ApiLocalDB_Category", "name", [&stage](const Message& request, Message& reply) {
        const int category = category_of(stage, request);
        put(reply, "result", category == kRoot ? "Local DB" : kLocalCategories.at(static_cast<std::size_t>(category)));
    });
    methods.on("ApiLocalDB_Category", "subCategoryCount", [&stage](const Message& request, Message& reply) {
        put(reply, "result", category_of(stage, request) == kRoot ? kLocalCategories.size() : 0);
    });
    methods.on("ApiLocalDB_Category", "subCategory", [&stage](const Message& request, Message& reply) {
        const std::size_t index = index_within(request, category_of(stage, request) == kRoot ? kLocalCategories.size() : 0);
        put_ref(reply, "result", make_entry(stage, ObjectType::local_category, static_cast<int>(index)),
                ObjectType::local_category);
    });
    methods.on("ApiLocalDB_Category", "packageCount", [&stage](const Message& request, Message& reply) {
        put(reply, "result", packages(stage, category_of(stage, request)).size());
    });
    methods.on("ApiLocalDB_Category", "package", [&stage](const Message& request, Message& reply) {
        const auto inside = packages(stage, category_of(stage, request));
        const NodeType& type = *inside[index_within(request, inside.size())];
        put_ref(reply, "result", make_entry(stage, ObjectType::local_package, type.id), ObjectType::local_package);
    });
}

void add_packages(Stage& stage) {
    Methods& methods = stage.methods;
    methods.on("ApiLocalDB_Package", "name1", [&stage](const Message& request, Message& reply) {
        put(reply, "result", package_of(stage, request).default_name);
    });
    methods.on("ApiLocalDB_Package", "hasThumbnail", [&stage](const Message& request, Message& reply) {
        package_of(stage, request);
        put(reply, "result", false);
    });
    methods.on("ApiLocalDB_Package", "loadPackage", [&stage](const Message& request, Message& reply) {
        const NodeType& type = package_of(stage, request);
        const Item& graph = graph_of(stage, request, "destinationGraph");
        put(reply, "result", stage.scene.create_node(type.id, graph.handle, true) != nullptr);
    });
}

}  // namespace

void add_local_library_methods(Stage& stage) {
    Methods& methods = stage.methods;
    methods.on("ApiLocalDB", "isSupported", [](const Message&, Message& reply) { put(reply, "result", true); });
    methods.on("ApiLocalDB", "root", [&stage](const Message&, Message& reply) {
        put_ref(reply, "result", make_entry(stage, ObjectType::local_category, kRoot), ObjectType::local_category);
    });
    add_categories(stage);
    add_packages(stage);
    methods.on("ApiLocalDB_Category", "free", [&stage](const Message& request, Message&) {
        stage.scene.objects().free(library_entry_of(stage, request, ObjectType::local_category).handle);
    });
    methods.on("ApiLocalDB_Package", "free1", [&stage](const Message& request, Message&) {
        stage.scene.objects().free(library_entry_of(stage, request, ObjectType::local_package).handle);
    });
}

}  // namespace octane::standin
