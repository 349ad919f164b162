// Stand-in renderer: the node types it knows, with their pins and attributes, by the numbers of one release.
//
// A selection of Octane's types: those of the teapot scene and the ones that clients create most often.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "standin/item.hpp"
#include "standin/schema.hpp"

namespace octane::standin {

class NodeTypes {
  public:
    explicit NodeTypes(const Schema& schema);

    const NodeType* find(int id) const;
    const std::map<int, NodeType>& all() const { return types_; }
    // Node types whose output fits a pin of that type.
    std::vector<int> compatible_with(int pin_type) const;
    static std::uint32_t color_of_pin_type(int pin_type);

  private:
    std::map<int, NodeType> types_;
};

}  // namespace octane::standin
