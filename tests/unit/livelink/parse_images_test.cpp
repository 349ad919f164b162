#include <doctest/doctest.h>

#include <limits>
#include <memory>
#include <string>

#include "livelink/builtin_schemas.hpp"
#include "livelink/callback_wire.hpp"
#include "unit/frames/pictures.hpp"
#include "unit/livelink/messages.hpp"

namespace octane::livelink {
namespace {

using frames::tests::scattered;
using tests::fill_image;
using tests::Messages;

base::Result<std::vector<frames::RenderImage>> parse(const base::ByteChain& chain) {
    return parse_images(chain, std::make_shared<const base::ByteChain>(chain));
}

std::string array_of(const schema::Schema& schema, std::uint32_t count, const std::string& pixels) {
    Messages messages(schema);
    const auto array = messages.make("octaneapi.ApiArrayApiRenderImage");
    for (std::uint32_t i = 0; i < count; ++i) fill_image(Messages::add(*array, "data"), i, pixels);
    return array->SerializeAsString();
}

void check_filled(const frames::RenderImage& image, std::uint32_t nth, const std::string& pixels) {
    CHECK(image.type == frames::ImageType::half_rgba);
    CHECK(image.color_space == 4);
    CHECK(image.is_linear);
    CHECK(image.width == 300 + nth);
    CHECK(image.height == 200 + nth);
    CHECK(image.pitch == 320 + nth);
    CHECK(image.pixels.flatten() == pixels);
    CHECK(image.render_pass_id == static_cast<std::int32_t>(3 + nth));
    CHECK(image.tonemapped_samples == 1.5F);
    CHECK(image.calculated_samples == 2.5F);
    CHECK(image.region_samples == 3.5F);
    CHECK(image.max_samples == 4.5F);
    CHECK(image.samples_per_second == 5.5F);
    CHECK(image.render_time == 6.5F);
    CHECK(image.change_level == 0xFFFFFFFFFFFFFFF0U + nth);
    CHECK(image.has_pending_updates);
    CHECK(image.sub_sampling == 2);
    CHECK(image.has_alpha);
    CHECK(image.premultiplied_alpha_type == 2);
    CHECK(image.keeps_environment);
}

TEST_CASE("every field of a render image is read under the number that each release's schema gives it") {
    for (const auto& schema : livelink::builtin_schemas()) {
        CAPTURE(schema->name());
        const auto images = parse(base::ByteChain::own(array_of(*schema, 3, "pixels")));
        REQUIRE(images);
        REQUIRE(images->size() == 3);
        for (std::uint32_t i = 0; i < 3; ++i) check_filled((*images)[i], i, "pixels");
    }
}

TEST_CASE("fields that were not sent have proto3's defaults") {
    Messages messages(*livelink::builtin_schemas().back());
    const auto array = messages.make("octaneapi.ApiArrayApiRenderImage");
    Messages::add(*array, "data");
    const auto images = parse(base::ByteChain::own(array->SerializeAsString()));
    REQUIRE(images);
    REQUIRE(images->size() == 1);
    const frames::RenderImage& image = images->front();
    CHECK(image.type == frames::ImageType::ldr_rgba);
    CHECK(image.width == 0);
    CHECK(image.pitch == 0);
    CHECK(image.change_level == 0);
    CHECK_FALSE(image.has_alpha);
    CHECK(image.pixels.empty());
}

TEST_CASE("each image type of the schema has the number that the pixels are read by") {
    for (const auto& schema : livelink::builtin_schemas()) {
        const auto* type = schema->pool().FindEnumTypeByName("octaneapi.ImageType");
        REQUIRE(type != nullptr);
        for (const auto& kind : frames::tests::kKinds) {
            CAPTURE(kind.name);
            const auto* value = type->FindValueByName("IMAGE_TYPE_" + std::string(kind.name));
            REQUIRE(value != nullptr);
            CHECK(value->number() == static_cast<int>(kind.type));
        }
    }
}

TEST_CASE("no bytes are no images") {
    const auto images = parse(base::ByteChain());
    REQUIRE(images);
    CHECK(images->empty());
}

TEST_CASE("images that arrive in pieces of any size are the same images") {
    const std::string pixels(1000, 'p');
    const std::string bytes = array_of(*livelink::builtin_schemas().front(), 2, pixels);
    for (const std::size_t piece : {1, 2, 3, 7, 64, 1000}) {
        CAPTURE(piece);
        const auto images = parse(scattered(bytes, piece));
        REQUIRE(images);
        REQUIRE(images->size() == 2);
        for (std::uint32_t i = 0; i < 2; ++i) check_filled((*images)[i], i, pixels);
    }
}

TEST_CASE("pixels are not copied, and they keep the bytes they lie in alive") {
    auto owner = std::make_shared<std::string>(array_of(*livelink::builtin_schemas().front(), 1, std::string(5000, 'p')));
    const std::weak_ptr<std::string> watch = owner;
    const char* const begin = owner->data();
    const char* const end = begin + owner->size();
    base::ByteChain pixels;
    {
        const base::ByteChain chain({*owner}, owner);
        const auto images = parse(chain);
        REQUIRE(images);
        pixels = images->front().pixels;
    }
    owner.reset();
    REQUIRE(pixels.segments().size() == 1);
    CHECK(pixels.segments().front().data() > begin);
    CHECK(pixels.segments().front().data() < end);
    CHECK_FALSE(watch.expired());
    CHECK(pixels.flatten() == std::string(5000, 'p'));
    pixels = base::ByteChain();
    CHECK(watch.expired());
}

TEST_CASE("bytes that end too early are refused or are whole images, and never crash") {
    const std::string bytes = array_of(*livelink::builtin_schemas().back(), 2, std::string(50, 'p'));
    std::size_t whole = 0;
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        const auto images = parse(base::ByteChain::own(bytes.substr(0, length)));
        if (images) {
            ++whole;
            CHECK((length == 0 || length == bytes.size() / 2));
        } else {
            CHECK(images.error().code == base::ErrorCode::bad_answer);
        }
    }
    CHECK(whole == 2);
}

TEST_CASE("a field of a wrong wire type is refused") {
    // data{type: length-delimited}; data{size: varint}; data{renderTime: varint}
    for (const char* bytes : {"\n\x03\n\x01x", "\n\x02(\x01", "\n\x02p\x01"}) {
        const auto images = parse(base::ByteChain::own(bytes));
        REQUIRE_FALSE(images);
        CHECK(images.error().code == base::ErrorCode::bad_answer);
    }
}

TEST_CASE("one byte changed anywhere never crashes the reader") {
    const std::string bytes = array_of(*livelink::builtin_schemas().front(), 1, "0123456789");
    std::size_t refused = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const unsigned flip : {0x01U, 0x07U, 0x08U, 0x80U, 0xFFU}) {
            std::string damaged = bytes;
            damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ flip);
            const auto images = parse(base::ByteChain::own(damaged));
            if (!images) {
                ++refused;
                continue;
            }
            for (const auto& image : *images) static_cast<void>(frames::resolve_layout(image));
        }
    }
    CHECK(refused > 0);
}

