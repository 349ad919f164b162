#include "app/memory_care.hpp"

#include <doctest/doctest.h>

#include "app/process_setup.hpp"

namespace octane::app {
namespace {

constexpr std::uint64_t kMiB = 1UL << 20U;

TEST_CASE("memory is given back when much of it was unused at two looks in a row, and then it has two looks to be used again") {
    MemoryCare care;
    const HeapUse calm{50 * kMiB, 20 * kMiB};
    const HeapUse much{400 * kMiB, 300 * kMiB};
    CHECK_FALSE(care.should_trim(calm));
    CHECK_FALSE(care.should_trim(much));
    CHECK_FALSE(care.should_trim(calm));
    CHECK_FALSE(care.should_trim(much));
    CHECK(care.should_trim(much));
    CHECK_FALSE(care.should_trim(much));
    CHECK(care.should_trim(much));
    CHECK_FALSE(care.should_trim(std::nullopt));
    CHECK_FALSE(care.should_trim(much));
}

TEST_CASE("what is allocated and was never written hides nothing, and takes no memory itself") {
    MemoryCare care;
    const HeapUse read_ahead{120 * kMiB, 98 * kMiB};  // and 98 MiB are in use, of which the resident ones are but 9
    CHECK_FALSE(care.should_trim(read_ahead));
    CHECK(care.should_trim(read_ahead));
    const HeapUse reserved{40 * kMiB, 900 * kMiB};
    for (int i = 0; i < 3; ++i) CHECK_FALSE(care.should_trim(reserved));
}

TEST_CASE("where the system tells, what it tells of this process makes sense, and giving back harms nothing") {
    trim_heap();
    if (const auto use = read_heap_use()) CHECK(use->resident > 100'000);
}

}  // namespace
}  // namespace octane::app
