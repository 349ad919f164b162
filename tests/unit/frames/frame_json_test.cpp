#include "frames/frame_json.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "decode.hpp"
#include "event_text.hpp"
#include "frames/containers.hpp"
#include "pictures.hpp"
#include "wire/base64.hpp"
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
using tests::read_event;
using tests::Rows;
using tests::wrapped;

json event_of(const Frame& frame, const Variant& variant, std::uint64_t dropped = 0) {
    const auto made = wrapped(frame, variant);
    CHECK(made.seq == frame.seq);
    CHECK(made.epoch == frame.epoch);
    const auto read = read_event(make_frame_head(made, dropped, false) + made.bytes.flatten());
    CHECK(read.id == std::to_string(frame.seq));
    return read.data;
}

std::string bytes_of(const json& base64) {
    const auto bytes = wire::base64_decode(base64.get<std::string>());
    REQUIRE(bytes);
    return *bytes;
}

// The members of its images that the contract promises.
const std::vector<std::string> kImageMembers = {"index",
                                                "type",
                                                "colorSpace",
                                                "isLinear",
                                                "size",
                                                "pitch",
                                                "renderPassId",
                                                "tonemappedSamplesPerPixel",
                                                "calculatedSamplesPerPixel",
                                                "regionSamplesPerPixel",
                                                "maxSamplesPerPixel",
                                                "samplesPerSecond",
                                                "renderTime",
                                                "changeLevel",
                                                "hasPendingUpdates",
                                                "hasAlpha",
                                                "buffer"};

TEST_CASE("a frame event has every member of the contract with its value") {
    const json event = event_of(frame_of({picture(kKinds[0], 6, 4)}), as(Format::both), 5);
    REQUIRE(has_names(event, kEventMembers));
    CHECK(event["type"] == "newImage");
    CHECK(event["callbackId"] == 7);
    CHECK(event["callback_id"] == 7);
    CHECK(event["user_data"] == 0xFFFFFFFFFFFFFFFFU);
    CHECK(event["timestamp"].is_number_float());
    CHECK(event["timestamp"].get<double>() == doctest::Approx(1777863721.000042).epsilon(1e-15));
    CHECK(event["seq"] == 12);
    CHECK(event["epoch"] == 3);
    CHECK(event["dropped"] == 5);
    CHECK(event["width"] == 6);
    CHECK(event["height"] == 4);
}

TEST_CASE("an image has every member of the contract, also when all are zero") {
    RenderImage plain;
    plain.width = 1;
    plain.height = 1;
    plain.pixels = base::ByteChain::own("rgba");
    const json image = event_of(frame_of({plain}), as(Format::raw))["render_images"]["data"][0];
    REQUIRE(has_names(image, kImageMembers));
    for (const char* name :
         {"index", "type", "colorSpace", "pitch", "renderPassId", "tonemappedSamplesPerPixel", "calculatedSamplesPerPixel",
          "regionSamplesPerPixel", "maxSamplesPerPixel", "samplesPerSecond", "renderTime"}) {
        CAPTURE(name);
        CHECK(image[name].is_number());
        CHECK(image[name] == 0);
    }
    for (const char* name : {"isLinear", "hasPendingUpdates", "hasAlpha"}) CHECK(image[name] == false);
    CHECK(image["changeLevel"]["value"] == 0);
    CHECK(image["changeLevel"]["level"] == 0);
}

TEST_CASE("an image's members carry what the renderer sent") {
    RenderImage image = picture(kKinds[6], 6, 4, Rows::padded);
    image.color_space = 4;
    image.is_linear = true;
    image.render_pass_id = 129;
    image.tonemapped_samples = 0.1F;
    image.calculated_samples = 16777216;
    image.region_samples = 1e-10F;
    image.max_samples = 5000;
    image.samples_per_second = 1.25e9F;
    image.render_time = 3.5F;
    image.change_level = 0xFFFFFFFFFFFFFFFFU;
    image.has_pending_updates = true;
    image.has_alpha = true;
    const json sent = event_of(frame_of({image}), as(Format::raw))["render_images"]["data"][0];
    CHECK(sent["type"] == 6);
    CHECK(sent["colorSpace"] == 4);
    CHECK(sent["isLinear"] == true);
    CHECK(sent["size"] == json({{"x", 6}, {"y", 4}}));
    CHECK(sent["pitch"] == 9);
    CHECK(sent["renderPassId"] == 129);
    CHECK(sent["tonemappedSamplesPerPixel"].dump() == "0.1");  // the shortest digits that read back the same
    CHECK(sent["calculatedSamplesPerPixel"] == 16777216);
    CHECK(sent["regionSamplesPerPixel"].get<float>() == 1e-10F);
    CHECK(sent["maxSamplesPerPixel"] == 5000);
    CHECK(sent["samplesPerSecond"].get<float>() == 1.25e9F);
    CHECK(sent["renderTime"] == 3.5);
    CHECK(sent["changeLevel"]["value"] == 0xFFFFFFFFFFFFFFFFU);
    CHECK(sent["changeLevel"]["level"] == 0xFFFFFFFFFFFFFFFFU);
    CHECK(sent["hasPendingUpdates"] == true);
    CHECK(sent["hasAlpha"] == true);
    CHECK(sent["buffer"]["size"] == image.pixels.size());
    CHECK(sent["buffer"]["encoding"] == "base64");
    CHECK(bytes_of(sent["buffer"]["data"]) == image.pixels.flatten());
}

