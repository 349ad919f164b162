// Stand-in renderer: the Utah teapot, 28 Bézier patches (without the bottom) in 12 × 12 quads each: 4032 faces.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace octane::standin {

struct TeapotMesh {
    std::vector<std::array<float, 3>> positions;  // +Y is up, the base stands on y = 0
    std::vector<std::array<float, 3>> normals;    // one for each position
    std::vector<std::uint32_t> indices;           // four for each face, counter-clockwise seen from outside

    std::size_t face_count() const { return indices.size() / 4; }
};

const TeapotMesh& teapot_mesh();  // built at the first call

}  // namespace octane::standin
