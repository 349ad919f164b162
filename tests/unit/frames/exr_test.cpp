#include "frames/exr.hpp"

#include <ImathBox.h>
#include <ImfChannelList.h>
#include <ImfFrameBuffer.h>
#include <ImfHeader.h>
#include <ImfIO.h>
#include <ImfInputFile.h>
#include <ImfIntAttribute.h>
#include <ImfStandardAttributes.h>
#include <doctest/doctest.h>
#include <half.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "pictures.hpp"

namespace octane::frames {
namespace {

using tests::kEveryRows;
using tests::Kind;
using tests::kKinds;
using tests::picture;

class Memory : public Imf::IStream {
  public:
    explicit Memory(const std::string& bytes) : Imf::IStream("test"), bytes_(bytes) {}
    bool read(char to[], int count) override {
        REQUIRE(place_ + static_cast<std::size_t>(count) <= bytes_.size());
        std::memcpy(to, bytes_.data() + place_, static_cast<std::size_t>(count));
        place_ += static_cast<std::size_t>(count);
        return place_ < bytes_.size();
    }
    std::uint64_t tellg() override { return place_; }
    void seekg(std::uint64_t place) override { place_ = place; }

  private:
    const std::string& bytes_;
    std::size_t place_ = 0;
};

const char* names_of(const Kind& kind) {
    return kind.channels == 4 ? "RGBA" : kind.channels == 2 ? "YA" : "Y";
}

// The file's values in the order of the picture's channels, each as wide as the file has it.
std::string values_of(const std::string& file, const Kind& kind, Imf::PixelType type) {
    Memory memory(file);
    Imf::InputFile input(memory);
    const auto window = input.header().dataWindow();
    const auto width = static_cast<std::size_t>(window.max.x + 1);
    const auto height = static_cast<std::size_t>(window.max.y + 1);
    const std::size_t bytes = type == Imf::FLOAT ? 4 : 2;
    std::string values(width * height * kind.channels * bytes, '\0');
    Imf::FrameBuffer buffer;
    std::size_t place = 0;
    for (const char* name = names_of(kind); *name != '\0'; ++name, place += bytes) {
        const auto* channel = input.header().channels().findChannel(std::string(1, *name));
        REQUIRE(channel != nullptr);
        REQUIRE(channel->type == type);
        buffer.insert(std::string(1, *name),
                      Imf::Slice(type, values.data() + place, kind.channels * bytes, width * kind.channels * bytes));
    }
    input.setFrameBuffer(buffer);
    input.readPixels(window.min.y, window.max.y);
    return values;
}

std::string file_of(const RenderImage& image) {
    const auto file = encode_exr(image);
    REQUIRE(file);
    return *file;
}

TEST_CASE("floats and halves of every type are kept bit for bit, however their rows lie and whatever they hold") {
    for (const auto& kind : kKinds) {
        if (kind.channel_bytes == 1) continue;
        for (const auto rows : kEveryRows) {
            CAPTURE(kind.name);
            CAPTURE(static_cast<int>(rows));
            RenderImage image = picture(kind, 13, 7, rows);
            const std::string tight = picture(kind, 13, 7).pixels.flatten();
            const auto type = kind.channel_bytes == 4 ? Imf::FLOAT : Imf::HALF;
            CHECK(values_of(file_of(image), kind, type) == tight);
            image.pixels = tests::scattered(image.pixels.flatten(), 17);
            CHECK(values_of(file_of(image), kind, type) == tight);
        }
    }
    const Kind& grey = kKinds[3];
    RenderImage odd;
    odd.type = grey.type;
    odd.width = 4;
    odd.height = 1;
    const float values[] = {-0.0F, 1e30F, INFINITY, 1e-40F};
    odd.pixels = base::ByteChain::own(std::string(reinterpret_cast<const char*>(values), sizeof values));
    CHECK(values_of(file_of(odd), grey, Imf::FLOAT) == odd.pixels.flatten());
}

double light(double v) {
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

// The first pixel of bytes as linear halves.
std::vector<float> halves_of(const RenderImage& image) {
    const Kind& kind = kKinds[0];
    const std::string values = values_of(file_of(image), kind, Imf::HALF);
    std::vector<float> pixel;
    for (std::size_t i = 0; i < 4; ++i) {
        Imath::half half;
        std::memcpy(&half, values.data() + 2 * i, 2);
        pixel.push_back(half);
    }
    return pixel;
}

RenderImage byte_pixel(std::int32_t multiplied, bool has_alpha) {
    RenderImage image;
    image.width = image.height = 1;
    image.has_alpha = has_alpha;
    image.premultiplied_alpha_type = multiplied;
    image.pixels = base::ByteChain::own(std::string("\x80\x40\xC8\x80", 4));
    return image;
}

TEST_CASE("bytes become linear halves, multiplied by alpha in linear light") {
    const double alpha = 128 / 255.0;
    const auto is_near = [](double a, double b) { return std::abs(a - b) <= 0.001; };
    for (const std::int32_t multiplied : {0, 1, 2}) {
        CAPTURE(multiplied);
        const auto pixel = halves_of(byte_pixel(multiplied, true));
        for (const auto& [place, byte] : {std::pair(0U, 128), std::pair(1U, 64), std::pair(2U, 200)}) {
            const double value = byte / 255.0;
            const double should = multiplied == 0   ? light(value) * alpha
                                  : multiplied == 1 ? light(value)
                                                    : light(value / alpha) * alpha;
            CHECK(is_near(pixel[place], should));
        }
        CHECK(is_near(pixel[3], alpha));
    }
    const auto opaque = halves_of(byte_pixel(0, false));
    CHECK(is_near(opaque[0], light(128 / 255.0)));
    RenderImage linear = byte_pixel(0, false);
    linear.is_linear = true;
    CHECK(is_near(halves_of(linear)[0], 128 / 255.0));
}

TEST_CASE("the file says what its values are") {
    RenderImage image = picture(kKinds[2], 5, 3);
    image.color_space = 4;
    image.is_linear = true;
    image.premultiplied_alpha_type = 1;
    const std::string file = file_of(image);
    Memory memory(file);
    Imf::InputFile input(memory);
    const auto& header = input.header();
    CHECK(header.dataWindow().max.x == 4);
    CHECK(header.dataWindow().max.y == 2);
    CHECK(header.compression() == Imf::NO_COMPRESSION);
    CHECK(header.typedAttribute<Imf::IntAttribute>("isLinear").value() == 1);
    CHECK(header.typedAttribute<Imf::IntAttribute>("colorSpace").value() == 4);
    CHECK(header.typedAttribute<Imf::IntAttribute>("premultipliedAlphaType").value() == 1);
    REQUIRE(Imf::hasChromaticities(header));
    CHECK(Imf::chromaticities(header).red.x == doctest::Approx(0.713F));
}

TEST_CASE("a buffer of the wrong size is refused before a byte is read") {
    for (const auto& kind : kKinds) {
        RenderImage image = picture(kind, 5, 4);
        image.height = 5;
        const auto file = encode_exr(image);
        REQUIRE_FALSE(file);
        CHECK(file.error().code == base::ErrorCode::bad_answer);
    }
}

}  // namespace
}  // namespace octane::frames
