// Stand-in renderer: projects by their paths.
#include "standin/projects.hpp"

#include <algorithm>

namespace octane::standin {

void Projects::save(std::string path, SavedScene scene) {
    std::erase_if(saved_, [&](const auto& entry) { return entry.first == path; });
    saved_.emplace_back(std::move(path), std::move(scene));
    if (saved_.size() > kMost) saved_.pop_front();
}

const SavedScene* Projects::find(const std::string& path) const {
    const auto found = std::find_if(saved_.begin(), saved_.end(), [&](const auto& entry) { return entry.first == path; });
    return found == saved_.end() ? nullptr : &found->second;
}

}  // namespace octane::standin
