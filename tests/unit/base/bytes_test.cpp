#include "base/bytes.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace octane::base {
namespace {

TEST_CASE("an empty chain has no segments and no bytes") {
    const ByteChain chain;
    CHECK(chain.empty());
    CHECK(chain.size() == 0);
    CHECK(chain.segments().empty());
    CHECK(chain.flatten().empty());
}

TEST_CASE("a chain knows the size of all its segments and joins them in order") {
    const ByteChain chain({"one", "", "two", "!"}, nullptr);
    CHECK(chain.size() == 7);
    CHECK(chain.segments().size() == 4);
    CHECK(chain.flatten() == "onetwo!");
}

TEST_CASE("a chain that owns a string keeps it through copies and moves") {
    auto first = std::make_unique<ByteChain>(ByteChain::own(std::string(1000, 'x') + "end"));
    ByteChain copy = *first;
    const char* const where = first->segments().front().data();
    first.reset();
    const ByteChain moved = std::move(copy);
    CHECK(moved.segments().front().data() == where);
    CHECK(moved.flatten() == std::string(1000, 'x') + "end");
}

TEST_CASE("a short string that a chain owns does not move when the chain does") {
    ByteChain chain = ByteChain::own("short");
    const ByteChain moved = std::move(chain);
    CHECK(moved.flatten() == "short");
}

TEST_CASE("the owner lives as long as the last copy of the chain") {
    auto owner = std::make_shared<std::string>("kept");
    const std::weak_ptr<std::string> watch = owner;
    ByteChain chain({*owner}, owner);
    owner.reset();
    {
        const ByteChain copy = chain;
        chain = ByteChain();
        CHECK_FALSE(watch.expired());
        CHECK(copy.flatten() == "kept");
    }
    CHECK(watch.expired());
}

}  // namespace
}  // namespace octane::base
