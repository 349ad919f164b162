#include "rpc/answer_slot.hpp"

#include <doctest/doctest.h>

#include <string>

#include "unit/upstream/loop.hpp"

namespace octane::rpc {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using upstream::tests::get;
using upstream::tests::kPatience;
using upstream::tests::Loop;

std::shared_ptr<const StreamMessage> message(std::string text) {
    return std::make_shared<const StreamMessage>(base::ByteChain::own(std::move(text)));
}

TEST_CASE("the newest message wins, and the number tells what was dropped") {
    Loop loop;
    const auto slot = std::make_shared<AnswerSlot>(loop.executor());
    for (const char* text : {"a", "b", "c"}) slot->put(message(text));
    auto next = loop.run(slot->next(kPatience));
    REQUIRE(next.message);
    CHECK(next.message->bytes().flatten() == "c");
    CHECK(next.number == 3);
    CHECK(slot->dropped() == 2);
    slot->put(message("d"));
    CHECK(loop.run(slot->next(kPatience)).number == 4);
}

TEST_CASE("who waits is woken by a message of another thread, and by the end after the last message") {
    Loop loop;
    const auto slot = std::make_shared<AnswerSlot>(loop.executor());
    auto waiting = loop.start(slot->next(kPatience));
    slot->put(message("a"));
    CHECK(get(std::move(waiting)).message);
    slot->put(message("b"));
    slot->end({base::make_error(base::ErrorCode::bad_answer, "over"), {}});
    slot->end({});  // the first counts
    CHECK(loop.run(slot->next(kPatience)).message);
    const auto last = loop.run(slot->next(kPatience));
    REQUIRE(last.end);
    CHECK(last.end->error->message == "over");
}

TEST_CASE("nothing comes after the limit, and an end to who has left") {
    Loop loop;
    const auto slot = std::make_shared<AnswerSlot>(loop.executor());
    const auto nothing = loop.run(slot->next(milliseconds(1)));
    CHECK_FALSE(nothing.message);
    CHECK_FALSE(nothing.end);
    auto waiting = loop.start(slot->next(kPatience));
    slot->leave();
    CHECK(get(std::move(waiting)).end);
}

TEST_CASE("who brings messages waits until there is room, or nobody reads") {
    Loop loop;
    const auto slot = std::make_shared<AnswerSlot>(loop.executor());
    loop.run(slot->wait_for_room());
    slot->put(message("a"));
    auto room = loop.start(slot->wait_for_room());
    CHECK(loop.run(slot->next(kPatience)).message);
    get(std::move(room));
    slot->put(message("b"));
    auto left = loop.start(slot->wait_for_room());
    slot->leave();
    get(std::move(left));
}

TEST_CASE("what several readers write of a message is made once in each form") {
    const auto one = message("a");
    int made = 0;
    const auto make = [&made](const base::ByteChain& bytes) -> StreamMessage::Text {
        ++made;
        return std::make_shared<const std::string>(bytes.flatten() + std::to_string(made));
    };
    CHECK(**one->text("x", make) == "a1");
    CHECK(**one->text("x", make) == "a1");
    CHECK(**one->text("y", make) == "a2");
}

}  // namespace
}  // namespace octane::rpc
