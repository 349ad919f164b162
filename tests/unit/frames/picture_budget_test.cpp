#include "frames/picture_budget.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "frames/encode.hpp"
#include "frames/picture.hpp"
#include "pictures.hpp"
#include "variants.hpp"

namespace octane::frames {
namespace {

using tests::as_jpeg;
using tests::kKinds;
using tests::picture;

void keep(PictureBudget& budget, const std::shared_ptr<Pictures>& pictures, int quality, std::size_t size) {
    const auto make = [&]() -> Pictures::Made {
        return std::make_shared<const Picture>(Picture{base::ByteChain::own(std::string(size, 'p')), {}});
    };
    pictures->get(as_jpeg(quality), make, [](const Pictures::Made&) {});
    budget.keep(pictures, as_jpeg(quality), size);
}

bool is_kept(const Pictures& pictures, int quality) {
    return pictures.find(as_jpeg(quality)) != nullptr;
}

TEST_CASE("what is kept of all frames together stays within the budget, and the oldest goes first") {
    PictureBudget budget(100);
    const auto old_frame = no_pictures_yet();
    const auto new_frame = no_pictures_yet();
    keep(budget, old_frame, 1, 40);
    keep(budget, old_frame, 2, 40);
    keep(budget, new_frame, 1, 20);
    CHECK(budget.bytes() == 100);
    CHECK(is_kept(*old_frame, 1));
    keep(budget, new_frame, 2, 1);
    CHECK(budget.bytes() == 61);
    CHECK_FALSE(is_kept(*old_frame, 1));
    CHECK(is_kept(*old_frame, 2));
    CHECK(is_kept(*new_frame, 1));
    CHECK(is_kept(*new_frame, 2));
}

TEST_CASE("a picture larger than the budget is given to who asked and not kept, and neither is anything older") {
    PictureBudget budget(100);
    const auto frame = no_pictures_yet();
    keep(budget, frame, 1, 10);
    keep(budget, frame, 2, 101);
    CHECK(budget.bytes() == 0);
    CHECK_FALSE(is_kept(*frame, 1));
    CHECK_FALSE(is_kept(*frame, 2));
}

TEST_CASE("pictures of a frame that is gone count no more") {
    PictureBudget budget(100);
    auto frame = no_pictures_yet();
    const auto next = no_pictures_yet();
    keep(budget, frame, 1, 90);
    frame.reset();
    CHECK(budget.bytes() == 0);
    keep(budget, next, 1, 50);
    keep(budget, next, 2, 50);
    CHECK(is_kept(*next, 1));
    CHECK(budget.bytes() == 100);
}

// Many requests for pictures of one frame, as `?quality=95&exposure=0.0N` makes them.
TEST_CASE("however many pictures are asked for, no more memory is kept than the budget says") {
    const auto frame = std::make_shared<Frame>();
    frame->images.push_back(picture(kKinds[0], 256, 256));
    FrameStats stats;
    std::size_t one = 0;
    {
        PictureBudget unbounded;
        const auto alone = std::make_shared<Frame>(*frame);
        alone->pictures = no_pictures_yet();
        with_picture(alone, alone->images.front(), as_jpeg(95), {stats, unbounded},
                     [&](const Pictures::Made& made) { one = (*made)->bytes.size(); });
    }
    PictureBudget budget(5 * one);
    Variant variant = as_jpeg(95);
    for (variant.look.exposure_millistops = 1; variant.look.exposure_millistops <= 31; ++variant.look.exposure_millistops) {
        with_picture(frame, frame->images.front(), variant, {stats, budget}, [](const Pictures::Made& made) { REQUIRE(made); });
        CHECK(budget.bytes() <= 5 * one);
    }
    CHECK(budget.bytes() > 3 * one);
    --variant.look.exposure_millistops;
    CHECK(frame->pictures->find(picture_key(variant)) != nullptr);
    variant.look.exposure_millistops = 1;
    CHECK(frame->pictures->find(picture_key(variant)) == nullptr);
}

TEST_CASE("an encoded picture takes no more memory than its file") {
    const RenderImage image = picture(kKinds[0], 512, 512);
    for (const Format format : {Format::jpeg, Format::png, Format::webp, Format::exr}) {
        CAPTURE(static_cast<int>(format));
        const auto file = encode_image(image, format, 95, {512, 512});
        REQUIRE(file);
        CHECK(file->capacity() <= file->size() + 16384);
    }
}

}  // namespace
}  // namespace octane::frames
