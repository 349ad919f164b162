#include "frames/mailbox.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace octane::frames {
namespace {

std::shared_ptr<const int> number(int value) {
    return std::make_shared<const int>(value);
}

TEST_CASE("an empty mailbox gives nothing") {
    Mailbox<int> box;
    CHECK(box.take() == nullptr);
    CHECK(box.take() == nullptr);
}

TEST_CASE("only the first put after a take asks to wake the taker, and the newest is what it gets") {
    Mailbox<int> box;
    CHECK(box.put(number(1)));
    CHECK_FALSE(box.put(number(2)));
    CHECK_FALSE(box.put(number(3)));
    const auto taken = box.take();
    REQUIRE(taken);
    CHECK(*taken == 3);
    CHECK(box.take() == nullptr);
    CHECK(box.put(number(4)));
    CHECK(*box.take() == 4);
}

TEST_CASE("what is replaced is let go at once, and what is never taken ends with the box") {
    const auto first = number(1);
    const auto second = number(2);
    {
        Mailbox<int> box;
        box.put(first);
        CHECK(first.use_count() == 2);
        box.put(second);
        CHECK(first.use_count() == 1);
        CHECK(second.use_count() == 2);
    }
    CHECK(second.use_count() == 1);
}

TEST_CASE("between two threads nothing is torn, nothing goes backwards, and the last one always arrives") {
    constexpr int kCount = 20000;
    Mailbox<int> box;
    std::atomic<int> wakes{0};
    std::atomic<bool> is_done{false};
    std::jthread putter([&] {
        for (int i = 1; i <= kCount; ++i) {
            if (box.put(number(i))) wakes.fetch_add(1);
        }
        is_done.store(true);
    });
    int newest = 0;
    int taken = 0;
    bool is_growing = true;
    for (;;) {
        const bool is_last_look = is_done.load();
        if (const auto value = box.take()) {
            is_growing = is_growing && *value > newest;
            newest = *value;
            ++taken;
        } else if (is_last_look) {
            break;
        }
    }
    putter.join();
    CHECK(is_growing);
    CHECK(newest == kCount);
    CHECK(taken == wakes);  // one wake-up for each value taken: none is lost, none is spurious
}

TEST_CASE("several threads may put at once") {
    constexpr int kEach = 5000;
    Mailbox<int> box;
    std::atomic<int> wakes{0};
    {
        std::vector<std::jthread> putters;
        for (int t = 0; t < 3; ++t) {
            putters.emplace_back([&] {
                for (int i = 0; i < kEach; ++i) {
                    if (box.put(number(i))) wakes.fetch_add(1);
                }
            });
        }
    }
    CHECK(wakes == 1);
    CHECK(box.take() != nullptr);
    CHECK(box.take() == nullptr);
}

}  // namespace
}  // namespace octane::frames
