// Stand-in renderer: ApiDBMaterialManager, the library of materials that Octane downloads. Here it is a handful of colours;
// downloading one creates a diffuse material.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "standin/fields.hpp"
#include "standin/services.hpp"
#include "standin/vector_math.hpp"

namespace octane::standin {
namespace {

struct Category {
    int id;
    const char* name;
};
constexpr Category kMaterialCategories[] = {{1, "Paints"}, {2, "Clays"}};

struct Material {
    int id;
    int category;
    const char* name;
    Vec3 color;
};
constexpr Material kMaterials[] = {
    {101, 1, "Signal red", {0.8F, 0.05F, 0.04F}},
    {102, 1, "Lake blue", {0.04F, 0.2F, 0.6F}},
    {201, 2, "Terracotta", {0.6F, 0.25F, 0.14F}},
    {202, 2, "Porcelain", {0.85F, 0.84F, 0.8F}},
};

constexpr std::uint32_t kLargestPreview = 1024;
constexpr int kMaterialsType = 2;  // OLCAT_MATERIALS

const Material& material_of(const Message& request) {
    const auto id = integer(request, "materialId");
    for (const Material& material : kMaterials)
        if (material.id == id) return material;
    invalid_argument("the library has no material " + std::to_string(id));
}

LibraryEntry& make_list(const Stage& stage, ObjectType type, int number) {
    auto& list = stage.scene.objects().add_temporary<LibraryEntry>();
    list.type = static_cast<int>(type);
    list.number = number;
    return list;
}

// A ball of the material in RGBA bytes, lit from the upper left.
std::string preview(const Material& material, std::uint32_t size) {
    std::string out;
    out.reserve(std::size_t{size} * size * 4);
    const Vec3 light = normalized({-0.5F, 0.6F, 0.6F});
    for (std::uint32_t y = 0; y < size; ++y) {
        for (std::uint32_t x = 0; x < size; ++x) {
            const float u = (2 * static_cast<float>(x) + 1) / static_cast<float>(size) - 1;
            const float v = 1 - (2 * static_cast<float>(y) + 1) / static_cast<float>(size);
            const float rest = 1 - u * u - v * v;
            const float lit = rest < 0 ? 0 : 0.15F + 0.85F * std::max(0.0F, dot({u, v, std::sqrt(rest)}, light));
            for (const float channel : material.color)
                out += static_cast<char>(static_cast<std::uint8_t>(std::pow(channel * lit, 1 / 2.2F) * 255));
            out += static_cast<char>(rest < 0 ? 0 : 255);
        }
    }
    return out;
}

void add_lists(Stage& stage) {
    Methods& methods = stage.methods;
    methods.on("ApiDBMaterialManager", "getCategories", [&stage](const Message&, Message& reply) {
        put(reply, "result", true);
        put_ref(reply, "list", make_list(stage, ObjectType::category_array, 0).handle, ObjectType::category_array);
    });
    methods.on("ApiDBMaterialManager", "getMaterials", [&stage](const Message& request, Message& reply) {
        const auto category = static_cast<int>(integer(request, "categoryId"));
        put(reply, "result", std::ranges::any_of(kMaterialCategories, [&](const Category& c) { return c.id == category; }));
        put_ref(reply, "list", make_list(stage, ObjectType::material_array, category).handle, ObjectType::material_array);
    });
    methods.on("ApiDBMaterialManager_DBCategoryArray", "getCount", [&stage](const Message& request, Message& reply) {
        library_entry_of(stage, request, ObjectType::category_array);
        put(reply, "result", std::size(kMaterialCategories));
    });
    // The interface has no index here: the answer is the whole list.
    methods.on("ApiDBMaterialManager_DBCategoryArray", "getCategory", [&stage](const Message& request, Message& reply) {
        library_entry_of(stage, request, ObjectType::category_array);
        for (const Category& category : kMaterialCategories) {
            Message& added = add(sub(reply, "result"), "categories");
            put(added, "id", category.id);
            put(added, "typeID", kMaterialsType);
            put(added, "name", category.name);
        }
    });
    methods.on("ApiDBMaterialManager_DBMaterialArray", "getCount1", [&stage](const Message& request, Message& reply) {
        const int category = library_entry_of(stage, request, ObjectType::material_array).number;
        put(reply, "result", std::ranges::count_if(kMaterials, [&](const Material& m) { return m.category == category; }));
    });
    methods.on("ApiDBMaterialManager_DBMaterialArray", "getMaterial", [&stage](const Message& request, Message& reply) {
        const int category = library_entry_of(stage, request, ObjectType::material_array).number;
        for (const Material& material : kMaterials) {
            if (material.category != category) continue;
            Message& added = add(sub(reply, "result"), "materials");
            put(added, "id", material.id);
            put(added, "categoryID", material.category);
            put(added, "name", material.name);
        }
    });
}

void download(const Stage& stage, const Message& request, Message& reply) {
    const Material& material = material_of(request);
    const Item& graph = graph_of(stage, request, "destinationGraph");
    Item* node = stage.scene.create_node(stage.schema.number("NodeType", "NT_MAT_DIFFUSE"), graph.handle, true);
    node->name = material.name;
    Item* color = stage.scene.follow(node, {"P_DIFFUSE"});
    stage.scene.set_value(*color, *color->attribute(stage.schema.number("AttributeId", "A_VALUE")),
                          Value::floats(AttributeType::float3, {material.color[0], material.color[1], material.color[2], 0}));
    put(reply, "result", true);
    put_item(reply, "outputNode", node, ObjectType::node);
}

}  // namespace

void add_material_library_methods(Stage& stage) {
    Methods& methods = stage.methods;
    add_lists(stage);
    methods.on("ApiDBMaterialManager", "getMaterialPreview", [](const Message& request, Message& reply) {
        const Material& material = material_of(request);
        const auto size =
            static_cast<std::uint32_t>(std::clamp<std::int64_t>(integer(request, "requestedSize"), 1, kLargestPreview));
        const std::string pixels = preview(material, size);
        put(sub(reply, "result"), "data", std::string_view(pixels));
        put(sub(reply, "result"), "size", pixels.size());
        put(sub(reply, "size"), "x", size);
        put(sub(reply, "size"), "y", size);
    });
    methods.on("ApiDBMaterialManager", "downloadMaterial",
               [&stage](const Message& request, Message& reply) { download(stage, request, reply); });
    methods.on("ApiDBMaterialManager_DBCategoryArray", "free", [&stage](const Message& request, Message&) {
        stage.scene.objects().free(library_entry_of(stage, request, ObjectType::category_array).handle);
    });
    methods.on("ApiDBMaterialManager_DBMaterialArray", "free1", [&stage](const Message& request, Message&) {
        stage.scene.objects().free(library_entry_of(stage, request, ObjectType::material_array).handle);
    });
}

}  // namespace octane::standin
