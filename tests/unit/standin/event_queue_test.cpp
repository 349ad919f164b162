#include <doctest/doctest.h>

#include <string>

#include "standin/stream_hub.hpp"

namespace octane::standin {
namespace {

Event event_of(std::size_t bytes, char fill = 'x') {
    const grpc::Slice slice(std::string(bytes, fill));
    return {grpc::ByteBuffer(&slice, 1), true};
}

char first_byte(const Event& event) {
    grpc::ByteBuffer bytes = event.bytes;
    grpc::Slice slice;
    REQUIRE(bytes.DumpToSingleSlice(&slice).ok());
    return static_cast<char>(*slice.begin());
}

TEST_CASE("a stream's queue keeps the newest 200 events") {
    EventQueue queue;
    std::size_t dropped = 0;
    for (std::size_t i = 0; i < 205; ++i) dropped += queue.push(event_of(1, static_cast<char>('0' + i % 10)));
    CHECK(dropped == 5);
    CHECK(queue.size() == EventQueue::kMostEvents);
    const auto oldest = queue.pop();
    REQUIRE(oldest.has_value());
    CHECK(first_byte(*oldest) == '5');
}

TEST_CASE("a stream's queue keeps to its bytes, but always takes the newest event") {
    EventQueue queue;
    const grpc::Slice shared(std::string(std::size_t{100} << 20, 'p'));
    const Event big{grpc::ByteBuffer(&shared, 1), true};
    CHECK(queue.push(big) == 0);
    CHECK(queue.push(big) == 0);
    CHECK(queue.push(big) == 1);
    CHECK(queue.size() == 2);
    grpc::Slice parts[] = {shared, shared, shared};
    CHECK(queue.push({grpc::ByteBuffer(parts, 3), true}) == 2);
    CHECK(queue.size() == 1);
}

TEST_CASE("an empty queue has nothing to send") {
    EventQueue queue;
    CHECK_FALSE(queue.pop().has_value());
    queue.push(event_of(3));
    queue.clear();
    CHECK_FALSE(queue.pop().has_value());
}

}  // namespace
}  // namespace octane::standin
