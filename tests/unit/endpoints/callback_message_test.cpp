#include "endpoints/callback_message.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "frames/picture.hpp"

using namespace octane::frames;
using nlohmann::json;
using octane::endpoints::is_callback_event;
using octane::endpoints::spell_callback_event;
using octane::endpoints::wrap_for_viewers;

namespace {

Frame one_image() {
    RenderImage image;
    image.type = ImageType::ldr_rgba;
    image.color_space = 1;
    image.width = 2;
    image.height = 1;
    image.pitch = 2;
    image.tonemapped_samples = 16;
    image.render_time = 1.5F;
    image.change_level = 7;
    image.sub_sampling = 1;
    image.has_alpha = true;
    image.pixels = octane::base::ByteChain::own(std::string("\x01\x02\x03\xFF\x04\x05\x06\xFF", 8));
    Frame frame;
    frame.seq = 9;
    frame.callback_id = 3;
    frame.user_data = 42;
    frame.received = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'700'000'000'123));
    frame.images.push_back(image);
    return frame;
}

Variant raw_in(Container container) {
    Variant variant;
    variant.format = Format::raw;
    variant.container = container;
    return variant;
}

std::string message(const Frame& frame, Container container) {
    const auto made = wrap_for_viewers(make_encoded_frame(frame, frame.images.front(), raw_in(container), nullptr), container);
    return make_frame_head(made, 2, false) + made.bytes.flatten();
}

}  // namespace

TEST_CASE("the text message has octaneWebR's shape: enums by name, longs as strings, pixels in base64") {
    auto frame = one_image();
    frame.images.push_back(frame.images.front());
    frame.images.back().render_pass_id = 100'000;  // no release has it
    const auto text = message(frame, Container::callbacks);
    const auto parsed = json::parse(text);
    CHECK(parsed["type"] == "newImage");
    CHECK(parsed["timestamp"] == 1'700'000'000'123);
    const auto& data = parsed["data"];
    CHECK(data["callback_source"] == "grpc");
    CHECK(data["callback_id"] == 3);
    CHECK(data["user_data"] == "42");
    REQUIRE(data["render_images"]["data"].size() == 2);
    const auto expected = json::parse(
        R"({"type":"IMAGE_TYPE_LDR_RGBA","colorSpace":"NAMED_COLOR_SPACE_SRGB","isLinear":false,"sharedSurface":null,
            "size":{"x":2,"y":1},"pitch":2,"renderPassId":"RENDER_PASS_BEAUTY","tonemappedSamplesPerPixel":16,
            "calculatedSamplesPerPixel":0,"regionSamplesPerPixel":0,"maxSamplesPerPixel":0,"samplesPerSecond":0,"renderTime":1.5,
            "changeLevel":{"value":"7"},"hasPendingUpdates":false,"subSampling":"SUBSAMPLEMODE_NONE","hasAlpha":true,
            "premultipliedAlphaType":"PREMULTIPLIED_ALPHA_TYPE_NONE","keepEnvironment":false,
            "buffer":{"size":8,"data":"AQID/wQFBv8="}})");
    auto image = data["render_images"]["data"][0];
    for (const char* name : {"subSampling", "premultipliedAlphaType"}) {
        CHECK(image[name].is_string());
        image[name] = expected[name];
    }
    CHECK(image == expected);
    CHECK(data["render_images"]["data"][1]["renderPassId"] == 100'000);
}

TEST_CASE("the binary message is the header's length, the header and the pixels") {
    const auto bytes = message(one_image(), Container::callbacks_binary);
    const auto size = static_cast<unsigned char>(bytes[0]) | (static_cast<unsigned char>(bytes[1]) << 8);
    CHECK(bytes[2] == 0);
    CHECK(bytes[3] == 0);
    const auto header = json::parse(bytes.substr(4, static_cast<std::size_t>(size)));
    CHECK(header == json::parse(R"({"type":"newImage","seq":9,"dropped":2,"width":2,"height":1,"format":"IMAGE_TYPE_LDR_RGBA",
        "pitch":2,"tonemappedSamplesPerPixel":16,"renderTime":1.5,"pixelSize":8,"sharedSurface":null,
        "timestamp":1700000000123})"));
    CHECK(bytes.substr(4 + static_cast<std::size_t>(size)) == std::string("\x01\x02\x03\xFF\x04\x05\x06\xFF", 8));
}

TEST_CASE("the page is told of failures and changed projects, in data and beside type, and of nothing that it does not know") {
    const auto time = std::chrono::system_clock::time_point(std::chrono::microseconds(1'700'000'000'123'456));
    const ControlEvent change(ProjectChanged{{5, 9}}, time);
    CHECK(
        spell_callback_event(change) ==
        R"({"callbackId":5,"callback_id":5,"data":{"callbackId":5,"callback_id":5,"timestamp":1700000000.123456,"user_data":9},)"
        R"("timestamp":1700000000123,"type":"projectManagerChanged","user_data":9})");
    CHECK(json::parse(spell_callback_event(ControlEvent(RenderFailure{{5, 9}}, time)))["type"] == "renderFailure");
    CHECK(spell_callback_event(ControlEvent(Pong{}, time)) == R"({"type":"pong","timestamp":1700000000123})");
    CHECK(spell_callback_event(ControlEvent(StatisticsAnswer{R"({"a":1})"}, time)) ==
          R"({"type":"newStatistics","data":{"a":1},"timestamp":1700000000123})");
    CHECK(is_callback_event(change));
    CHECK_FALSE(is_callback_event(ControlEvent(Ping{})));
    CHECK_FALSE(is_callback_event(ControlEvent(Goodbye{})));
    CHECK_FALSE(is_callback_event(ControlEvent(NewStatistics{})));
    CHECK_FALSE(is_callback_event(ControlEvent(RendererState{})));
    CHECK_FALSE(is_callback_event(ControlEvent(EditMade{})));
}
