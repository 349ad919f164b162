#include "frames/picture_places.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "variants.hpp"

namespace octane::frames {
namespace {

using tests::as;

TEST_CASE("there is room for so many pictures, and always for one that is being made") {
    PicturePlaces places;
    std::vector<PicturePlace> taken;
    Variant variant = as(Format::jpeg);
    for (std::size_t i = 1; i <= PicturePlaces::kMost; ++i) {
        variant.quality = static_cast<int>(i);
        taken.push_back(places.take(variant, "").value());
    }
    CHECK(places.take(variant, ""));
    CHECK_FALSE(places.take(as(Format::png), ""));
    variant.container = Container::ws;
    const auto on_socket = places.take(variant, "");
    CHECK(on_socket);  // the picture is made already
    taken.pop_back();
    CHECK_FALSE(places.take(as(Format::png), ""));
    taken.pop_back();
    CHECK(places.take(as(Format::png), ""));
}

TEST_CASE("what a viewer gets who asks for nothing in particular always has room, and takes none from others") {
    PicturePlaces places;
    std::vector<PicturePlace> taken{places.take(as(Format::jpeg), "").value()};
    Variant variant = as(Format::jpeg);
    for (variant.max_width = 1; variant.max_width <= PicturePlaces::kMost; ++variant.max_width)
        taken.push_back(places.take(variant, "").value());
    CHECK_FALSE(places.take(variant, ""));
    for (const auto format : {Format::both, Format::raw, Format::jpeg}) CHECK(places.take(as(format), ""));
    Variant raw = as(Format::raw);
    raw.container = Container::callbacks;
    CHECK(places.take(drop_unused_options(raw), ""));
    CHECK_FALSE(places.take(as(Format::png), ""));
}

TEST_CASE("each form of a variant needs room of its own") {
    PicturePlaces places;
    std::vector<PicturePlace> taken;
    Variant variant = as(Format::jpeg);
    variant.motion = MotionForm{4, 1};
    variant.last = LastForm{};
    for (variant.quality = 1; variant.quality <= static_cast<int>(PicturePlaces::kMost) - 3; ++variant.quality)
        taken.push_back(places.take(variant, "").value());  // motion and final are the same for all of them
    CHECK(places.take(variant, ""));
    variant.motion->quality = 2;
    CHECK_FALSE(places.take(variant, ""));
    variant.motion.reset();
    taken.push_back(places.take(variant, "").value());
    CHECK_FALSE(places.take(as(Format::webp), ""));
    CHECK(places.take(as(Format::png), ""));  // as the final form is
    taken.clear();
    CHECK(places.take(as(Format::webp), ""));
}

TEST_CASE("one client gets its share and leaves the rest to others; what it has already costs nothing more") {
    PicturePlaces places;
    std::vector<PicturePlace> taken;
    Variant variant = as(Format::jpeg);
    for (variant.max_width = 1; variant.max_width <= PicturePlaces::kMostOfOneClient; ++variant.max_width)
        taken.push_back(places.take(variant, "10.0.0.1").value());
    const auto refused = places.take(variant, "10.0.0.1");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == base::ErrorCode::too_many_variants);
    CHECK(refused.error().message.starts_with("frames are made for one client in 16 different forms at most"));
    CHECK(places.take(as(Format::jpeg), "10.0.0.1"));
    const auto of_another = places.take(variant, "10.0.0.2");
    CHECK(of_another);
    CHECK_FALSE(places.take(variant, "10.0.0.1"));  // made already, but not its own
    --variant.max_width;
    const auto again = places.take(variant, "10.0.0.1");
    CHECK(again);
    taken.pop_back();
    ++variant.max_width;
    CHECK_FALSE(places.take(variant, "10.0.0.1"));  // it still has the other by the second viewer
    taken.pop_back();
    CHECK(places.take(variant, "10.0.0.1"));
}

TEST_CASE("viewers that come at the same moment cannot take more than there are, and a place outlives the book") {
    std::atomic<std::size_t> granted{0};
    std::vector<PicturePlace> kept(64);
    {
        PicturePlaces places;
        std::vector<std::thread> threads;
        for (std::size_t part = 0; part < 4; ++part) {
            threads.emplace_back([&, part] {
                for (std::size_t i = part; i < kept.size(); i += 4) {
                    Variant variant = as(Format::jpeg);
                    variant.max_width = static_cast<std::uint32_t>(i + 1);
                    auto place = places.take(variant, "");
                    if (!place) continue;
                    kept[i] = *std::move(place);
                    ++granted;
                }
            });
        }
        for (auto& thread : threads) thread.join();
    }
    CHECK(granted == PicturePlaces::kMost);
    kept.clear();
}

}  // namespace
}  // namespace octane::frames
