// Stand-in renderer: puts node types together from the names of a release's enums. A pin or type that the release lacks is left
// out.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "standin/item.hpp"
#include "standin/schema.hpp"

namespace octane::standin {

class NodeTypeBuilder {
  public:
    explicit NodeTypeBuilder(const Schema& schema) : schema_(schema) {}

    // Begins a type; the pins and attributes that follow are its own.
    NodeTypeBuilder& type(const std::string& name, const std::string& out_type, const std::string& default_name,
                          const std::string& category);
    NodeTypeBuilder& attribute(const std::string& name, Value default_value, const std::string& description,
                               bool is_array = false);
    // The group of the pins that follow.
    NodeTypeBuilder& group(std::string name);
    // A pin fed by a whole node; an empty default node leaves it unconnected.
    NodeTypeBuilder& node(const std::string& pin, const std::string& pin_type, const std::string& label,
                          const std::string& default_node);
    NodeTypeBuilder& words(const std::string& name, const std::string& label, const std::string& value);
    NodeTypeBuilder& toggle(const std::string& pin, const std::string& label, bool value);
    NodeTypeBuilder& real(const std::string& pin, const std::string& label, std::initializer_list<float> value, float least,
                          float most);
    NodeTypeBuilder& whole(const std::string& pin, const std::string& label, std::initializer_list<int> value, int least,
                           int most);
    NodeTypeBuilder& resolution(const std::string& pin, const std::string& label, int width, int height);
    NodeTypeBuilder& choice(const std::string& pin, const std::string& label, int value,
                            std::vector<std::pair<int, std::string>> choices);
    NodeTypeBuilder& color(const std::string& pin, const std::string& label, float red, float green, float blue);
    NodeTypeBuilder& grey(const std::string& pin, const std::string& label, float value);

    std::map<int, NodeType> take() { return std::move(types_); }

  private:
    PinSpec* pin(const std::string& name, const std::string& pin_type, const std::string& label, const std::string& default_node);

    const Schema& schema_;
    std::map<int, NodeType> types_;
    NodeType* current_ = nullptr;
    std::string group_;
};

}  // namespace octane::standin
