#include "schema/message_walk.hpp"

#include <google/protobuf/descriptor.h>

namespace octane::schema {

namespace pb = google::protobuf;

MessageWalk::MessageWalk(const pb::Descriptor& top) : lines_(static_cast<std::size_t>(top.field_count())) {
    places_.push_back({&top, nullptr, 0, 0, {}});
}

bool MessageWalk::take(std::size_t lines) {
    if (lines_ + lines > kMaxFields) return false;
    lines_ += lines;
    return true;
}

MessageWalk::Step MessageWalk::enter(std::size_t parent, const pb::FieldDescriptor& holder, const pb::Descriptor& message) {
    for (std::size_t i = parent;; i = places_[i].parent) {
        if (places_[i].message == &message) return Step::inside_itself;
        if (i == 0) break;
    }
    const std::size_t depth = places_[parent].depth + 1;
    if (depth >= kMaxDepth) return Step::too_deep;
    if (!take(static_cast<std::size_t>(message.field_count()))) return Step::too_large;
    places_.push_back({&message, &holder, parent, depth, {}});
    return Step::entered;
}

}  // namespace octane::schema
