#include "telemetry/journal.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace octane::telemetry;
using namespace std::chrono_literals;

namespace {

// A place that lines go to, which takes none until the test says so.
struct HeldPlace {
    HeldPlace() = default;
    ~HeldPlace() { gone.set_value(); }
    HeldPlace(const HeldPlace&) = delete;
    HeldPlace& operator=(const HeldPlace&) = delete;

    std::promise<void> reached;  // the first line is being written
    std::promise<void> may_go_on;
    std::promise<void> gone;  // nobody has the place any more
    std::vector<std::string> lines;
    bool is_first = true;
};

Journal::Write write_to(std::shared_ptr<HeldPlace> place) {
    return [place = std::move(place)](const std::vector<std::string>& lines) {
        if (std::exchange(place->is_first, false)) {
            place->reached.set_value();
            place->may_go_on.get_future().wait();
        }
        place->lines.insert(place->lines.end(), lines.begin(), lines.end());
    };
}

constexpr auto kMost = static_cast<int>(Journal::kMostWaiting);

// Holds the writer at line 0 and adds so many more.
void add_while_held(Journal& journal, HeldPlace& place, int count) {
    journal.add(Level::info, "line", {{"number", 0}});
    place.reached.get_future().wait();
    for (int i = 1; i <= count; ++i) journal.add(Level::info, "line", {{"number", i}});
}

}  // namespace

TEST_CASE("who logs does not wait for the writer, and nothing is lost while there is room") {
    const auto place = std::make_shared<HeldPlace>();
    {
        Journal journal(LogFormat::text, write_to(place), 20s);
        add_while_held(journal, *place, kMost);
        place->may_go_on.set_value();
    }
    REQUIRE(place->lines.size() == Journal::kMostWaiting + 1);
    for (int i = 0; i <= kMost; ++i)
        CHECK(place->lines[static_cast<std::size_t>(i)].ends_with("Z info  line number=" + std::to_string(i) + "\n"));
}

TEST_CASE("lines beyond the room are lost, and one line in their place says how many") {
    const auto place = std::make_shared<HeldPlace>();
    {
        Journal journal(LogFormat::json, write_to(place), 20s);
        add_while_held(journal, *place, kMost + 10);
        place->may_go_on.set_value();
    }
    REQUIRE(place->lines.size() == Journal::kMostWaiting + 2);
    CHECK(nlohmann::json::parse(place->lines[Journal::kMostWaiting]).at("number") == kMost);
    const auto last = nlohmann::json::parse(place->lines.back());
    CHECK(last.at("level") == "warn");
    CHECK(last.at("message").get<std::string>().starts_with("Log lines were lost"));
    CHECK(last.at("lines") == 10);
}

TEST_CASE("a writer that is blocked does not hold the end, and keeps what it works with") {
    auto place = std::make_shared<HeldPlace>();
    const auto gone = place->gone.get_future();
    auto* const held = place.get();
    {
        Journal journal(LogFormat::text, write_to(std::move(place)), 0ms);
        add_while_held(journal, *held, 1);
    }
    CHECK(gone.wait_for(0ms) == std::future_status::timeout);
    held->may_go_on.set_value();
    CHECK(gone.wait_for(20s) == std::future_status::ready);
}
