#include "base/ids.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace octane::base {
namespace {

bool is_lower_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

TEST_CASE("a uuid has the form of version 4 in lower case") {
    for (int i = 0; i < 1000; ++i) {
        const std::string id = make_uuid();
        REQUIRE(id.size() == 36);
        for (const std::size_t at : {8, 13, 18, 23}) REQUIRE(id[at] == '-');
        REQUIRE(id[14] == '4');
        REQUIRE(std::string_view("89ab").find(id[19]) != std::string_view::npos);
        std::string digits = id;
        std::erase(digits, '-');
        REQUIRE(digits.size() == 32);
        REQUIRE(is_lower_hex(digits));
    }
}

TEST_CASE("a call id is twelve hexadecimal digits") {
    const std::string id = make_call_id();
    CHECK(id.size() == 12);
    CHECK(is_lower_hex(id));
}

TEST_CASE("ids made by several threads are all different") {
    constexpr std::size_t kThreads = 4;
    constexpr std::size_t kEach = 2000;
    std::vector<std::vector<std::string>> made(kThreads);
    {
        std::vector<std::jthread> threads;
        for (auto& mine : made) {
            threads.emplace_back([&mine] {
                for (std::size_t i = 0; i < kEach; ++i) mine.push_back(i % 2 == 0 ? make_uuid() : make_call_id());
            });
        }
    }
    std::set<std::string> all;
    for (const auto& mine : made) all.insert(mine.begin(), mine.end());
    CHECK(all.size() == kThreads * kEach);
}

}  // namespace
}  // namespace octane::base
