#include "http/send_queue.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/gather.hpp"

namespace octane::http {
namespace {

// What the senders of one test have sent, in order: equal names that follow one another are one turn.
struct Record {
    void note(char name, std::size_t bytes) {
        if (turns.empty() || turns.back() != name) turns += name;
        if (turns.size() == 1) first_turn += bytes;
        total += bytes;
        longest_slice = std::max(longest_slice, bytes);
    }
    std::string turns;
    std::size_t first_turn = 0;
    std::size_t total = 0;
    std::size_t longest_slice = 0;
};

// Has so many bytes to send; the kernel takes `room` of them before it refuses.
class TestSender final : public Sender {
  public:
    TestSender(char name, std::size_t size, Record& record) : name_(name), left_(size), record_(record) {}

    Progress send(std::size_t limit) override {
        const std::size_t bytes = std::min({limit, left_, room});
        left_ -= bytes;
        room -= bytes;
        record_.note(name_, bytes);
        if (left_ == 0) is_done = true;
        return {bytes, left_ > 0 && bytes > 0};
    }
    [[nodiscard]] std::size_t left() const { return left_; }

    std::size_t room = SIZE_MAX;
    bool is_done = false;

  private:
    char name_;
    std::size_t left_;
    Record& record_;
};

struct Stage {
    std::shared_ptr<TestSender> sender(char name, std::size_t size) { return std::make_shared<TestSender>(name, size, record); }

    Record record;
    boost::asio::io_context loop{1};
    SendQueue queue{loop};
};

constexpr std::size_t kMegabyte = 1UL << 20U;

TEST_CASE("one sender is finished before the next begins, in the order in which they came") {
    Stage stage;
    for (const char name : {'a', 'b', 'c'}) stage.queue.add(stage.sender(name, 3 * kMegabyte));
    stage.loop.run();
    CHECK(stage.record.turns == "abc");
    CHECK(stage.record.total == 9 * kMegabyte);
}

TEST_CASE("nothing is sent from inside add, and other handlers of the loop run between two slices") {
    Stage stage;
    stage.queue.add(stage.sender('a', 5 * kMegabyte));
    CHECK(stage.record.total == 0);
    std::vector<std::size_t> seen;
    boost::asio::post(stage.loop, [&] { seen.push_back(stage.record.total); });
    stage.loop.run_one();
    CHECK(stage.record.total == SendQueue::kSlice);
    stage.loop.run();
    CHECK(seen == std::vector<std::size_t>{SendQueue::kSlice});
    CHECK(stage.record.longest_slice <= SendQueue::kSlice);
    CHECK(stage.record.total == 5 * kMegabyte);
}

TEST_CASE("many small senders share a slice") {
    Stage stage;
    for (int i = 0; i < 10; ++i) stage.queue.add(stage.sender(static_cast<char>('a' + i), 1000));
    stage.loop.run_one();
    CHECK(stage.record.turns == "abcdefghij");
}

TEST_CASE("a sender with more than a turn's bytes lets the others pass") {
    Stage stage;
    stage.queue.add(stage.sender('L', 2 * SendQueue::kTurn + 1));
    stage.queue.add(stage.sender('s', kMegabyte));
    stage.loop.run();
    CHECK(stage.record.turns == "LsL");
    CHECK(stage.record.first_turn == 8 * kMegabyte);  // docs/api.md §8
}

TEST_CASE("one that the kernel refuses leaves the queue, and resumes before those that have not begun") {
    Stage stage;
    const auto slow = stage.sender('s', 3 * kMegabyte);
    slow->room = kMegabyte / 2;
    stage.queue.add(slow);
    stage.queue.add(stage.sender('a', kMegabyte));
    stage.loop.run();
    CHECK(stage.record.turns == "sa");
    CHECK_FALSE(slow->is_done);

    slow->room = SIZE_MAX;
    stage.queue.add(stage.sender('b', kMegabyte));
    stage.queue.resume(slow, slow->left());
    stage.loop.restart();
    stage.loop.run();
    CHECK(stage.record.turns == "sasb");
    CHECK(slow->is_done);
}

TEST_CASE("one that has more than a turn left resumes after the others") {
    Stage stage;
    stage.queue.add(stage.sender('a', kMegabyte));
    stage.queue.resume(stage.sender('L', SendQueue::kTurn + 1), SendQueue::kTurn + 1);
    stage.loop.run();
    CHECK(stage.record.turns == "aL");
}

TEST_CASE("a queue whose loop ends before its turn lets its senders go") {
    std::weak_ptr<TestSender> weak;
    Record record;
    std::optional<boost::asio::io_context> loop(std::in_place, 1);
    SendQueue queue(*loop);
    {
        const auto sender = std::make_shared<TestSender>('a', 1, record);
        weak = sender;
        queue.add(sender);
    }
    CHECK_FALSE(weak.expired());
    loop.reset();
    CHECK(weak.expired());
}

TEST_CASE("a gather gives out its first bytes across its parts and remembers what has gone") {
    Gather gather;
    for (const std::string_view part : {"abc", "", "defg", "h"}) gather.add(part);
    CHECK(gather.size() == 8);
    const auto text = [](Gather::View view) {
        std::string all;
        for (const auto& buffer : view) all.append(static_cast<const char*>(buffer.data()), buffer.size());
        return all;
    };
    CHECK(text(gather.view(5)) == "abcde");
    CHECK(text(gather.view(3)) == "abc");
    CHECK(text(gather.view(100)) == "abcdefgh");
    gather.consume(4);
    CHECK(gather.size() == 4);
    CHECK(text(gather.view(2)) == "ef");
    gather.consume(4);
    CHECK(gather.is_empty());
    CHECK(gather.size() == 0);
}

}  // namespace
}  // namespace octane::http
