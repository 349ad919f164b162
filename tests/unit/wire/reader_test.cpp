#include "wire/reader.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "oracle.hpp"
#include "wire/writer.hpp"

namespace octane::wire {
namespace {

std::string fixed(std::uint64_t value, unsigned bytes) {
    std::string out;
    for (unsigned i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
    return out;
}

TEST_CASE("of a number that stands twice the last counts, an absent one is 0, and what is no message has none") {
    std::string message;
    append_varint_field(message, 3, 7);
    append_bytes_field(message, 2, "text");
    append_varint_field(message, 3, 9);
    CHECK(last_varint(base::ByteChain::own(message), 3) == 9);
    CHECK(last_varint(base::ByteChain::own(message), 2) == 0);
    CHECK(last_varint(base::ByteChain(), 3) == 0);
    CHECK_FALSE(last_varint(base::ByteChain::own(message + "\x18"), 3));
}

// One field of each wire type, a nested message, a packed run and a group among them.
std::string sample() {
    std::string nested;
    append_varint_field(nested, 1, 300);
    append_bytes_field(nested, 2, "inner");
    std::string packed;
    for (const std::uint64_t value : {1ULL, 128ULL, 70000ULL}) append_varint(packed, value);
    std::string out;
    append_varint_field(out, 1, std::numeric_limits<std::uint64_t>::max());
    append_tag(out, 2, 1);
    out += fixed(0x0102030405060708, 8);
    append_tag(out, 3, 5);
    out += fixed(0xA0B0C0D0, 4);
    append_bytes_field(out, 4, "some text that is longer than a piece");
    append_tag(out, 5, 3);  // a group with a group and every type inside
    append_varint_field(out, 1, 5);
    append_tag(out, 7, 3);
    append_bytes_field(out, 1, "x");
    append_tag(out, 2, 1);
    out += fixed(1, 8);
    append_tag(out, 3, 5);
    out += fixed(1, 4);
    append_tag(out, 7, 4);
    append_tag(out, 5, 4);
    append_bytes_field(out, 1000, nested);
    append_bytes_field(out, 7, packed);
    append_bytes_field(out, 8, "");
    return out;
}

void check_sample(const base::ByteChain& chain) {
    Reader reader(chain);
    REQUIRE(reader.next());
    CHECK(reader.field() == 1);
    CHECK(reader.read_varint() == std::numeric_limits<std::uint64_t>::max());
    REQUIRE(reader.next());
    CHECK(reader.type() == WireType::fixed64);
    CHECK(reader.read_fixed64() == 0x0102030405060708);
    REQUIRE(reader.next());
    CHECK(reader.read_fixed32() == 0xA0B0C0D0);
    REQUIRE(reader.next());
    CHECK(reader.length() == 37);
    const Reader at_text = reader;
    std::string text;
    reader.append_bytes(text);
    CHECK(text == "some text that is longer than a piece");
    Reader copying = at_text;
    std::string copied(37, '\0');
    copying.copy_bytes(copied.data());
    CHECK(copied == text);
    Reader viewing = at_text;
    std::string_view view;
    if (!viewing.take_view(view)) {
        std::string joined;
        viewing.append_bytes(joined);
        CHECK(joined == text);
    } else {
        CHECK(view == text);
    }
    CHECK(viewing.next());
    Reader sharing = at_text;
    const auto owner = std::make_shared<const int>(1);
    const base::ByteChain shared = sharing.share_bytes(owner);
    CHECK(shared.flatten() == text);
    CHECK(owner.use_count() == 2);
    REQUIRE(reader.next());
    CHECK(reader.field() == 5);
    CHECK(reader.type() == WireType::group_start);
    REQUIRE(reader.next());
    CHECK(reader.field() == 1000);
    Reader nested = reader.read_message();
    REQUIRE(nested.next());
    CHECK(nested.read_varint() == 300);
    REQUIRE(nested.next());
    std::string inner;
    nested.append_bytes(inner);
    CHECK(inner == "inner");
    CHECK_FALSE(nested.next());
    CHECK_FALSE(nested.failed());
    REQUIRE(reader.next());
    Reader run = reader.read_message();
    std::vector<std::uint64_t> values;
    while (!run.at_end()) values.push_back(run.take_varint());
    CHECK(values == std::vector<std::uint64_t>{1, 128, 70000});
    REQUIRE(reader.next());
    CHECK(reader.length() == 0);
    CHECK_FALSE(reader.next());
    CHECK_FALSE(reader.failed());
}

TEST_CASE("a reader gives the same fields wherever the bytes are cut in two") {
    const std::string bytes = sample();
    for (std::size_t place = 0; place <= bytes.size(); ++place) {
        CAPTURE(place);
        check_sample(test::cut_at(bytes, place));
    }
}

TEST_CASE("a reader gives the same fields from single bytes and from random pieces") {
    const std::string bytes = sample();
    const auto owner = std::make_shared<const std::string>(bytes);
    std::vector<std::string_view> singles;
    for (std::size_t i = 0; i < bytes.size(); ++i) singles.push_back(std::string_view(*owner).substr(i, 1));
    check_sample(base::ByteChain(singles, owner));
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) check_sample(test::shredded(bytes, random));
}

TEST_CASE("a reader skips every field that nobody reads") {
    const base::ByteChain chain = base::ByteChain::own(sample());
    Reader reader(chain);
    std::vector<std::uint32_t> fields;
    while (reader.next()) fields.push_back(reader.field());
    CHECK(fields == std::vector<std::uint32_t>{1, 2, 3, 4, 5, 1000, 7, 8});
    CHECK_FALSE(reader.failed());
}

TEST_CASE("an empty chain and a chain of empty pieces have no fields") {
    const base::ByteChain nothing;
    Reader none(nothing);
    CHECK_FALSE(none.next());
    CHECK_FALSE(none.failed());
    const base::ByteChain empty_pieces({std::string_view{}, std::string_view{}}, nullptr);
    Reader still_none(empty_pieces);
    CHECK_FALSE(still_none.next());
    CHECK_FALSE(still_none.failed());
}

bool is_malformed(const std::string& bytes) {
    const base::ByteChain chain = base::ByteChain::own(bytes);
    Reader reader(chain);
    while (reader.next()) {}
    return reader.failed();
}

TEST_CASE("malformed bytes make a reader fail and then stay at its end") {
    CHECK(is_malformed("\x08"));      // no value
    CHECK(is_malformed("\x08\x80"));  // varint without an end
    CHECK(is_malformed("\x08" + std::string(11, '\x80')));
    CHECK(is_malformed(std::string("\x00\x01", 2)));  // field 0
    CHECK(is_malformed("\x0F"));                      // wire type 7
    CHECK(is_malformed("\x0E"));                      // wire type 6
    CHECK(is_malformed("\x09\x01\x02"));              // fixed64 cut off
    CHECK(is_malformed("\x0D\x01"));                  // fixed32 cut off
    CHECK(is_malformed("\x0A\x05 abc"));              // longer than the range
    CHECK(is_malformed("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"));
    CHECK(is_malformed("\x0C"));                      // end of a group that never began
    CHECK(is_malformed("\x0B\x08\x01"));              // group without an end
    CHECK(is_malformed("\x0B\x14"));                  // group ended by another
    CHECK(is_malformed(std::string(100, '\x0B')));    // groups too deep
    CHECK(is_malformed("\xF8\xFF\xFF\xFF\xFF\x0F"));  // tag beyond 32 bits
}

TEST_CASE("every cut-off front of a message either ends between two fields or fails") {
    const std::string bytes = sample();
    std::size_t clean_ends = 0;
    for (std::size_t size = 0; size < bytes.size(); ++size) clean_ends += is_malformed(bytes.substr(0, size)) ? 0 : 1;
    CHECK(clean_ends == 8);  // before each of its eight fields
}

TEST_CASE("reading a value as another wire type fails instead of reading on") {
    const base::ByteChain chain = base::ByteChain::own("\x08\x01\x10\x02");
    Reader reader(chain);
    REQUIRE(reader.next());
    CHECK(reader.read_fixed32() == 0);
    CHECK(reader.failed());
    CHECK_FALSE(reader.next());
    Reader other(chain);
    REQUIRE(other.next());
    std::string_view view = "x";
    CHECK(other.take_view(view));
    CHECK(view.empty());
    CHECK(other.failed());
}

TEST_CASE("a group is read up to its own end tag, wherever the bytes are cut") {
    std::string bytes;
    append_tag(bytes, 300, 3);
    append_varint_field(bytes, 1, 5);
    append_tag(bytes, 300, 3);  // one of the same number inside
    append_bytes_field(bytes, 2, "text");
    append_tag(bytes, 300, 4);
    append_tag(bytes, 300, 4);
    append_varint_field(bytes, 7, 9);
    for (std::size_t place = 0; place <= bytes.size(); ++place) {
        const base::ByteChain chain = test::cut_at(bytes, place);
        Reader reader(chain);
        REQUIRE(reader.next());
        CHECK(reader.type() == WireType::group_start);
        Reader group = reader.read_message();
        std::string rest;
        Reader(group).append_rest(rest);
        CHECK(rest == bytes.substr(2, bytes.size() - 6));
        REQUIRE(group.next());
        CHECK(group.read_varint() == 5);
        REQUIRE(group.next());
        Reader inner = group.read_message();
        REQUIRE(inner.next());
        std::string text;
        inner.append_bytes(text);
        CHECK(text == "text");
        CHECK_FALSE(inner.next());
        CHECK_FALSE(group.next());
        CHECK_FALSE((inner.failed() || group.failed()));
        REQUIRE(reader.next());
        CHECK(reader.read_varint() == 9);
        CHECK_FALSE(reader.next());
    }
    for (std::size_t size = 2; size + 4 < bytes.size(); ++size) {
        const base::ByteChain chain = base::ByteChain::own(bytes.substr(0, size));
        Reader reader(chain);
        REQUIRE(reader.next());
        Reader group = reader.read_message();
        CHECK(group.failed());
        CHECK_FALSE(group.next());
        CHECK(reader.failed());
    }
}

TEST_CASE("a packed run that ends inside a value fails") {
    const base::ByteChain chain = base::ByteChain::own("\x0A\x03\x01\x02\x80");
    Reader reader(chain);
    REQUIRE(reader.next());
    Reader run = reader.read_message();
    CHECK(run.take_varint() == 1);
    CHECK(run.take_varint() == 2);
    CHECK(run.take_varint() == 0);
    CHECK(run.failed());
    CHECK(run.at_end());
    Reader again(chain);
    REQUIRE(again.next());
    Reader floats = again.read_message();
    CHECK(floats.take_fixed32() == 0);
    CHECK(floats.failed());
    CHECK(floats.take_fixed64() == 0);
}

}  // namespace
}  // namespace octane::wire
