// Stand-in renderer: the accumulated light of a picture, and its development into pixels of any kind.
#pragma once

#include <cstdint>
#include <vector>

#include "standin/picture.hpp"
#include "standin/tracer.hpp"

namespace octane::standin {

class Film {
  public:
    // Prepares for a view: clears everything, or inside the render region only if the size has not changed.
    void begin(const View& view);
    // Forgets the samples, as begin(), without changing anything else.
    void clear();
    // Pixels are developed from blocks of stride × stride, a power of two, of which only the upper left one holds samples.
    void set_stride(std::uint32_t stride) { stride_ = stride; }
    std::uint32_t stride() const { return stride_; }
    bool holds(std::uint32_t x, std::uint32_t y) const;  // inside the region
    void add(std::uint32_t x, std::uint32_t y, const Sample& sample);

    Picture develop(int pass) const;

  private:
    Vec3 mean(const std::vector<Vec3>& sums, std::uint32_t x, std::uint32_t y) const;
    // Fills four channels a pixel. encode(mean, out) is called once for each block; its other pixels are copies.
    template <class Channel, class Encode>
    void write(const std::vector<Vec3>& sums, Channel* out, Encode encode) const;

    View view_;
    std::uint32_t stride_ = 1;
    std::vector<Vec3> light_;
    std::vector<Vec3> normals_;          // only while a normal pass is wanted
    std::vector<std::uint32_t> counts_;  // 0: what the sums hold is of an older view
};

// Passes that the stand-in can render, by the numbers of RenderPassId.
constexpr int kNormalPass = 1001;
bool is_known_pass(int pass);

}  // namespace octane::standin
