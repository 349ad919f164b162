#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "oracle.hpp"
#include "wire/json_to_wire.hpp"
#include "wire/wire_to_json.hpp"
#include "wire/writer.hpp"

namespace octane::wire {
namespace {

const google::protobuf::Descriptor& album() {
    return test::everyday().message("everyday.Album");
}

std::string path_sample() {
    const auto wire = json_to_wire(
        album(), R"({"renderImages":{"items":[{"data":"QUFB","mime":"image/png"},{"data":"QkJC","chunks":["Qw==","RA=="]},{}],
                                                "first":{"data":"RkZG"}},"title":"t"})");
    REQUIRE(wire.has_value());
    return wire->bytes;
}

base::Result<base::ByteChain> find(const google::protobuf::Descriptor& message, const base::ByteChain& answer,
                                   std::string_view path) {
    auto parsed = parse_bytes_path(message, path);
    if (!parsed) return std::move(parsed).error();
    return find_bytes(*parsed, answer);
}

std::string found(const std::string& wire, std::string_view path) {
    const auto bytes = find(album(), base::ByteChain::own(wire), path);
    return bytes ? bytes->flatten() : "error: " + bytes.error().message;
}

TEST_CASE("a bytes field is found by its dotted path") {
    const std::string wire = path_sample();
    CHECK(found(wire, "renderImages.items.0.data") == "AAA");
    CHECK(found(wire, "renderImages.items.1.data") == "BBB");
    CHECK(found(wire, "renderImages.first.data") == "FFF");
    CHECK(found(wire, "renderImages.items.1.chunks.1") == "D");
    CHECK(found(wire, "renderImages.items[1].data") == "BBB");
    CHECK(found(wire, "renderImages.items[1].chunks[1]") == "D");
    CHECK(found(wire, "title") == "t");
    CHECK(found(wire, "renderImages.items.0.mime") == "image/png");
}

TEST_CASE("an index left out means the first element") {
    const std::string wire = path_sample();
    CHECK(found(wire, "renderImages.items.data") == "AAA");
    CHECK(found(wire, "renderImages.items.1.chunks") == "C");
}

TEST_CASE("an unset field is empty") {
    const std::string wire = path_sample();
    CHECK(found(wire, "renderImages.items.2.data") == "");
    CHECK(found(wire, "picture") == "");
    CHECK(found("", "renderImages.first.data") == "");
}

TEST_CASE("an element beyond the end of a list is not found, and how many there are is said") {
    const std::string wire = path_sample();
    CHECK(found(wire, "renderImages.items.3.data") ==
          "error: in the answer renderImages.items has 3 elements, so that there is no [3]");
    CHECK(found(wire, "renderImages.items[1].chunks[2]") ==
          "error: in the answer renderImages.items[1].chunks has 2 elements, so that there is no [2]");
    CHECK(found(wire, "renderImages.items[0].chunks") ==
          "error: in the answer renderImages.items[0].chunks has no elements, so that there is no [0]");
    CHECK(found("", "renderImages.items.data") ==
          "error: in the answer renderImages.items has no elements, so that there is no [0]");
    const auto beyond = find(album(), base::ByteChain::own(wire), "renderImages.items.3.data");
    REQUIRE_FALSE(beyond.has_value());
    CHECK(beyond.error().code == base::ErrorCode::path_not_found);
}

TEST_CASE("a path that leads to no bytes is refused with the paths that exist") {
    const std::string paths =
        "it has renderImages.items.0.data, renderImages.items.0.chunks.0, renderImages.first.data, renderImages.first.chunks.0, "
        "picture";
    for (const std::string path :
         {"nothing", "", "renderImages", "renderImages.items.0", "renderImages.items.0.other", "renderImages.first.data.x",
          "renderImages..data", "renderImages.first.0.data", "renderImages.items.-1.data", "renderImages.items[1.data",
          "renderImages.items[].data", "renderImages.items[1]x"}) {
        CAPTURE(path);
        const auto bytes = find(album(), base::ByteChain::own(path_sample()), path);
        REQUIRE_FALSE(bytes.has_value());
        CHECK(bytes.error().code == base::ErrorCode::bad_query);
        CHECK(bytes.error().message == "\"" + std::string(path) + "\" is not a bytes field of everyday.Album; " + paths);
    }
    const auto texts = find(test::everyday().message("everyday.Tree"), {}, "x");
    REQUIRE_FALSE(texts.has_value());
    CHECK(texts.error().message == R"("x" is not a bytes field of everyday.Tree; it has name)");
    const auto none = find(test::everyday().message("everyday.Point"), {}, "x");
    REQUIRE_FALSE(none.has_value());
    CHECK(none.error().message == R"("x" is not a bytes field of everyday.Point; it has none)");
}

