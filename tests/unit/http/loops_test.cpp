#include "http/loops.hpp"

#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

namespace octane::http {
namespace {

TEST_CASE("what the loops leave is run by who asks for it, after what throws, too") {
    Loops loops(2);
    loops.start();
    loops.stop();
    std::vector<std::thread::id> threads;
    for (std::size_t i = 0; i < loops.size(); ++i) {
        boost::asio::post(loops.at(i), [] { throw std::runtime_error("a handler's own fault"); });
        boost::asio::post(loops.at(i), [&] { threads.push_back(std::this_thread::get_id()); });
    }
    CHECK(threads.empty());
    CHECK(loops.poll() > 0);
    CHECK(threads == std::vector(2, std::this_thread::get_id()));
    CHECK(loops.poll() == 0);
    for (std::size_t i = 0; i < loops.size(); ++i) CHECK(loops.at(i).stopped());
}

}  // namespace
}  // namespace octane::http
