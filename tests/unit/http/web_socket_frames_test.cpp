#include "http/web_socket_frames.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/utf8.hpp"

using namespace octane::http;

namespace {

std::string reason_in(const std::string& frame) {
    return frame.substr(4);
}

}  // namespace

TEST_CASE("A close frame has its code and its reason") {
    const auto frame = make_close_frame(CloseCode::policy, "why");
    CHECK(frame == std::string("\x88\x05\x03\xF0why", 7));
    CHECK(is_bare_close_of(make_close_frame(CloseCode::normal, {}), CloseCode::normal));
    CHECK_FALSE(is_bare_close_of(frame, CloseCode::policy));
}

TEST_CASE("A long reason is cut before the character that has no room, since a client refuses what is no UTF-8") {
    CHECK(reason_in(make_close_frame(CloseCode::policy, std::string(200, 'x'))).size() == 123);
    for (std::size_t before = 110; before <= 123; ++before) {
        const auto reason = reason_in(make_close_frame(CloseCode::policy, std::string(before, 'x') + "€😀é€😀é€😀é"));
        CHECK(octane::base::is_utf8(reason));
        CHECK(reason.size() <= 123);
        CHECK(reason.size() >= 120);
    }
}
