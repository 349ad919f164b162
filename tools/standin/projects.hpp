// Stand-in renderer: projects by their paths, in memory only. Nothing is read from or written to the disk.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <utility>

#include "standin/scene.hpp"

namespace octane::standin {

class Projects {
  public:
    static constexpr std::size_t kMost = 16;  // then the one saved longest ago goes

    void save(std::string path, SavedScene scene);
    const SavedScene* find(const std::string& path) const;  // nullptr if nothing was saved there

  private:
    std::deque<std::pair<std::string, SavedScene>> saved_;
};

}  // namespace octane::standin
