#include "frames/picture.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "pictures.hpp"
#include "variants.hpp"

namespace octane::frames {
namespace {

using tests::as_jpeg;
using tests::kKinds;
using tests::picture;

Pictures::Made made_of(const std::string& bytes) {
    return std::make_shared<const Picture>(Picture{base::ByteChain::own(bytes), {}});
}

std::string text(const Pictures::Made& made) {
    REQUIRE(made);
    return (*made)->bytes.flatten();
}

TEST_CASE("a picture is made once, and who comes later gets that very one") {
    Pictures pictures;
    int times = 0;
    const auto make = [&] {
        ++times;
        return made_of("picture");
    };
    std::vector<std::shared_ptr<const Picture>> got;
    for (int i = 0; i < 3; ++i) pictures.get(as_jpeg(80), make, [&](const Pictures::Made& made) { got.push_back(*made); });
    CHECK(times == 1);
    REQUIRE(got.size() == 3);
    CHECK(got[0] == got[1]);
    CHECK(got[1] == got[2]);
    CHECK(pictures.find(as_jpeg(80)) == got[0]);
    CHECK(pictures.find(as_jpeg(81)) == nullptr);
}

TEST_CASE("who comes while a picture is being made is served by its maker and does not wait") {
    Pictures pictures;
    std::vector<std::string> order;
    const auto make = [&] {
        pictures.get(
            as_jpeg(80), [&] { return made_of("made twice"); },
            [&](const Pictures::Made& made) { order.push_back("second: " + text(made)); });
        CHECK(order.empty());
        CHECK(pictures.find(as_jpeg(80)) == nullptr);
        return made_of("once");
    };
    pictures.get(as_jpeg(80), make, [&](const Pictures::Made& made) { order.push_back("first: " + text(made)); });
    CHECK(order == std::vector<std::string>{"first: once", "second: once"});
}

TEST_CASE("other pictures can be made while one is") {
    Pictures pictures;
    std::string inner;
    pictures.get(
        as_jpeg(1),
        [&] {
            pictures.get(
                as_jpeg(2), [] { return made_of("two"); }, [&](const Pictures::Made& made) { inner = text(made); });
            return made_of("one");
        },
        [](const Pictures::Made&) {});
    CHECK(inner == "two");
}

TEST_CASE("what making throws reaches everybody as an error, and is not tried again for this frame") {
    Pictures pictures;
    int failures = 0;
    for (int i = 0; i < 2; ++i) {
        pictures.get(
            as_jpeg(80), []() -> Pictures::Made { throw std::runtime_error("out of paint"); },
            [&](const Pictures::Made& made) {
                REQUIRE_FALSE(made);
                CHECK(made.error().code == base::ErrorCode::internal);
                CHECK(made.error().message.find("out of paint") != std::string::npos);
                ++failures;
            });
    }
    CHECK(failures == 2);
    CHECK(pictures.find(as_jpeg(80)) == nullptr);
}

TEST_CASE("only so many pictures of a frame are kept, and the others are still to be had") {
    Pictures pictures;
    int times = 0;
    const auto get = [&](int quality) {
        std::string got;
        pictures.get(
            as_jpeg(quality),
            [&] {
                ++times;
                return made_of(std::to_string(quality));
            },
            [&](const Pictures::Made& made) { got = text(made); });
        return got;
    };
    const int most = static_cast<int>(Pictures::kMaxKept);
    for (int quality = 1; quality <= most + 2; ++quality) CHECK(get(quality) == std::to_string(quality));
    CHECK(pictures.find(as_jpeg(most)) != nullptr);
    CHECK(pictures.find(as_jpeg(most + 1)) == nullptr);
    CHECK(get(most + 1) == std::to_string(most + 1));
    CHECK(get(1) == "1");
    CHECK(times == most + 3);
}

TEST_CASE("a picture that is forgotten is made anew, and one that is being made is not forgotten") {
    Pictures pictures;
    int times = 0;
    const auto make = [&] {
        pictures.forget(as_jpeg(80));
        ++times;
        return made_of("picture");
    };
    for (int i = 0; i < 2; ++i) pictures.get(as_jpeg(80), make, [](const Pictures::Made&) {});
    CHECK(times == 1);
    const auto held = pictures.find(as_jpeg(80));
    pictures.forget(as_jpeg(80));
    CHECK(pictures.find(as_jpeg(80)) == nullptr);
    CHECK(held->bytes.flatten() == "picture");
    pictures.get(as_jpeg(80), make, [](const Pictures::Made&) {});
    CHECK(times == 2);
}

TEST_CASE("variants that show the same file have the same key, whatever carries it") {
    Variant both;
    Variant jpeg = both;
    jpeg.format = Format::jpeg;
    CHECK(picture_key(both) == picture_key(jpeg));
    for (const Container container : {Container::mjpeg, Container::ws, Container::frame}) {
        Variant other = jpeg;
        other.container = container;
        CHECK(picture_key(other) == picture_key(jpeg));
    }
    CHECK(picture_key(as_jpeg(80)) != picture_key(as_jpeg(81)));
    Variant png = as_jpeg(80);
    png.format = Format::png;
    Variant other_png = as_jpeg(81);
    other_png.format = Format::png;
    CHECK(picture_key(png) == picture_key(other_png));
    other_png.look.exposure_millistops = 1000;
    CHECK(picture_key(png) != picture_key(other_png));
    other_png = png;
    other_png.render_pass = 3;
    CHECK(picture_key(png) != picture_key(other_png));
    other_png = png;
    other_png.max_width = 10;
    CHECK(picture_key(png) != picture_key(other_png));
}

TEST_CASE("a frame's picture is encoded once, counted, and of the size that was asked for") {
    auto frame = std::make_shared<Frame>();
    frame->images.push_back(picture(kKinds[0], 8, 4));
    FrameStats stats;
    PictureBudget budget;
    Variant variant = as_jpeg(90);
    variant.max_width = 4;
    for (int i = 0; i < 2; ++i) {
        with_picture(frame, frame->images.front(), variant, {stats, budget}, [](const Pictures::Made& made) {
            REQUIRE(made);
            CHECK((*made)->size.width == 4);
            CHECK((*made)->size.height == 2);
            CHECK_FALSE((*made)->bytes.empty());
        });
    }
    CHECK(stats.pictures == 1);
    CHECK(budget.bytes() > 0);
}

}  // namespace
}  // namespace octane::frames
