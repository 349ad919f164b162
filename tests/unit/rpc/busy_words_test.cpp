#include "rpc/busy_words.hpp"

#include <doctest/doctest.h>

#include <string>

namespace octane::rpc {
namespace {

using std::chrono::milliseconds;

std::string words_after(milliseconds time) {
    const CallHistory::Clock::time_point begin{};
    return busy_words("Octane", {"ApiItem/name", begin, 1}, begin + time);
}

TEST_CASE("what Octane is busy with is told with the time to a tenth of a second") {
    CHECK(words_after(milliseconds(12340)) == "Octane has been busy with ApiItem/name for 12.3 s");
}

TEST_CASE("sentences that differ only in these times are equal without them") {
    const auto one = without_busy_times("ApiItem.name did not answer; " + words_after(milliseconds(1500)));
    const auto other = without_busy_times("ApiItem.name did not answer; " + words_after(milliseconds(61000)));
    CHECK(one.sentence == "ApiItem.name did not answer; Octane has been busy with ApiItem/name");
    CHECK(other.sentence == one.sentence);
    CHECK(one.time == "1.5 s");
    CHECK(other.time == "61.0 s");
}

TEST_CASE("each clause loses its time, and the last of them is kept") {
    const auto waited = without_busy_times("it waited for Octane, which has been busy with other calls for 3 s; " +
                                           words_after(milliseconds(3200)));
    CHECK(waited.sentence ==
          "it waited for Octane, which has been busy with other calls; Octane has been busy with ApiItem/name");
    CHECK(waited.time == "3.2 s");
}

TEST_CASE("a sentence without such a time stays word for word") {
    for (const char* sentence :
         {"", "invalid object reference", "waited for 3 s", "it has been busy with this for ever",
          "it has been busy with this for 3 seconds", "it has been busy with this for 3 s or so", "it has been busy with ",
          "it has been busy with this for ", "it has been busy with this for 3"}) {
        CAPTURE(sentence);
        const auto result = without_busy_times(sentence);
        CHECK(result.sentence == sentence);
        CHECK(result.time.empty());
    }
}

}  // namespace
}  // namespace octane::rpc
