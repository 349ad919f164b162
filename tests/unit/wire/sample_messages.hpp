// Tests of the wire room: JSON for any message type, with every field set.
#pragma once

#include <google/protobuf/descriptor.h>

#include <nlohmann/json.hpp>

namespace octane::wire::test {

// How many variants it takes until each one-of arm of the message and of those below it, and each extreme value, was used.
unsigned variants_of(const google::protobuf::Descriptor& type);

// The message as JSON with every field set (of each one-of one arm, which `variant` picks), lists of zero to three elements, and
// the extreme values of each type in turn. Only spellings that json_util knows too. Nested to a small depth where types recurse.
nlohmann::json sample_message(const google::protobuf::Descriptor& type, unsigned variant);

}  // namespace octane::wire::test
