// Tool: bench. octane-bench-steps: what one frame costs to turn into an event, per format, on one core. These are the proxy's own
// functions; the picture is made up: smooth with some noise, as a render has.
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

#include "bench/histogram.hpp"
#include "bench/net.hpp"
#include "bench/publish.hpp"
#include "bench/report.hpp"
#include "frames/containers.hpp"
#include "frames/picture.hpp"
#include "wire/base64.hpp"

namespace {

using octane::bench::Histogram;

namespace frames = octane::frames;

// Bytes of the kind that Octane sends by default, or linear floats.
frames::RenderImage make_image(std::uint32_t width, std::uint32_t height, bool is_float) {
    std::string pixels;
    pixels.reserve(std::size_t{is_float ? 16U : 4U} * width * height);
    const auto put = [&](int shade) {
        if (!is_float) {
            pixels.push_back(static_cast<char>(shade));
            return;
        }
        const float light = static_cast<float>(shade) / 255.0F;
        pixels.append(reinterpret_cast<const char*>(&light), sizeof light);
    };
    std::uint32_t noise = 1;
    for (std::uint32_t y = 0; y < height; ++y) {
        for (std::uint32_t x = 0; x < width; ++x) {
            noise = noise * 1664525U + 1013904223U;
            const auto grain = static_cast<int>(noise >> 28U);
            const int shade = 40 + static_cast<int>(150.0 * (0.5 + 0.5 * std::sin(x * 0.011) * std::cos(y * 0.017)));
            for (const int offset : {0, 12, 25}) put(shade + offset + grain);
            put(255);
        }
    }
    frames::RenderImage image;
    image.type = is_float ? frames::ImageType::hdr_rgba : frames::ImageType::ldr_rgba;
    image.is_linear = is_float;
    image.width = width;
    image.height = height;
    image.pitch = width;
    image.pixels = octane::base::ByteChain::own(std::move(pixels));
    return image;
}

// Median and slowest of `rounds` runs, after three that are not counted.
template <class Step>
void time_step(const char* name, unsigned rounds, Step&& step) {
    Histogram durations;
    for (unsigned i = 0; i < rounds + 3; ++i) {
        const std::int64_t begin = octane::bench::steady_ns();
        step();
        if (i >= 3) durations.add(static_cast<std::uint64_t>(octane::bench::steady_ns() - begin));
    }
    octane::bench::report((std::string(name) + "_p50_ms").c_str(), durations.quantile(0.5) * 1e-6);
    octane::bench::report((std::string(name) + "_p99_ms").c_str(), durations.quantile(0.99) * 1e-6);
}

// A frame from its image to the bytes that viewers share; the picture is made anew each time.
octane::base::ByteChain make_event(const frames::RenderImage& image, const frames::Variant& variant,
                                   const frames::PictureMaker& maker) {
    auto frame = std::make_shared<frames::Frame>();
    frame->seq = 1;
    frame->images.push_back(image);
    const frames::RenderImage& shown = frame->images.front();
    std::shared_ptr<const frames::Picture> picture;
    if (frames::shows_picture(variant)) {
        frames::with_picture(frame, shown, variant, maker, [&](const frames::Pictures::Made& made) {
            if (!made) throw std::runtime_error(made.error().message);
            picture = *made;
        });
    }
    return frames::wrap_frame(frames::make_encoded_frame(*frame, shown, variant, picture.get()), variant.container).bytes;
}

void time_event(const std::string& name, unsigned rounds, const frames::RenderImage& image, const frames::Variant& variant) {
    frames::FrameStats stats;
    frames::PictureBudget budget;
    std::size_t bytes = 0;
    time_step(name.c_str(), rounds, [&] { bytes = make_event(image, variant, {stats, budget}).size(); });
    octane::bench::report_count((name + "_bytes").c_str(), bytes);
}

frames::Variant as(frames::Format format, std::uint32_t max_width = 0) {
    frames::Variant variant;
    variant.format = format;
    variant.max_width = max_width;
    return variant;
}

void time_formats(const std::string& kind, unsigned rounds, const frames::RenderImage& image) {
    time_event(kind + "raw_event", rounds, image, as(frames::Format::raw));
    time_event(kind + "jpeg_event", rounds, image, as(frames::Format::jpeg));
    time_event(kind + "jpeg_half_size_event", rounds, image, as(frames::Format::jpeg, (image.width + 1) / 2));
    time_event(kind + "both_event", rounds, image, as(frames::Format::both));
    time_event(kind + "webp_event", rounds / 4 + 1, image, as(frames::Format::webp));
    time_event(kind + "png_event", rounds / 4 + 1, image, as(frames::Format::png));
    time_event(kind + "exr_event", rounds / 4 + 1, image, as(frames::Format::exr));
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("What one frame costs to turn into an event", "octane-bench-steps");
    std::uint32_t width = 1024;
    std::uint32_t height = 512;
    unsigned rounds = 40;
    app.add_option("--width", width)->check(CLI::Range(1, 16384))->capture_default_str();
    app.add_option("--height", height)->check(CLI::Range(1, 16384))->capture_default_str();
    app.add_option("--rounds", rounds)->check(CLI::Range(1, 10000))->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        const frames::RenderImage bytes = make_image(width, height, false);
        std::string text;
        time_step("base64", rounds, [&] {
            text.clear();
            octane::wire::base64_append(text, bytes.pixels);
        });
        const octane::bench::Histogram published = octane::bench::time_publishing(32, 5 * rounds);
        octane::bench::report("publish_32_p50_ms", published.quantile(0.5) * 1e-6);
        time_formats("", rounds, bytes);
        time_formats("hdr_", rounds, make_image(width, height, true));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "octane-bench-steps: %s\n", error.what());
        return 1;
    }
}
