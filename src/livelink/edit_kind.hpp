// Room: livelink. What a call that succeeded means for the picture: whether it is seen, and when. Pure; docs/octane.md §1.6.
#pragma once

#include <cstdint>
#include <string_view>

#include "schema/schema.hpp"

namespace octane::livelink {

enum class EditKind : std::uint8_t {
    none,       // a read, or nothing that the picture shows
    scene,      // Octane notes it, and shows it after the next update
    camera,     // the same; some Octane shows it at once
    update,     // what was noted before is shown from now on
    restart,    // the same scene again, from its first sample
    rendering,  // the render engine has been told something, which may be shown by itself
};

// Whose `update` shows what has been edited.
inline constexpr std::string_view kChangeManager = "octaneapi.ApiChangeManagerService";

// Whether its effect waits for ApiChangeManager/update.
constexpr bool needs_update(EditKind kind) {
    return kind == EditKind::scene || kind == EditKind::camera;
}

// Octane's own services; of others nothing is known by their names.
bool is_of_octane(const schema::Method& method);

// By the names of service and method; `is_read` as MethodTraits has it.
EditKind edit_kind_of(const schema::Method& method, bool is_read);

}  // namespace octane::livelink
