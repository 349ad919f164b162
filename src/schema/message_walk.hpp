// Room: schema. The bounds of a walk through nested message types: types may contain themselves, and a hostile schema may fan
// out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace google::protobuf {
class Descriptor;
}

namespace octane::schema {

class MessageWalk {
  public:
    static constexpr std::size_t kMaxDepth = 16;
    static constexpr std::size_t kMaxFields = 20'000;

    // False, and nothing to leave(), if the walk is inside this type already or deep enough.
    bool enter(const google::protobuf::Descriptor& message) {
        const bool is_inside = std::find(open_.begin(), open_.end(), &message) != open_.end();
        if (is_inside || open_.size() == kMaxDepth) return false;
        open_.push_back(&message);
        return true;
    }
    void leave() { open_.pop_back(); }

    // False once the walk has seen as many fields as one description may hold.
    bool count_field() { return ++fields_ <= kMaxFields; }

  private:
    std::vector<const google::protobuf::Descriptor*> open_;
    std::size_t fields_ = 0;
};

}  // namespace octane::schema
