// Room: schema. A walk through a message type and the types of its members, breadth first: what lies near the top is never left
// out for what lies deep. It has bounds, because types may contain themselves, and a hostile schema may fan out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <nlohmann/json.hpp>

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace octane::schema {

class MessageWalk {
  public:
    static constexpr std::size_t kMaxDepth = 16;
    static constexpr std::size_t kMaxFields = 20'000;

    // One value of a message type, and what has been written of it.
    struct Place {
        const google::protobuf::Descriptor* message = nullptr;
        const google::protobuf::FieldDescriptor* holder = nullptr;  // whose value it is; null for the top
        std::size_t parent = 0;
        std::size_t depth = 0;
        nlohmann::ordered_json value;
    };

    enum class Step : std::uint8_t { entered, inside_itself, too_deep, too_large };

    // The top is always in, whatever its size.
    explicit MessageWalk(const google::protobuf::Descriptor& top);

    // Adds a place at the end, or says why not. References to places stay valid.
    Step enter(std::size_t parent, const google::protobuf::FieldDescriptor& holder, const google::protobuf::Descriptor& message);

    // Room for so many more lines, such as the names of an enum. False, and nothing taken, if there is none.
    bool take(std::size_t lines);

    [[nodiscard]] std::size_t size() const { return places_.size(); }  // grows while the walk goes on
    [[nodiscard]] Place& at(std::size_t index) { return places_[index]; }

  private:
    std::deque<Place> places_;
    std::size_t lines_ = 0;
};

}  // namespace octane::schema
