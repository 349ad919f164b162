#include "upstream/name_lookup.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "unit/upstream/loop.hpp"

namespace octane::upstream {
namespace {

namespace asio = boost::asio;

// A system that answers when the test lets it. Owned by whoever still uses it: the threads of a look-up may outlive the test.
struct SlowSystem {
    std::promise<bool> answer;
    std::shared_future<bool> known = answer.get_future().share();
    std::promise<void> through;  // the thread of the first question has ended
    std::atomic<int> questions{0};

    static NameLookup::Resolve ask(const std::shared_ptr<SlowSystem>& system) {
        return [system](const std::string&) {
            if (++system->questions == 1) system->through.set_value_at_thread_exit();
            return system->known.get();
        };
    }
};

TEST_CASE("the answer is heard on the executor, and not before it has come") {
    const auto system = std::make_shared<SlowSystem>();
    asio::io_context loop{1};
    NameLookup lookup(loop.get_executor(), SlowSystem::ask(system));
    std::vector<bool> heard;
    lookup.ask("a.name", [&](bool is_known) { heard.push_back(is_known); });
    loop.poll();
    CHECK(heard.empty());
    system->answer.set_value(false);
    loop.restart();
    const auto guard = asio::make_work_guard(loop);
    REQUIRE(loop.run_one_for(tests::kPatience) == 1);
    CHECK(heard == std::vector<bool>{false});
}

TEST_CASE("while a question is without answer there is no second one") {
    const auto system = std::make_shared<SlowSystem>();
    asio::io_context loop{1};
    const auto guard = asio::make_work_guard(loop);
    NameLookup lookup(loop.get_executor(), SlowSystem::ask(system));
    int heard = 0;
    for (int i = 0; i < 3; ++i) lookup.ask("a.name", [&](bool) { ++heard; });
    system->answer.set_value(true);
    REQUIRE(loop.run_one_for(tests::kPatience) == 1);
    CHECK(heard == 1);
    CHECK(system->questions == 1);
    lookup.ask("a.name", [&](bool) { ++heard; });
    REQUIRE(loop.run_one_for(tests::kPatience) == 1);
    CHECK(heard == 2);
}

TEST_CASE("an answer that comes when nobody listens any more disturbs nobody") {
    const auto system = std::make_shared<SlowSystem>();
    bool is_heard = false;
    {
        asio::io_context loop{1};
        NameLookup lookup(loop.get_executor(), SlowSystem::ask(system));
        lookup.ask("a.name", [&is_heard](bool) { is_heard = true; });
    }
    system->answer.set_value(true);
    REQUIRE(system->through.get_future().wait_for(tests::kPatience) == std::future_status::ready);
    CHECK_FALSE(is_heard);
}

TEST_CASE("the system knows this machine's own name for itself, addresses, and no label that is too long") {
    CHECK(is_name_known_here("localhost"));
    CHECK(is_name_known_here("127.0.0.1"));
    CHECK(is_name_known_here("::1"));
    CHECK_FALSE(is_name_known_here(std::string(64, 'x') + ".invalid"));
}

}  // namespace
}  // namespace octane::upstream
