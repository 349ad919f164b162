// Stand-in renderer: pattern mode.
#include "standin/pattern.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

#include "standin/half.hpp"

namespace octane::standin {
namespace {

constexpr std::uint32_t kMostSteps = 8;
constexpr std::size_t kPreparedBytes = std::size_t{256} << 20;
constexpr std::uint64_t kFramesPerLevel = 1000;
constexpr auto kFloodPause = std::chrono::microseconds(500);

// Stripes of five alphas from nothing to all.
float alpha_at(const Picture& p, std::uint32_t x) {
    return p.has_alpha ? static_cast<float>(x / 4 % 5) * 0.25F : 1.0F;
}

double linear_of_srgb(double v) {
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}
double srgb_of_linear(double v) {
    return v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1 / 2.4) - 0.055;
}

float multiplied(const Picture& p, float value, float alpha) {
    if (!p.has_alpha || p.premultiplied == PremultipliedAlpha::none) return value;
    if (p.premultiplied == PremultipliedAlpha::encoded || is_linear(p)) return value * alpha;
    return static_cast<float>(srgb_of_linear(linear_of_srgb(value) * alpha));
}

template <class Channel, class Convert>
void fill(std::uint8_t* out, const Picture& p, std::uint32_t step, int channels, Convert convert) {
    auto* channel = reinterpret_cast<Channel*>(out);
    const std::uint32_t bar = (step * p.width / kMostSteps + static_cast<std::uint32_t>(p.render_pass) * 16) % p.width;
    for (std::uint32_t y = 0; y < p.height; ++y) {
        Channel* row = channel + static_cast<std::size_t>(y) * p.pitch * static_cast<std::size_t>(channels);
        for (std::uint32_t x = 0; x < p.width; ++x) {
            const float across = static_cast<float>(x) / static_cast<float>(p.width);
            const float down = static_cast<float>(y) / static_cast<float>(p.height);
            const bool is_bar = x >= bar && x < bar + std::max(1U, p.width / 32);
            const float red = is_bar ? 1.0F : across;
            const float alpha = alpha_at(p, x);
            const auto put = [&](float value) { *row++ = convert(multiplied(p, value, alpha)); };
            put(red);
            if (channels == 4) {
                put(is_bar ? 1.0F : down);
                put(static_cast<float>(((x >> 5) ^ (y >> 5)) & 1U) * 0.5F);
            }
            *row++ = convert(alpha);
        }
    }
}

}  // namespace

Picture make_pattern_picture(ImageType type, std::uint32_t width, std::uint32_t height, std::uint32_t pitch, int pass,
                             std::uint32_t step, const PatternOptions& options) {
    Picture p;
    p.type = type;
    p.width = width;
    p.height = height;
    p.pitch = pitch;
    p.render_pass = pass;
    p.has_alpha = options.alpha.has_value();
    p.pixels = grpc::Slice(static_cast<std::size_t>(pitch) * height * bytes_per_pixel(type));
    p.premultiplied = options.alpha.value_or(PremultipliedAlpha::linearized);
    p.keeps_environment = options.keeps_environment;
    p.color_space = options.color_space;
    p.has_pass_id = options.has_pass_ids;
    auto* out = const_cast<std::uint8_t*>(p.pixels.begin());
    std::memset(out, 0xA5, p.pixels.size());  // what stands in the padding
    const auto to_byte = [](float v) { return static_cast<std::uint8_t>(v * 255.0F + 0.5F); };
    const auto same = [](float v) { return v; };
    switch (type) {
        case ImageType::ldr_rgba: fill<std::uint8_t>(out, p, step, 4, to_byte); break;
        case ImageType::ldr_mono_alpha: fill<std::uint8_t>(out, p, step, 2, to_byte); break;
        case ImageType::hdr_rgba: fill<float>(out, p, step, 4, same); break;
        case ImageType::hdr_mono_alpha: fill<float>(out, p, step, 2, same); break;
        case ImageType::half_rgba: fill<std::uint16_t>(out, p, step, 4, half_from_float); break;
        case ImageType::half_mono_alpha: fill<std::uint16_t>(out, p, step, 2, half_from_float); break;
    }
    return p;
}

std::uint64_t pattern_user_data(std::uint64_t unix_microseconds, std::uint64_t number) {
    return (unix_microseconds & ((std::uint64_t{1} << 44) - 1)) << 20 | (number & ((std::uint64_t{1} << 20) - 1));
}

Pattern::Pattern(const Options& options, Publisher& publisher, const StreamHub& hub)
    : options_(options), publisher_(publisher), hub_(hub) {
    if (!options.pattern.is_on) return;
    const auto& pattern = options.pattern;
    const std::uint32_t pitch = pattern.is_padded ? (options.width + 63) / 64 * 64 + 64 : options.width;
    const std::size_t bytes = std::size_t{pitch} * options.height * bytes_per_pixel(pattern.type) * pattern.passes;
    const auto steps =
        static_cast<std::uint32_t>(std::clamp<std::size_t>(kPreparedBytes / std::max<std::size_t>(bytes, 1), 1, kMostSteps));
    for (std::uint32_t step = 0; step < steps; ++step) {
        auto& pictures = prepared_.emplace_back();
        for (std::uint32_t pass = 0; pass < pattern.passes; ++pass)
            pictures.push_back(
                make_pattern_picture(pattern.type, options.width, options.height, pitch, static_cast<int>(pass), step, pattern));
    }
}

Pattern::~Pattern() {
    stop();
}

void Pattern::start() {
    if (options_.pattern.is_on && (options_.pattern.fps > 0 || options_.pattern.floods)) thread_ = std::thread([this] { run(); });
}

void Pattern::stop() {
    {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Pattern::send_one() {
    if (prepared_.empty()) return;
    const std::lock_guard lock(sending_);
    const std::uint64_t shown = options_.pattern.repeats ? sent_ / 2 : sent_;  // a repeat has the metadata of the frame before
    Frame frame;
    frame.facts.samples = static_cast<float>(1 + shown % kFramesPerLevel);
    frame.facts.max_samples = static_cast<float>(kFramesPerLevel);
    frame.facts.samples_per_second = static_cast<float>(options_.pattern.fps * options_.width * options_.height);
    frame.facts.render_time =
        static_cast<float>(static_cast<double>(shown % kFramesPerLevel) / std::max(options_.pattern.fps, 1.0));
    frame.facts.change_level = 1 + shown / kFramesPerLevel;
    frame.facts.has_pending_updates = options_.has_pending_updates && shown % 2 == 0;
    frame.pictures = prepared_[shown % prepared_.size()];
    ++sent_;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    frame.user_data =
        pattern_user_data(static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count()), sent_);
    publisher_.publish(std::move(frame));
}

void Pattern::run() {
    const auto& pattern = options_.pattern;
    using Clock = std::chrono::steady_clock;
    const auto interval = pattern.floods
                              ? Clock::duration(kFloodPause)
                              : std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1.0 / pattern.fps));
    auto next = Clock::now();
    std::unique_lock lock(mutex_);
    for (std::uint64_t count = 0; pattern.frames == 0 || count < pattern.frames; ++count) {
        next += interval;
        const auto now = Clock::now();
        if (now - next > interval) next = now;  // late by more than a frame: go on from here, never in a burst
        if (!pattern.floods || !hub_.has_idle_subscriber()) changed_.wait_until(lock, next, [this] { return is_stopped_; });
        if (is_stopped_) return;
        lock.unlock();
        send_one();
        lock.lock();
    }
}

}  // namespace octane::standin