TEST_CASE("a path is read from the message's description alone, with its indexes") {
    const auto path = parse_bytes_path(album(), "renderImages.items.3.data");
    REQUIRE(path.has_value());
    REQUIRE(path->size() == 3);
    CHECK((*path)[0].field->full_name() == "everyday.Album.renderImages");
    CHECK((*path)[1].field->full_name() == "everyday.Images.items");
    CHECK((*path)[1].index == 3);
    CHECK((*path)[2].field->full_name() == "everyday.Image.data");
    CHECK((*path)[2].index == 0);
    const auto refused = parse_bytes_path(album(), "renderImages.nothing");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == base::ErrorCode::bad_query);
}

TEST_CASE("one path serves any number of answers") {
    const auto path = parse_bytes_path(album(), "renderImages.items.1.data");
    REQUIRE(path.has_value());
    for (int round = 0; round < 2; ++round) {
        const auto bytes = find_bytes(*path, base::ByteChain::own(path_sample()));
        REQUIRE(bytes.has_value());
        CHECK(bytes->flatten() == "BBB");
    }
}

TEST_CASE("the search for paths that exist ends early in a schema whose types all contain one another") {
    // Eight types deep there are 5 079 110 400 fields.
    std::string source = "syntax = \"proto3\"; package maze;\n";
    for (int type = 0; type < 20; ++type) {
        source += "message M" + std::to_string(type) + " {";
        for (int other = 0; other < 20; ++other)
            source += " M" + std::to_string(other) + " m" + std::to_string(other) + " = " + std::to_string(other + 1) + ";";
        source += " }\n";
    }
    const test::TextPool maze(source);
    const auto path = parse_bytes_path(maze.message("maze.M0"), "x");
    REQUIRE_FALSE(path.has_value());
    CHECK(path.error().message == R"("x" is not a bytes field of maze.M0; none is among its first 2000 fields)");
}

TEST_CASE("the bytes that were found are the answer's own and outlive the chain they were found in") {
    const auto owner = std::make_shared<const std::string>(path_sample());
    const base::ByteChain shared = [&owner] {
        const base::ByteChain answer({std::string_view(*owner)}, owner);
        return find(album(), answer, "renderImages.items.1.data").value();
    }();
    REQUIRE(shared.segments().size() == 1);
    CHECK(shared.flatten() == "BBB");
    CHECK(owner.use_count() == 2);
    const char* place = shared.segments()[0].data();
    CHECK((place >= owner->data() && place < owner->data() + owner->size()));
}

TEST_CASE("bytes that lie in several pieces are found whole wherever the answer is cut") {
    const std::string wire = path_sample();
    for (std::size_t place = 0; place <= wire.size(); ++place) {
        const auto bytes = find(album(), test::cut_at(wire, place), "renderImages.first.data");
        REQUIRE(bytes.has_value());
        CHECK(bytes->flatten() == "FFF");
    }
}

TEST_CASE("the last value of a field counts, and another member of its one-of unsets it") {
    std::string wire;
    append_bytes_field(wire, 2, "first");
    append_bytes_field(wire, 2, "last");
    CHECK(found(wire, "picture") == "last");
    append_bytes_field(wire, 3, "title");
    CHECK(found(wire, "picture") == "");
    CHECK(found(wire, "title") == "title");
    std::string parts;
    append_bytes_field(parts, 1, std::string("\x0A\x03\x12\x01X", 5));
    append_bytes_field(parts, 1, std::string("\x0A\x03\x12\x01Y", 5));
    CHECK(found(parts, "renderImages.items.0.data") == "X");
    CHECK(found(parts, "renderImages.items.1.data") == "Y");
}

TEST_CASE("a malformed answer is refused") {
    const std::string wire = path_sample();
    const auto bytes = find(album(), base::ByteChain::own(wire.substr(0, wire.size() - 1)), "renderImages.first.data");
    REQUIRE_FALSE(bytes.has_value());
    CHECK(bytes.error().code == base::ErrorCode::bad_answer);
    CHECK(bytes.error().message == "the answer is not a well-formed everyday.Album message");
}

}  // namespace
}  // namespace octane::wire
