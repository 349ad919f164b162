#include "base/utf8.hpp"

#include <doctest/doctest.h>

namespace octane::base {
namespace {

TEST_CASE("what is UTF-8 and what is not") {
    for (const std::string_view text : {"", "a", "\x7F", "\xC2\x80", "\xED\x9F\xBF", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBFz"}) {
        CAPTURE(text);
        CHECK(is_utf8(text));
    }
    for (const std::string_view text :
         {"\x80", "a\xC3", "\xC3(", "\xC0\x80", "\xED\xA0\x80", "\xE2\x82", "\xF4\x90\x80\x80", "z\xFF"}) {
        CAPTURE(text);
        CHECK_FALSE(is_utf8(text));
    }
}

TEST_CASE("text is cut between characters") {
    CHECK(cut_utf8("abc", 3) == "abc");
    CHECK(cut_utf8("abc", 2) == "ab");
    CHECK(cut_utf8("a\xE2\x82\xACz", 3) == "a");
    CHECK(cut_utf8("a\xE2\x82\xACz", 4) == "a\xE2\x82\xAC");
    CHECK(cut_utf8("\xE2\x82\xAC", 2).empty());
}

}  // namespace
}  // namespace octane::base