TEST_CASE("the change level has one form, beside the picture and in each image") {
    RenderImage image = picture(kKinds[0], 2, 2);
    image.change_level = 7;
    const json event = event_of(frame_of({image}), as(Format::both));
    CHECK(event["changeLevel"] == json({{"value", 7}, {"level", 7}}));
    CHECK(event["render_images"]["data"][0]["changeLevel"] == event["changeLevel"]);
}

TEST_CASE("numbers that JSON lacks are still JSON") {
    RenderImage image = picture(kKinds[0], 2, 2);
    image.samples_per_second = std::numeric_limits<float>::infinity();
    image.render_time = std::numeric_limits<float>::quiet_NaN();
    image.max_samples = -std::numeric_limits<float>::infinity();
    for (const Format format : {Format::raw, Format::jpeg, Format::both}) {
        const json event = event_of(frame_of({image}), as(format));
        const json& at = format == Format::jpeg ? event : event["render_images"]["data"][0];
        CHECK(at["samplesPerSecond"] == "Infinity");
        CHECK(at["renderTime"] == "NaN");
        CHECK(at["maxSamplesPerPixel"] == "-Infinity");
    }
}

TEST_CASE("the renderer's buffer goes out as it came: padded, of every type, and from pieces of any size") {
    for (const auto& kind : kKinds) {
        for (const std::size_t piece : {1, 2, 3, 4, 50}) {
            CAPTURE(kind.name);
            CAPTURE(piece);
            RenderImage image = picture(kind, 5, 3, Rows::padded);
            const std::string bytes = image.pixels.flatten();
            image.pixels = tests::scattered(bytes, piece);
            const json sent = event_of(frame_of({image}), as(Format::raw))["render_images"]["data"][0];
            CHECK(sent["type"] == static_cast<int>(kind.type));
            CHECK(sent["buffer"]["size"] == bytes.size());
            CHECK(bytes_of(sent["buffer"]["data"]) == bytes);
        }
    }
}

TEST_CASE("format=raw has the renderer's buffers and no encoded picture") {
    const json event = event_of(frame_of({picture(kKinds[0], 6, 4)}), as(Format::raw));
    CHECK(event.contains("render_images"));
    CHECK_FALSE(event.contains("imageData"));
    CHECK_FALSE(event.contains("mime"));
}

TEST_CASE("format=both has the buffers and a JPEG of the picture") {
    const json event = event_of(frame_of({picture(kKinds[0], 37, 23)}), as(Format::both));
    CHECK(event["render_images"]["data"].size() == 1);
    CHECK(event["mime"] == "image/jpeg");
    const auto decoded = tests::decode_jpeg(bytes_of(event["imageData"]));
    CHECK(decoded.width == 37);
    CHECK(decoded.height == 23);
    CHECK(event["width"] == 37);
    CHECK(event["height"] == 23);
}

TEST_CASE("a single image format has that picture alone") {
    const Frame frame = frame_of({picture(kKinds[0], 37, 23)});
    for (const auto& [format, mime] :
         {std::pair(Format::jpeg, "image/jpeg"), std::pair(Format::png, "image/png"), std::pair(Format::webp, "image/webp")}) {
        CAPTURE(mime);
        const json event = event_of(frame, as(format));
        CHECK(has_names(event, kEventMembers));
        CHECK(event["mime"] == mime);
        CHECK_FALSE(event.contains("render_images"));
        const std::string file = bytes_of(event["imageData"]);
        const auto decoded = format == Format::jpeg  ? tests::decode_jpeg(file)
                             : format == Format::png ? tests::decode_png(file)
                                                     : tests::decode_webp(file);
        CHECK(decoded.width == 37);
        CHECK(tests::worst_difference(decoded, kKinds[0], false) <= 30);
    }
}

