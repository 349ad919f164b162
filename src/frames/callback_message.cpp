#include "frames/callback_message.hpp"

#include <google/protobuf/descriptor.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "schema/schema.hpp"
#include "wire/base64.hpp"
#include "wire/json_text.hpp"

namespace octane::frames {
namespace {

void append_key(std::string& out, std::string_view name) {
    out += ",\"";
    out += name;
    out += "\":";
}

void append_callback_member(std::string& out, std::string_view name, float value) {
    append_key(out, name);
    wire::append_json_number(out, value);
}

void append_callback_member(std::string& out, std::string_view name, std::uint64_t value) {
    append_key(out, name);
    wire::append_json_number(out, value);
}

void append_callback_member(std::string& out, std::string_view name, bool value) {
    append_key(out, name);
    out += value ? "true" : "false";
}

// By name where every known release gives the number the same one; a frame does not say which release it is of.
void append_enum(std::string& out, std::string_view name, const char* type, std::int32_t number) {
    append_key(out, name);
    const std::string* word = nullptr;
    for (const auto& schema : schema::builtin_schemas()) {
        const auto* found = schema->pool().FindEnumTypeByName(type);
        const auto* value = found != nullptr ? found->FindValueByNumber(number) : nullptr;
        if (value == nullptr || (word != nullptr && *word != value->name())) {
            wire::append_json_number(out, std::int64_t{number});
            return;
        }
        word = &value->name();
    }
    if (word != nullptr) {
        wire::append_json_string(out, *word);
    } else {
        wire::append_json_number(out, std::int64_t{number});
    }
}

void append_image(std::string& out, const RenderImage& image) {
    out += "{\"isLinear\":";
    out += image.is_linear ? "true" : "false";
    append_enum(out, "type", "octaneapi.ImageType", static_cast<std::int32_t>(image.type));
    append_enum(out, "colorSpace", "octaneapi.NamedColorSpace", image.color_space);
    out +=
        ",\"sharedSurface\":null,\"size\":{\"x\":" + std::to_string(image.width) + ",\"y\":" + std::to_string(image.height) + '}';
    append_callback_member(out, "pitch", std::uint64_t{image.pitch});
    append_enum(out, "renderPassId", "octaneapi.RenderPassId", image.render_pass_id);
    append_callback_member(out, "tonemappedSamplesPerPixel", image.tonemapped_samples);
    append_callback_member(out, "calculatedSamplesPerPixel", image.calculated_samples);
    append_callback_member(out, "regionSamplesPerPixel", image.region_samples);
    append_callback_member(out, "maxSamplesPerPixel", image.max_samples);
    append_callback_member(out, "samplesPerSecond", image.samples_per_second);
    append_callback_member(out, "renderTime", image.render_time);
    out += ",\"changeLevel\":{\"value\":\"" + std::to_string(image.change_level) + "\"}";
    append_callback_member(out, "hasPendingUpdates", image.has_pending_updates);
    append_enum(out, "subSampling", "octaneapi.SubSampleMode", image.sub_sampling);
    append_callback_member(out, "hasAlpha", image.has_alpha);
    append_enum(out, "premultipliedAlphaType", "octaneapi.PremultipliedAlphaType", image.premultiplied_alpha_type);
    append_callback_member(out, "keepEnvironment", image.keeps_environment);
    out += ",\"buffer\":{\"size\":" + std::to_string(image.pixels.size()) + ",\"data\":\"";
    wire::base64_append(out, image.pixels);
    out += "\"}}";
}

void append_milliseconds(std::string& out, std::chrono::system_clock::time_point time) {
    append_key(out, "timestamp");
    out += std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

}  // namespace

base::ByteChain make_callback_text(const Frame& frame) {
    constexpr std::size_t kFacts = 1024;  // bytes that the facts of one image take, and more
    std::size_t size = kFacts;
    for (const auto& image : frame.images) size += kFacts + wire::base64_size(image.pixels.size());
    std::string text;
    text.reserve(size);
    text += R"(,"data":{"callback_source":"grpc","callback_id":)" + std::to_string(frame.callback_id) + R"(,"user_data":")" +
            std::to_string(frame.user_data) + R"(","render_images":{"data":[)";
    for (const auto& image : frame.images) {
        if (&image != &frame.images.front()) text += ',';
        append_image(text, image);
    }
    text += "]}}";
    append_milliseconds(text, frame.received);
    text += '}';
    return base::ByteChain::own(std::move(text));
}

std::string make_callback_header(const Frame& frame, const RenderImage& image) {
    std::string json = ",\"width\":" + std::to_string(image.width) + ",\"height\":" + std::to_string(image.height);
    append_enum(json, "format", "octaneapi.ImageType", static_cast<std::int32_t>(image.type));
    append_callback_member(json, "pitch", std::uint64_t{image.pitch});
    append_callback_member(json, "tonemappedSamplesPerPixel", image.tonemapped_samples);
    append_callback_member(json, "renderTime", image.render_time);
    append_callback_member(json, "pixelSize", std::uint64_t{image.pixels.size()});
    json += ",\"sharedSurface\":null";
    append_milliseconds(json, frame.received);
    json += '}';
    return json;
}

}  // namespace octane::frames
