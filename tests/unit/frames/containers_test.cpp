#include "frames/containers.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "decode.hpp"
#include "pictures.hpp"
#include "wrapped.hpp"

namespace octane::frames {
namespace {

using nlohmann::json;
using tests::as;
using tests::frame_of;
using tests::has_names;
using tests::kEventMembers;
using tests::kKinds;
using tests::pass;
using tests::picture;
using tests::wrapped;

TEST_CASE("everything but the head is the same for every viewer") {
    const auto made = wrapped(frame_of({picture(kKinds[0], 4, 4)}), as(Format::raw));
    CHECK(made.bytes.flatten().find("dropped") == std::string::npos);
    CHECK(made.bytes.flatten().find("\"seq\"") == std::string::npos);
    CHECK(make_frame_head(made, 0, false) == "id: 12\ndata: {\"type\":\"newImage\",\"seq\":12,\"dropped\":0");
}

TEST_CASE("what may change about a frame stands in the head: a stale one says so, and is not final") {
    auto made = wrapped(frame_of({picture(kKinds[0], 4, 4)}), as(Format::jpeg));
    CHECK(made.bytes.flatten().find("final") == std::string::npos);
    made.form = Form::final;
    CHECK(make_frame_head(made, 0, false).ends_with(R"("dropped":0,"final":true)"));
    CHECK(make_frame_head(made, 0, true).ends_with(R"("dropped":0,"stale":true)"));
    made.form = Form::motion;
    CHECK(make_frame_head(made, 0, true).ends_with(R"("dropped":0,"motion":true,"stale":true)"));
}

TEST_CASE("a part is complete by itself: boundary, type, length, the picture file, and the end of its last line") {
    Variant variant = as(Format::png);
    variant.container = Container::mjpeg;
    const auto made = wrapped(frame_of({picture(kKinds[0], 6, 4)}), variant);
    CHECK(make_frame_head(made, 3, true).empty());
    const std::string text = made.bytes.flatten();
    const auto end_of_head = text.find("\r\n\r\n");
    REQUIRE(end_of_head != std::string::npos);
    const std::string file = text.substr(end_of_head + 4, text.size() - end_of_head - 6);
    CHECK(text.substr(0, end_of_head) ==
          "--octane-frame\r\nContent-Type: image/png\r\nContent-Length: " + std::to_string(file.size()));
    CHECK(text.ends_with("\r\n"));
    CHECK(tests::decode_png(file).width == 6);
}

struct Message {
    json header;
    std::string payload;
};

Message read_message(const std::string& bytes) {
    REQUIRE(bytes.size() >= 4);
    std::size_t size = 0;
    for (std::size_t i = 4; i-- > 0;) size = size << 8U | static_cast<unsigned char>(bytes[i]);
    REQUIRE(bytes.size() >= 4 + size);
    Message message{json::parse(bytes.substr(4, size), nullptr, false), bytes.substr(4 + size)};
    REQUIRE(message.header.is_object());
    return message;
}

Message message_of(const Frame& frame, Variant variant, std::uint64_t dropped) {
    variant.container = Container::ws;
    const auto made = wrapped(frame, variant);
    return read_message(make_frame_head(made, dropped, false) + made.bytes.flatten());
}

TEST_CASE("a message is the length of its header, the header, and the picture file") {
    for (const std::uint64_t dropped : {0ULL, 7ULL, 123456789ULL}) {
        const auto [header, payload] = message_of(frame_of({picture(kKinds[0], 6, 4)}), as(Format::png), dropped);
        REQUIRE(has_names(header, kEventMembers));
        CHECK(header["type"] == "newImage");
        CHECK(header["seq"] == 12);
        CHECK(header["dropped"] == dropped);
        CHECK(header["format"] == "png");
        CHECK(header["mime"] == "image/png");
        CHECK(header["payloadSize"] == payload.size());
        CHECK(header.contains("tonemappedSamplesPerPixel"));
        CHECK_FALSE(header.contains("imageData"));
        CHECK(tests::decode_png(payload).width == 6);
    }
}

TEST_CASE("a raw message carries the renderer's buffer as it came and what one must know to read it") {
    const Frame frame = frame_of({pass(0, 4), pass(3, 5)});
    const auto [header, payload] = message_of(frame, as(Format::raw, 3), 0);
    CHECK(payload == frame.images[1].pixels.flatten());
    CHECK(header["mime"] == "application/octet-stream");
    CHECK(header["payloadSize"] == payload.size());
    REQUIRE(header["render_images"]["data"].size() == 1);
    const json& image = header["render_images"]["data"][0];
    CHECK(image["renderPassId"] == 3);
    CHECK(image["size"] == json({{"x", 5}, {"y", 3}}));
    CHECK(image["buffer"] == json({{"size", payload.size()}}));
}

TEST_CASE("the payload of a message is not copied") {
    const Frame frame = frame_of({picture(kKinds[0], 6, 4)});
    Variant variant = as(Format::raw);
    variant.container = Container::ws;
    const auto made = wrapped(frame, variant);
    REQUIRE(made.bytes.segments().size() == 1 + frame.images.front().pixels.segments().size());
    CHECK(made.bytes.segments()[1].data() == frame.images.front().pixels.segments().front().data());
}

}  // namespace
}  // namespace octane::frames
