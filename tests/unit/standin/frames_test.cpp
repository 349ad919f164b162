#include <doctest/doctest.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "standin/fields.hpp"
#include "standin/frame_messages.hpp"
#include "standin/half.hpp"
#include "standin/pattern.hpp"
#include "standin/renderer.hpp"

namespace octane::standin {
namespace {

std::unique_ptr<Message> parsed(const Schema& schema, const char* type, grpc::ByteBuffer bytes) {
    auto message = schema.message(type);
    grpc::ProtoBufferReader reader(&bytes);
    REQUIRE(message->ParseFromZeroCopyStream(&reader));
    return message;
}

const Message& first_of(const Message& array, int count) {
    const auto* data = field(array, "data");
    REQUIRE(array.GetReflection()->FieldSize(array, data) == count);
    return array.GetReflection()->GetRepeatedMessage(array, data, 0);
}

Frame small_frame(ImageType type) {
    Frame frame;
    frame.facts.samples = 3;
    frame.facts.render_time = 0.5F;
    frame.facts.change_level = 4;
    frame.facts.has_pending_updates = true;
    frame.pictures.push_back(make_pattern_picture(type, 6, 2, 8, 0, 1));
    frame.pictures.push_back(make_pattern_picture(type, 6, 2, 8, 5, 1));
    return frame;
}

TEST_CASE("an alpha5 event carries the pictures with all their facts") {
    const Schema schema(Release::alpha5);
    const FrameMessages messages(schema, false, false);
    const Frame frame = small_frame(ImageType::hdr_rgba);
    const auto event = parsed(schema, "octaneapi.StreamCallbackRequest", messages.new_image(frame, {"tests", 1, 42}));
    const Message* payload = part(*event, "newImage");
    REQUIRE(payload != nullptr);
    CHECK(text(*payload, "callback_source") == "tests");
    CHECK(integer(*payload, "callback_id") == 1);
    CHECK(integer(*payload, "user_data") == 42);
    const Message& image = first_of(*part(*payload, "render_images"), 2);
    CHECK(integer(image, "type") == 2);
    CHECK(integer(image, "isLinear") == 1);
    CHECK(integer(*part(image, "size"), "x") == 6);
    CHECK(integer(image, "pitch") == 8);
    CHECK(number(image, "tonemappedSamplesPerPixel") == 3);
    CHECK(integer(*part(image, "changeLevel"), "value") == 4);
    CHECK(integer(image, "hasPendingUpdates") == 1);
    const std::string pixels = text(*part(image, "buffer"), "data");
    CHECK(pixels.size() == 8 * 2 * 16);
    CHECK(integer(*part(image, "buffer"), "size") == static_cast<std::int64_t>(pixels.size()));
    CHECK(std::memcmp(pixels.data(), frame.pictures[0].pixels.begin(), pixels.size()) == 0);
}

TEST_CASE("a beta2 event only rings, and the pictures come with a grab") {
    const Schema schema(Release::beta2);
    const FrameMessages messages(schema, false, false);
    Frame frame = small_frame(ImageType::ldr_rgba);
    frame.user_data = 7;
    const grpc::ByteBuffer event = messages.new_image(frame, {"tests", 1, 42});
    CHECK(event.Length() < 16);
    CHECK(integer(*part(*parsed(schema, "octaneapi.StreamCallbackRequest", event), "newImage"), "user_data") == 7);
    const auto grab = parsed(schema, "octaneapi.ApiRenderEngine.grabRenderResultResponse", messages.grabbed(&frame));
    CHECK(integer(*grab, "result") == 1);
    CHECK(text(*part(first_of(*part(*grab, "renderImages"), 2), "buffer"), "data").size() == 8 * 2 * 4);
    CHECK(messages.grabbed(nullptr).Length() == 0);
}

TEST_CASE("the other events have their payload in both releases") {
    for (const Release release : {Release::alpha5, Release::beta2}) {
        const Schema schema(release);
        const FrameMessages messages(schema, false, false);
        for (const char* payload : {"renderFailure", "newStatistics", "projectManagerChanged"}) {
            const auto event = parsed(schema, "octaneapi.StreamCallbackRequest", messages.event(payload, {"tests", 1, 9}));
            REQUIRE(part(*event, payload) != nullptr);
            CHECK(integer(*part(*event, payload), "user_data") == 9);
        }
    }
}

TEST_CASE("the SDK's defect cuts float pictures to a quarter and leaves half ones without pixels") {
    const Schema schema(Release::alpha5);
    const FrameMessages messages(schema, true, false);
    CHECK(messages.wire_pixels(make_pattern_picture(ImageType::hdr_rgba, 4, 4, 4, 0, 0)).size() == 64);
    CHECK(messages.wire_pixels(make_pattern_picture(ImageType::half_rgba, 4, 4, 4, 0, 0)).size() == 0);
    CHECK(messages.wire_pixels(make_pattern_picture(ImageType::ldr_rgba, 4, 4, 4, 0, 0)).size() == 64);
    const auto event =
        parsed(schema, "octaneapi.StreamCallbackRequest", messages.new_image(small_frame(ImageType::half_rgba), {}));
    CHECK(part(first_of(*part(*part(*event, "newImage"), "render_images"), 2), "buffer") == nullptr);
}

TEST_CASE("pictures say how their colours are to be read, and hold them so") {
    const Schema schema(Release::alpha5);
    const FrameMessages messages(schema, false, false);
    PatternOptions options;
    options.alpha = PremultipliedAlpha::encoded;
    options.keeps_environment = true;
    options.color_space = 4;
    options.has_pass_ids = false;
    Frame frame;
    frame.pictures.push_back(make_pattern_picture(ImageType::hdr_rgba, 40, 2, 40, 3, 0, options));
    const auto event = parsed(schema, "octaneapi.StreamCallbackRequest", messages.new_image(frame, {}));
    const Message& image = first_of(*part(*part(*event, "newImage"), "render_images"), 1);
    CHECK(integer(image, "colorSpace") == 4);
    CHECK(integer(image, "isLinear") == 1);
    CHECK(integer(image, "hasAlpha") == 1);
    CHECK(integer(image, "premultipliedAlphaType") == 2);
    CHECK(integer(image, "keepEnvironment") == 1);
    CHECK(integer(image, "renderPassId") == 0);

    const auto channel = [](const Picture& picture, std::size_t x, std::size_t c) { return picture.pixels.begin()[x * 4 + c]; };
    const auto of = [](std::optional<PremultipliedAlpha> alpha) {
        PatternOptions look;
        look.alpha = alpha;
        return make_pattern_picture(ImageType::ldr_rgba, 40, 2, 40, 0, 0, look);
    };
    CHECK(channel(of(std::nullopt), 8, 3) == 255);
    const Picture straight = of(PremultipliedAlpha::none);
    CHECK(channel(straight, 8, 3) == 128);  // the third stripe of five
    CHECK(channel(straight, 8, 0) == 51);   // 8 of 40
    CHECK(channel(of(PremultipliedAlpha::encoded), 8, 0) == 26);
    CHECK(channel(of(PremultipliedAlpha::linearized), 8, 0) == 35);
}

TEST_CASE("an event without pictures has an empty list") {
    const Schema schema(Release::alpha5);
    const FrameMessages messages(schema, false, true);
    const auto event =
        parsed(schema, "octaneapi.StreamCallbackRequest", messages.new_image(small_frame(ImageType::ldr_rgba), {}));
    const Message* images = part(*part(*event, "newImage"), "render_images");
    REQUIRE(images != nullptr);
    CHECK(images->GetReflection()->FieldSize(*images, field(*images, "data")) == 0);
}

TEST_CASE("user_data of the pattern holds time and number") {
    const std::uint64_t now = (std::uint64_t{1} << 44) + 123456;
    CHECK(pattern_user_data(now, 5) == ((std::uint64_t{123456} << 20) | 5));
    CHECK((pattern_user_data(now, (1U << 20) + 9) & 0xfffff) == 9);
}

TEST_CASE("half floats are those of IEEE") {
    CHECK(half_from_float(0) == 0);
    CHECK(half_from_float(1) == 0x3c00);
    CHECK(half_from_float(-2) == 0xc000);
    CHECK(half_from_float(65504) == 0x7bff);
    CHECK(half_from_float(1e6F) == 0x7c00);
    CHECK((half_from_float(std::nanf("")) & 0x7e00) == 0x7e00);
}

TEST_CASE("the same path gives the same sample, and another camera another picture") {
    const Schema schema(Release::alpha5);
    Scene scene(schema, 64, 32, 1);
    scene.load_teapot("a.orbx");
    const Tracer tracer;
    View view = view_of(scene, *scene.item(scene.render_target()), {});
    const Tracer::Shot one(tracer, view);
    const Tracer::Shot same(tracer, view);
    view.camera.position = {10, 3, 0};
    const Tracer::Shot other(tracer, view);
    int different = 0;
    for (std::uint32_t y = 0; y < 32; ++y)
        for (std::uint32_t x = 0; x < 64; ++x) {
            REQUIRE(one.sample(x, y, 3).radiance == same.sample(x, y, 3).radiance);
            different += one.sample(x, y, 3).radiance == other.sample(x, y, 3).radiance ? 0 : 1;
        }
    CHECK(different > 1000);
    REQUIRE(one.pick(32, 16).has_value());
    CHECK(one.pick(32, 16)->is_mesh);
}

TEST_CASE("a film shows the mean of its samples in every kind of buffer") {
    View view;
    view.width = 4;
    view.height = 2;
    view.exposure = 2;
    Film film;
    film.begin(view);
    for (std::uint32_t y = 0; y < 2; ++y)
        for (std::uint32_t x = 0; x < 4; ++x) {
            film.add(x, y, {{0.25F, 0, 1}, {}});
            film.add(x, y, {{0.75F, 0, 1}, {}});
        }
    const Picture ldr = film.develop(kBeautyPass);
    CHECK(ldr.pixels.size() == 4 * 2 * 4);
    CHECK(ldr.pixels.begin()[0] == 255);
    CHECK(ldr.pixels.begin()[1] == 0);
    CHECK(ldr.pixels.begin()[3] == 255);
    view.settings.buffer_type = BufferType::hdr_float;
    film.begin(view);
    film.add(0, 0, {{0.25F, 0, 1}, {}});
    const Picture hdr = film.develop(kBeautyPass);
    float red = 0;
    std::memcpy(&red, hdr.pixels.begin(), sizeof red);
    CHECK(hdr.type == ImageType::hdr_rgba);
    CHECK(red == 0.5F);
}

TEST_CASE("a coarse film shows each block as its upper left sample") {
    View view;
    view.width = 3;
    view.height = 3;
    Film film;
    film.begin(view);
    film.set_stride(2);
    film.add(0, 0, {{1, 0, 0}, {}});
    film.add(2, 0, {{0, 1, 0}, {}});
    film.add(0, 2, {{0, 0, 1}, {}});
    const Picture picture = film.develop(kBeautyPass);
    const auto channel = [&](std::size_t x, std::size_t y, std::size_t c) { return picture.pixels.begin()[(y * 3 + x) * 4 + c]; };
    CHECK(channel(1, 1, 0) == 255);
    CHECK(channel(2, 1, 1) == 255);
    CHECK(channel(2, 1, 0) == 0);
    CHECK(channel(1, 2, 2) == 255);
    CHECK(channel(2, 2, 2) == 0);
    film.clear();
    CHECK(film.develop(kBeautyPass).pixels.begin()[0] == 0);
}

TEST_CASE("outside the render region a film keeps what it had") {
    View view;
    view.width = 2;
    view.height = 1;
    Film film;
    film.begin(view);
    film.add(0, 0, {{1, 1, 1}, {}});
    film.add(1, 0, {{1, 1, 1}, {}});
    view.settings.region = {true, {1, 0}, {1, 0}, 0};
    film.begin(view);
    CHECK_FALSE(film.holds(0, 0));
    CHECK(film.holds(1, 0));
    const Picture picture = film.develop(kBeautyPass);
    CHECK(picture.pixels.begin()[0] == 255);
    CHECK(picture.pixels.begin()[4] == 0);
}

}  // namespace
}  // namespace octane::standin
