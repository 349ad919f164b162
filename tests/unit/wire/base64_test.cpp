#include "wire/base64.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "oracle.hpp"
#include "wire/base64_kernels.hpp"

namespace octane::wire {
namespace {

std::string encoded(std::string_view bytes) {
    std::string out;
    base64_append(out, bytes);
    return out;
}

// The plainest possible encoder, one bit group at a time.
std::string encoded_plainly(const std::string& bytes) {
    static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t bit = 0; bit < bytes.size() * 8; bit += 6) {
        std::size_t digit = 0;
        for (std::size_t i = bit; i < bit + 6; ++i) {
            const unsigned byte = i / 8 < bytes.size() ? static_cast<unsigned char>(bytes[i / 8]) : 0;
            digit = digit << 1U | ((byte >> (7 - i % 8)) & 1U);
        }
        out += kDigits[digit];
    }
    while (out.size() % 4 != 0) out += '=';
    return out;
}

std::string random_bytes(std::size_t size, std::mt19937& random) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    return bytes;
}

TEST_CASE("base64 encodes the examples of RFC 4648") {
    CHECK(encoded("") == "");
    CHECK(encoded("f") == "Zg==");
    CHECK(encoded("fo") == "Zm8=");
    CHECK(encoded("foo") == "Zm9v");
    CHECK(encoded("foob") == "Zm9vYg==");
    CHECK(encoded("fooba") == "Zm9vYmE=");
    CHECK(encoded("foobar") == "Zm9vYmFy");
}

TEST_CASE("base64 encodes every length up to 300 bytes as the plainest encoder does, and decodes it again") {
    std::mt19937 random(1);
    for (std::size_t size = 0; size <= 300; ++size) {
        const std::string bytes = random_bytes(size, random);
        const std::string text = encoded(bytes);
        REQUIRE(text == encoded_plainly(bytes));
        REQUIRE(text.size() == base64_size(size));
        const auto back = base64_decode(text);
        REQUIRE(back.has_value());
        REQUIRE(*back == bytes);
    }
}

TEST_CASE("every base64 kernel of this processor gives the same digits and takes whole groups") {
    std::mt19937 random(2);
    const std::string bytes = random_bytes(5000, random);
    const std::string expected = encoded_plainly(bytes);
    for (const NamedBase64Kernel& kernel : base64_kernels()) {
        CAPTURE(kernel.name);
        for (std::size_t size : {0, 1, 2, 3, 11, 12, 15, 16, 27, 28, 29, 51, 52, 100, 4999, 5000}) {
            std::string out(base64_size(size) + 1, '#');
            const std::size_t done = kernel.encode(bytes.data(), size, out.data());
            REQUIRE(done <= size);
            REQUIRE(done % 3 == 0);
            CHECK(out.substr(0, done / 3 * 4) == expected.substr(0, done / 3 * 4));
            CHECK(out.back() == '#');
        }
    }
}

TEST_CASE("base64 of a chain is that of its bytes in one run, wherever the chain is cut") {
    std::mt19937 random(3);
    const std::string bytes = random_bytes(100, random);
    for (std::size_t place = 0; place <= bytes.size(); ++place) {
        std::string out = "prefix:";
        base64_append(out, test::cut_at(bytes, place));
        REQUIRE(out == "prefix:" + encoded(bytes));
    }
    for (int round = 0; round < 50; ++round) {
        std::string out;
        base64_append(out, test::shredded(bytes, random));
        REQUIRE(out == encoded(bytes));
    }
}

TEST_CASE("base64 of a chain longer than the encoder's own chunk is that of its bytes in one run") {
    std::mt19937 random(4);
    const std::string bytes = random_bytes(100001, random);
    std::string out;
    base64_append(out, test::cut_at(bytes, 7001));
    CHECK(out == encoded_plainly(bytes));
}

TEST_CASE("base64 is decoded from both alphabets, with and without padding") {
    CHECK(base64_decode("-_-_") == base64_decode("+/+/"));
    CHECK(base64_decode("Zg==") == "f");
    CHECK(base64_decode("Zg") == "f");
    CHECK(base64_decode("Zm8") == "fo");
    CHECK(base64_decode("") == "");
}

TEST_CASE("text that is not base64 is refused") {
    for (const std::string text :
         {"A", "AAAAA", "Zg=", "=", "====", "AA===", "AAAA=", "Z g=", "Zg==\n", "Zm9v\xC3\xA4", "Zm!v", "=AAA", "A=AA"}) {
        CAPTURE(text);
        CHECK_FALSE(base64_decode(text).has_value());
    }
}

}  // namespace
}  // namespace octane::wire