TEST_CASE("quality is that of the variant") {
    const Frame frame = frame_of({picture(kKinds[0], 64, 64)});
    Variant low = as(Format::jpeg);
    low.quality = 10;
    Variant high = as(Format::jpeg);
    high.quality = 95;
    CHECK(bytes_of(event_of(frame, low)["imageData"]).size() < bytes_of(event_of(frame, high)["imageData"]).size());
}

TEST_CASE("a limit makes the encoded picture smaller and leaves the renderer's own buffer as it came") {
    Variant small = as(Format::both);
    small.max_width = 20;
    const json event = event_of(frame_of({picture(kKinds[0], 40, 24)}), small);
    CHECK(event["width"] == 20);
    CHECK(event["height"] == 12);
    const auto decoded = tests::decode_jpeg(bytes_of(event["imageData"]));
    CHECK(decoded.width == 20);
    CHECK(decoded.height == 12);
    CHECK(event["render_images"]["data"][0]["size"] == json({{"x", 40}, {"y", 24}}));
    small.format = Format::raw;
    CHECK(event_of(frame_of({picture(kKinds[0], 40, 24)}), small)["width"] == 40);
}

TEST_CASE("without a wish the first image is shown and all of them are in render_images, in order") {
    const Frame frame = frame_of({pass(0, 4), pass(3, 5), pass(129, 6)});
    const json event = event_of(frame, as(Format::both));
    CHECK(event["width"] == 4);
    const json& images = event["render_images"]["data"];
    REQUIRE(images.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(images[i]["index"] == i);
        CHECK(images[i]["size"]["x"] == 4 + i);
        CHECK(images[i]["renderPassId"] == frame.images[i].render_pass_id);
        CHECK(bytes_of(images[i]["buffer"]["data"]) == frame.images[i].pixels.flatten());
    }
}

TEST_CASE("a viewer that asks for a pass gets that pass and nothing else") {
    const Frame frame = frame_of({pass(0, 4), pass(3, 5), pass(129, 6)});
    for (const Format format : {Format::both, Format::raw}) {
        const json event = event_of(frame, as(format, 3));
        CHECK(event["width"] == 5);
        REQUIRE(event["render_images"]["data"].size() == 1);
        CHECK(event["render_images"]["data"][0]["renderPassId"] == 3);
        CHECK(event["render_images"]["data"][0]["index"] == 0);
    }
    CHECK(tests::decode_png(bytes_of(event_of(frame, as(Format::png, 129))["imageData"])).width == 6);
}

TEST_CASE("of two images of one pass the first is shown") {
    CHECK(event_of(frame_of({pass(1, 4), pass(3, 5), pass(3, 6)}), as(Format::raw, 3))["width"] == 5);
}

TEST_CASE("a description has every pass and no pixels") {
    const json all = json::parse(describe_frame(frame_of({pass(0, 4), pass(3, 5)}), false), nullptr, false);
    REQUIRE(all.is_object());
    CHECK(all["seq"] == 12);
    CHECK(all["epoch"] == 3);
    CHECK(all["width"] == 4);
    CHECK_FALSE(all.contains("stale"));
    CHECK(json::parse(describe_frame(frame_of({pass(0, 4)}), true))["stale"] == true);
    REQUIRE(all["render_images"]["data"].size() == 2);
    for (const auto& image : all["render_images"]["data"]) {
        CHECK(has_names(image, kImageMembers));
        CHECK_FALSE(image["buffer"].contains("data"));
        CHECK(image["buffer"]["size"].is_number());
    }
}

TEST_CASE("a timestamp is seconds with all six digits of its microseconds") {
    const auto text = [](std::int64_t microseconds) {
        std::string out = "t=";
        append_timestamp(out, std::chrono::system_clock::time_point(std::chrono::microseconds(microseconds)));
        return out;
    };
    CHECK(text(0) == "t=0.000000");
    CHECK(text(1) == "t=0.000001");
    CHECK(text(1777863721000042) == "t=1777863721.000042");
    CHECK(text(1777863721999999) == "t=1777863721.999999");
}

}  // namespace
}  // namespace octane::frames
