// Stand-in renderer: building and editing the node graph.
#include "standin/scene.hpp"

#include <algorithm>

namespace octane::standin {

namespace {
constexpr int kDeepest = 64;  // of chains of nodes that are walked
}  // namespace

Scene::Scene(const Schema& schema, std::uint32_t width, std::uint32_t height, std::uint32_t samples)
    : schema_(schema), types_(schema), width_(width), height_(height), samples_(samples) {}

Item& Scene::new_item(Handle owner_graph) {
    Item& item = objects_.add<Item>();
    item.unique_id = next_unique_id_++;
    item.owner_graph = owner_graph;
    if (Item* owner = this->item(owner_graph)) owner->owned.push_back(item.handle);
    return item;
}

void Scene::fill_node(Item& item, const NodeType& type) {
    item.type = type.id;
    item.out_type = type.out_type;
    item.name = type.default_name;
    for (const PinSpec& spec : type.pins) item.pins.push_back({spec, 0});
    for (const AttributeSpec& spec : type.attributes) item.attributes.push_back({spec, spec.default_value, {}, {}});
}

Item* Scene::create_node(int type, Handle owner_graph, bool configure) {
    const NodeType* known = types_.find(type);
    const Item* owner = item(owner_graph);
    if (known == nullptr || owner == nullptr || !owner->is_graph) return nullptr;
    Item& node = new_item(owner_graph);
    fill_node(node, *known);
    if (configure) configure_empty_pins(node);
    mark_edited();
    return &node;
}

Item* Scene::create_graph(int type, Handle owner_graph) {
    const Item* owner = item(owner_graph);
    if (owner == nullptr || !owner->is_graph) return nullptr;
    Item& graph = new_item(owner_graph);
    graph.is_graph = true;
    graph.type = type;
    graph.name = "Node graph";
    mark_edited();
    return &graph;
}

Item* Scene::create_internal(Item& node, std::size_t pin, int type, bool configure) {
    const NodeType* known = types_.find(type);
    if (known == nullptr || known->out_type != node.pins[pin].spec.type) return nullptr;
    connect(node, pin, 0, false);
    Item& internal = new_item(0);
    fill_node(internal, *known);
    internal.owner_node = node.handle;
    internal.owner_pin = pin;
    const PinSpec& spec = node.pins[pin].spec;
    if (Value* value = value_of(&internal); value != nullptr && same_family(value->type, spec.default_value.type)) {
        const AttributeType kept = value->type;
        *value = spec.default_value;
        value->type = kept;
    }
    node.pins[pin].connected = internal.handle;
    mark_edited();
    if (configure) configure_empty_pins(internal);
    return &internal;
}

void Scene::configure_empty_pins(Item& node) {
    for (std::size_t i = 0; i < node.pins.size(); ++i)
        if (node.pins[i].connected == 0 && node.pins[i].spec.default_node != 0)
            create_internal(node, i, node.pins[i].spec.default_node, true);
}

void Scene::destroy(Handle handle) {
    Item* doomed = item(handle);
    if (doomed == nullptr) return;
    for (const auto& [node, pin] : destinations(handle)) item(node)->pins[pin].connected = 0;
    for (const Pin& pin : std::vector<Pin>(doomed->pins))
        if (const Item* fed_by = item(pin.connected); fed_by != nullptr && fed_by->owner_node == handle) destroy(pin.connected);
    for (const Handle owned : std::vector<Handle>(doomed->owned)) destroy(owned);
    if (Item* owner = item(doomed->owner_graph)) std::erase(owner->owned, handle);
    objects_.free(handle);
    mark_edited();
}

bool Scene::reaches(Handle from, Handle to, int depth) const {
    if (from == to) return true;
    const Item* at = item(from);
    if (at == nullptr || depth >= kDeepest) return false;
    return std::any_of(at->pins.begin(), at->pins.end(),
                       [&](const Pin& pin) { return pin.connected != 0 && reaches(pin.connected, to, depth + 1); });
}

bool Scene::can_connect(const Item& node, std::size_t pin, const Item& source, bool check_cycles) const {
    return !source.is_graph && source.out_type == node.pins[pin].spec.type &&
           !(check_cycles && reaches(source.handle, node.handle, 0));
}

void Scene::connect(Item& node, std::size_t pin, Handle source, bool check_cycles) {
    const Item* feeding = item(source);
    if (source != 0 && (feeding == nullptr || !can_connect(node, pin, *feeding, check_cycles))) return;
    const Handle before = node.pins[pin].connected;
    if (before == source) return;
    node.pins[pin].connected = source;
    if (const Item* internal = item(before); internal != nullptr && internal->owner_node == node.handle) destroy(before);
    mark_edited();
}

std::vector<std::pair<Handle, std::size_t>> Scene::destinations(Handle source) const {
    std::vector<std::pair<Handle, std::size_t>> out;
    for (const Handle handle : objects_.handles()) {
        const Item* node = item(handle);
        if (node == nullptr) continue;
        for (std::size_t i = 0; i < node->pins.size(); ++i)
            if (node->pins[i].connected == source) out.emplace_back(handle, i);
    }
    std::sort(out.begin(), out.end());
    return out;
}

Item* Scene::copy_item(const Item& source, Handle graph, std::map<Handle, Handle>& done, int depth) {
    if (const auto found = done.find(source.handle); found != done.end()) return item(found->second);
    if (depth > kDeepest) return nullptr;
    Item& copy = new_item(graph);
    done[source.handle] = copy.handle;
    const Handle handle = copy.handle;
    const std::uint32_t unique_id = copy.unique_id;
    copy = source;
    copy.handle = handle;
    copy.unique_id = unique_id;
    copy.owner_graph = graph;
    copy.is_root = false;
    copy.owned.clear();
    copy.owner_node = 0;
    for (const Handle owned : source.owned)
        if (const Item* inner = item(owned)) copy_item(*inner, handle, done, depth + 1);
    for (Pin& pin : copy.pins) {
        const Item* feeding = item(pin.connected);
        if (feeding == nullptr) continue;
        const bool is_internal = feeding->owner_node == source.handle;
        Item* fed = copy_item(*feeding, is_internal ? 0 : graph, done, depth + 1);
        pin.connected = fed == nullptr ? 0 : fed->handle;
        if (fed != nullptr && is_internal) fed->owner_node = handle;
    }
    return &copy;
}

Item* Scene::copy_tree(const Item& source, Handle graph) {
    std::map<Handle, Handle> done;
    mark_edited();
    return copy_item(source, graph, done, 0);
}

Item* Scene::group(const std::vector<Handle>& items, Handle graph) {
    Item* owner = create_graph(kStandardGraph, graph);
    if (owner == nullptr) return nullptr;
    for (const Handle handle : items) {
        Item* moved = item(handle);
        if (moved == nullptr || moved->owner_graph == 0 || moved == owner) continue;
        if (Item* before = item(moved->owner_graph)) std::erase(before->owned, handle);
        moved->owner_graph = owner->handle;
        owner->owned.push_back(handle);
    }
    return owner;
}

std::vector<Handle> Scene::ungroup(Item& graph) {
    const std::vector<Handle> freed = std::exchange(graph.owned, {});
    Item* owner = item(graph.owner_graph);
    for (const Handle handle : freed) {
        item(handle)->owner_graph = graph.owner_graph;
        if (owner != nullptr) owner->owned.push_back(handle);
    }
    destroy(graph.handle);
    return freed;
}

Array& Scene::make_array(std::vector<Handle> members, bool holds_nodes) {
    auto& array = objects_.add_temporary<Array>();
    array.members = std::move(members);
    array.holds_nodes = holds_nodes;
    return array;
}

PinInfo& Scene::make_pin_info(const PinSpec& spec) {
    auto& info = objects_.add_temporary<PinInfo>();
    info.spec = spec;
    return info;
}

}  // namespace octane::standin
