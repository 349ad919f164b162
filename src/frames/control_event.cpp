#include "frames/control_event.hpp"

#include <algorithm>

namespace octane::frames {

const std::string& ControlEvent::text(Spell spell) const {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find_if(texts_, [spell](const auto& text) { return text.first == spell; });
    if (found != texts_.end()) return *found->second;
    return *texts_.emplace_back(spell, std::make_unique<const std::string>(spell(*this))).second;
}

}  // namespace octane::frames
