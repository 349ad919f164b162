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
#include "bench/report.hpp"
#include "frames/event.hpp"
#include "wire/base64.hpp"

namespace {

using octane::bench::Histogram;

octane::frames::Frame make_frame(std::uint32_t width, std::uint32_t height) {
    std::string pixels;
    pixels.reserve(std::size_t{4} * width * height);
    std::uint32_t noise = 1;
    for (std::uint32_t y = 0; y < height; ++y) {
        for (std::uint32_t x = 0; x < width; ++x) {
            noise = noise * 1664525U + 1013904223U;
            const auto grain = static_cast<int>(noise >> 28U);
            const int shade = 40 + static_cast<int>(150.0 * (0.5 + 0.5 * std::sin(x * 0.011) * std::cos(y * 0.017)));
            for (const int offset : {0, 12, 25}) pixels.push_back(static_cast<char>(shade + offset + grain));
            pixels.push_back('\xff');
        }
    }
    octane::frames::RenderImage image;
    image.width = width;
    image.height = height;
    image.pitch = width;
    image.pixels = octane::base::ByteChain::own(std::move(pixels));
    octane::frames::Frame frame;
    frame.seq = 1;
    frame.images.push_back(std::move(image));
    return frame;
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

void time_event(const char* name, unsigned rounds, const octane::frames::Frame& frame, octane::frames::Format format) {
    octane::frames::Variant variant;
    variant.format = format;
    std::size_t bytes = 0;
    time_step(name, rounds, [&] {
        const auto event = make_frame_event(frame, variant);
        if (!event) throw std::runtime_error(event.error().message);
        bytes = event->size();
    });
    octane::bench::report_count((std::string(name) + "_bytes").c_str(), bytes);
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
        const octane::frames::Frame frame = make_frame(width, height);
        std::string text;
        time_step("base64", rounds, [&] {
            text.clear();
            octane::wire::base64_append(text, frame.images.front().pixels);
        });
        time_event("raw_event", rounds, frame, octane::frames::Format::raw);
        time_event("jpeg_event", rounds, frame, octane::frames::Format::jpeg);
        time_event("both_event", rounds, frame, octane::frames::Format::both);
        time_event("webp_event", rounds / 4 + 1, frame, octane::frames::Format::webp);
        time_event("png_event", rounds / 4 + 1, frame, octane::frames::Format::png);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "octane-bench-steps: %s\n", error.what());
        return 1;
    }
}
