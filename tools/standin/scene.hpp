// Stand-in renderer: the node graph. Not thread-safe: used by handlers, which run one at a time.
//
// Edits change the graph at once; the picture follows only when somebody publishes them (ApiChangeManager.update).
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "standin/node_types.hpp"
#include "standin/object_table.hpp"
#include "standin/schema.hpp"

namespace octane::standin {

inline constexpr int kStandardGraph = 1;  // GraphType of a graph without further meaning

// All items of a scene with the handles they had; not its arrays and pin infos.
struct SavedScene {
    std::vector<Item> items;
    Handle root = 0;
    Handle teapot = 0;
    Handle render_target = 0;
};

class Scene {
  public:
    Scene(const Schema& schema, std::uint32_t width, std::uint32_t height, std::uint32_t samples);
    // The teapot project then has at least so many nodes, pin-owned ones included: materials and placements of the teapot.
    void set_least_nodes(std::uint32_t nodes) { least_nodes_ = nodes; }

    // All three replace everything; old handles are freed after the new ones were given out, so none of them stays valid.
    void load_teapot(std::string project_path);
    void restore(const SavedScene& saved, std::string project_path);
    void reset();
    SavedScene snapshot() const;
    std::size_t node_count() const { return nodes_within(*item(root_)); }

    Handle root() const { return root_; }
    Handle teapot() const { return teapot_; }
    Handle render_target() const { return render_target_; }  // of the teapot project; 0 if it is gone
    const std::string& project_path() const { return project_path_; }
    void set_project_path(std::string path) { project_path_ = std::move(path); }

    ObjectTable& objects() { return objects_; }
    const ObjectTable& objects() const { return objects_; }
    const NodeTypes& types() const { return types_; }
    const Schema& schema() const { return schema_; }
    Item* item(Handle handle) const { return objects_.find_as<Item>(handle); }

    // nullptr if the type is not known. With configure the pins get their default nodes.
    Item* create_node(int type, Handle owner_graph, bool configure);
    Item* create_graph(int type, Handle owner_graph);
    Item* create_internal(Item& node, std::size_t pin, int type, bool configure);
    void configure_empty_pins(Item& node);
    void destroy(Handle handle);

    bool can_connect(const Item& node, std::size_t pin, const Item& source, bool check_cycles) const;
    void connect(Item& node, std::size_t pin, Handle source, bool check_cycles);
    std::vector<std::pair<Handle, std::size_t>> destinations(Handle source) const;  // pins it feeds
    // Copies an item with its internal nodes and what it is connected to into the graph; the copy of the item itself.
    Item* copy_tree(const Item& source, Handle graph);
    Item* group(const std::vector<Handle>& items, Handle graph);
    std::vector<Handle> ungroup(Item& graph);

    // Follows pins by the names of PinId, for instance {"P_CAMERA", "P_FOV"}; nullptr where nothing is connected.
    Item* follow(const Item* from, std::initializer_list<const char*> pins) const;
    // A_VALUE of an item, nullptr if it has none.
    Value* value_of(Item* item) const;
    bool set_value(Item& item, Attribute& attribute, const Value& value);

    void mark_edited() { ++edits_, has_edits_ = true; }
    bool take_edits() { return std::exchange(has_edits_, false); }
    std::uint64_t edits() const { return edits_; }
    // Whether there were edits since the project was loaded, reset or saved.
    bool is_modified() const { return edits_ != saved_edits_; }
    void mark_saved() { saved_edits_ = edits_; }

    Array& make_array(std::vector<Handle> members, bool holds_nodes);
    PinInfo& make_pin_info(const PinSpec& spec);

  private:
    Item& new_item(Handle owner_graph);
    void fill_node(Item& item, const NodeType& type);
    Item& new_root(std::string name);
    void begin_again(std::string project_path);
    void discard(const std::vector<Handle>& old);
    bool reaches(Handle from, Handle to, int depth) const;
    Item* copy_item(const Item& source, Handle graph, std::map<Handle, Handle>& done, int depth);
    void resize_group(Item& item);
    void add_crowd();
    std::size_t nodes_within(const Item& top) const;  // itself, unless it is a graph, and all that it owns

    const Schema& schema_;
    NodeTypes types_;
    ObjectTable objects_;
    std::uint32_t width_;
    std::uint32_t height_;
    std::uint32_t samples_;
    Handle root_ = 0;
    Handle teapot_ = 0;
    Handle render_target_ = 0;
    std::string project_path_;
    std::uint32_t next_unique_id_ = 5422;
    std::uint32_t least_nodes_ = 0;
    std::uint64_t edits_ = 0;
    std::uint64_t saved_edits_ = 0;
    bool has_edits_ = false;
};

// Direction towards the sun from an NT_SUN_DIRECTION node's pins.
std::array<float, 3> sun_direction(float latitude, float longitude, int month, int day, float hour, float gmt_offset);

}  // namespace octane::standin
