#include "wire/writer.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "base/bytes.hpp"
#include "wire/reader.hpp"

namespace octane::wire {
namespace {

TEST_CASE("a varint takes seven bits a byte, lowest first") {
    const auto varint = [](std::uint64_t value) {
        std::string out;
        append_varint(out, value);
        return out;
    };
    CHECK(varint(0) == std::string(1, '\0'));
    CHECK(varint(127) == "\x7F");
    CHECK(varint(128) == "\x80\x01");
    CHECK(varint(300) == "\xAC\x02");
    CHECK(varint(std::numeric_limits<std::uint64_t>::max()) == "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01");
}

TEST_CASE("what the writer writes the reader reads") {
    std::string out;
    append_varint_field(out, 536870911, 5);
    append_bytes_field(out, 2, "bytes");
    const base::ByteChain chain = base::ByteChain::own(out);
    Reader reader(chain);
    REQUIRE(reader.next());
    CHECK(reader.field() == 536870911);
    CHECK(reader.read_varint() == 5);
    REQUIRE(reader.next());
    std::string bytes;
    reader.append_bytes(bytes);
    CHECK(bytes == "bytes");
    CHECK_FALSE(reader.next());
}

}  // namespace
}  // namespace octane::wire
