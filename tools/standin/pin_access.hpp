// Stand-in renderer: which pin of a node a request means. Octane has each pin method three times: by id, by name, by index.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {

// By the first of these fields that the request's message has: pinId, pin_id, id; pinName, name; index, pinIx, pinIdx.
inline std::optional<std::size_t> pin_of(const Item& node, const Message& request) {
    for (const char* by_id : {"pinId", "pin_id", "id"})
        if (field(request, by_id) != nullptr) return node.pin_index(static_cast<int>(integer(request, by_id)));
    for (const char* by_name : {"pinName", "name"})
        if (field(request, by_name) != nullptr) return node.pin_index(text(request, by_name));
    for (const char* by_index : {"index", "pinIx", "pinIdx"}) {
        if (field(request, by_index) == nullptr) continue;
        const auto index = static_cast<std::size_t>(integer(request, by_index));
        return index < node.pins.size() ? std::optional(index) : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace octane::standin
