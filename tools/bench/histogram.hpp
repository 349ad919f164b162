// Tool: bench. Counts durations in buckets less than 1 % wide, in fixed memory, so that a quantile needs no list of samples.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace octane::bench {

class Histogram {
  public:
    void add(std::uint64_t value) {
        ++buckets_[index_of(value)];
        ++count_;
    }

    void merge(const Histogram& other) {
        for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
        count_ += other.count_;
    }

    [[nodiscard]] std::uint64_t count() const { return count_; }

    // The value below which the given share (0…1) of the samples lies: the middle of its bucket. 0 without samples.
    [[nodiscard]] double quantile(double share) const {
        if (count_ == 0) return 0;
        const auto wanted =
            std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < buckets_.size(); ++i) {
            seen += buckets_[i];
            if (seen >= wanted) return middle_of(i);
        }
        return middle_of(buckets_.size() - 1);
    }

  private:
    static constexpr std::size_t kExact = 256;  // values below are counted one by one
    static constexpr std::size_t kSteps = 128;  // buckets per doubling above
    static constexpr std::size_t kBuckets = kExact + (64 - 8) * kSteps;

    static std::size_t index_of(std::uint64_t value) {
        if (value < kExact) return static_cast<std::size_t>(value);
        const auto shift = static_cast<std::size_t>(std::bit_width(value) - 8);
        return kExact + (shift - 1) * kSteps + static_cast<std::size_t>((value >> shift) - kSteps);
    }

    static double middle_of(std::size_t index) {
        if (index < kExact) return static_cast<double>(index);
        const std::size_t shift = (index - kExact) / kSteps + 1;
        const double low = std::ldexp(static_cast<double>((index - kExact) % kSteps + kSteps), static_cast<int>(shift));
        return low + std::ldexp(0.5, static_cast<int>(shift));
    }

    std::vector<std::uint64_t> buckets_ = std::vector<std::uint64_t>(kBuckets);
    std::uint64_t count_ = 0;
};

}  // namespace octane::bench
