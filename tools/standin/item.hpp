// Stand-in renderer: what the handles of the interface stand for. Objects are owned by the ObjectTable and know each other by
// handle only, so a stale handle is found out and never followed.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "standin/value.hpp"

namespace octane::standin {

using Handle = std::uint64_t;  // 0: no object

// Static facts of a pin. Numbers are those of PinId, NodePinType and NodeType.
struct PinSpec {
    int id = 0;
    int type = 0;
    std::string name;
    std::string label;
    std::string group;
    int default_node = 0;
    Value default_value;
    int dimensions = 1;
    float least = 0;
    float most = 1;
    bool is_color = false;
    std::vector<std::pair<int, std::string>> choices;  // of an enum pin
};

struct AttributeSpec {
    int id = 0;
    AttributeType type = AttributeType::unknown;
    std::string description;
    Value default_value;
    bool is_array = false;
};

struct NodeType {
    int id = 0;
    int out_type = 0;
    std::uint32_t color = 0xff808080;
    std::string default_name;
    std::string category;
    std::vector<PinSpec> pins;
    std::vector<AttributeSpec> attributes;
};

struct Object {
    virtual ~Object() = default;
    Handle handle = 0;
};

struct Pin {
    PinSpec spec;
    Handle connected = 0;  // an internal node owned by the pin, or a node elsewhere in the graph
};

struct Attribute {
    AttributeSpec spec;
    Value value;
    std::string array;  // the bytes of the array message, if the attribute is an array
    std::string array_arm;
};

struct Item final : Object {
    std::uint32_t unique_id = 0;
    bool is_graph = false;
    bool is_root = false;
    int type = 0;  // NodeType, or NodeGraphType of a graph
    int out_type = 0;
    std::string name;
    std::array<float, 2> position{};
    Handle owner_graph = 0;
    Handle owner_node = 0;  // of an internal node
    std::size_t owner_pin = 0;
    bool is_expanded = false;
    std::vector<Pin> pins;
    std::vector<Attribute> attributes;
    std::vector<Handle> owned;  // items of a graph

    Attribute* attribute(int id);
    std::optional<std::size_t> pin_index(int id) const;
    std::optional<std::size_t> pin_index(const std::string& pin_name) const;
};

struct Array final : Object {
    bool holds_nodes = false;  // ApiNodeArray, else ApiItemArray
    std::vector<Handle> members;
};

struct PinInfo final : Object {
    PinSpec spec;
};

// A category, package or list of the material libraries.
struct LibraryEntry final : Object {
    int type = 0;    // ObjectRef.ObjectType
    int number = 0;  // which one of its kind
};

}  // namespace octane::standin
