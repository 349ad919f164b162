// Stand-in renderer: more nodes beside the teapot, for tests of large scenes. They feed nothing, so the picture is the same.
#include <cstddef>
#include <string>
#include <vector>

#include "standin/scene.hpp"

namespace octane::standin {
namespace {

constexpr float kColumnWidth = 160;
constexpr float kRowHeight = 60;
constexpr std::size_t kColumns = 32;

}  // namespace

std::size_t Scene::nodes_within(const Item& top) const {
    std::size_t nodes = 0;
    for (std::vector<const Item*> left{&top}; !left.empty();) {
        const Item& at = *left.back();
        left.pop_back();
        nodes += at.is_graph ? 0 : 1;
        for (const Handle owned : at.owned) left.push_back(item(owned));
        for (const Pin& pin : at.pins)
            if (const Item* fed_by = item(pin.connected); fed_by != nullptr && fed_by->owner_node == at.handle)
                left.push_back(fed_by);
    }
    return nodes;
}

void Scene::add_crowd() {
    const int material = schema_.number("NodeType", "NT_MAT_DIFFUSE");
    const int placement = schema_.number("NodeType", "NT_GEO_PLACEMENT");
    const int geometry = schema_.number("PinId", "P_GEOMETRY");
    std::size_t nodes = node_count();
    for (std::size_t number = 1; nodes < least_nodes_; ++number) {
        const bool is_material = number % 2 == 1;
        Item& added = *create_node(is_material ? material : placement, root_, true);
        added.name = (is_material ? "Material " : "Placement ") + std::to_string(number);
        added.position = {static_cast<float>(number % kColumns) * kColumnWidth,
                          200 + static_cast<float>(number / kColumns) * kRowHeight};
        if (const auto pin = added.pin_index(geometry)) added.pins[*pin].connected = teapot_;
        nodes += nodes_within(added);
    }
}

}  // namespace octane::standin