frames::RenderImage state(std::uint64_t level, float samples, float time, std::uint32_t width, std::uint32_t height) {
    frames::RenderImage image;
    image.change_level = level;
    image.tonemapped_samples = samples;
    image.render_time = time;
    image.width = width;
    image.height = height;
    return image;
}

frames::Frame frame_of(std::vector<frames::RenderImage> images) {
    frames::Frame frame;
    frame.images = std::move(images);
    return frame;
}

TEST_CASE("a frame is a repeat only if change level, samples, render time and size are all as before") {
    const frames::Frame before = frame_of({state(5, 16, 1.5F, 640, 480)});
    CHECK(frames::is_repeat(before, {state(5, 16, 1.5F, 640, 480)}));
    CHECK_FALSE(frames::is_repeat(before, {state(6, 16, 1.5F, 640, 480)}));
    CHECK_FALSE(frames::is_repeat(before, {state(5, 17, 1.5F, 640, 480)}));
    CHECK_FALSE(frames::is_repeat(before, {state(5, 16, 1.6F, 640, 480)}));
    CHECK_FALSE(frames::is_repeat(before, {state(5, 16, 1.5F, 641, 480)}));
    CHECK_FALSE(frames::is_repeat(before, {state(5, 16, 1.5F, 640, 481)}));
}

TEST_CASE("what else differs does not make a frame new") {
    frames::RenderImage other = state(5, 16, 1.5F, 640, 480);
    other.samples_per_second = 1000;
    other.pixels = base::ByteChain::own("other pixels");
    CHECK(frames::is_repeat(frame_of({state(5, 16, 1.5F, 640, 480)}), {other}));
}

TEST_CASE("of several passes each must be a repeat, and none may be more or fewer") {
    const frames::RenderImage one = state(5, 16, 1.5F, 640, 480);
    const frames::RenderImage newer = state(5, 17, 1.5F, 640, 480);
    const frames::Frame before = frame_of({one, one});
    CHECK(frames::is_repeat(before, {one, one}));
    CHECK_FALSE(frames::is_repeat(before, {one, newer}));
    CHECK_FALSE(frames::is_repeat(before, {one}));
    CHECK_FALSE(frames::is_repeat(before, {one, one, one}));
}

TEST_CASE("a frame without a number for its samples is never taken for a repeat") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    CHECK_FALSE(frames::is_repeat(frame_of({state(5, nan, 1, 640, 480)}), {state(5, nan, 1, 640, 480)}));
}

}  // namespace
}  // namespace octane::livelink
