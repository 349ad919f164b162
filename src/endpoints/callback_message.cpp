#include "endpoints/callback_message.hpp"

#include <google/protobuf/descriptor.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <variant>

#include "livelink/builtin_schemas.hpp"
#include "schema/schema.hpp"
#include "wire/base64.hpp"
#include "wire/json_text.hpp"

namespace octane::endpoints {
namespace {

using frames::ControlEvent;
using frames::EncodedFrame;
using frames::RenderImage;

void append_key(std::string& out, std::string_view name) {
    out += ",\"";
    out += name;
    out += "\":";
}

void append_member(std::string& out, std::string_view name, float value) {
    append_key(out, name);
    wire::append_json_number(out, value);
}

void append_member(std::string& out, std::string_view name, std::uint64_t value) {
    append_key(out, name);
    wire::append_json_number(out, value);
}

void append_member(std::string& out, std::string_view name, bool value) {
    append_key(out, name);
    out += value ? "true" : "false";
}

// By name where every known release gives the number the same one; a frame does not say which release it is of.
void append_enum(std::string& out, std::string_view name, const char* type, std::int32_t number) {
    append_key(out, name);
    const std::string* word = nullptr;
    for (const auto& schema : livelink::builtin_schemas()) {
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
    append_member(out, "pitch", std::uint64_t{image.pitch});
    append_enum(out, "renderPassId", "octaneapi.RenderPassId", image.render_pass_id);
    append_member(out, "tonemappedSamplesPerPixel", image.tonemapped_samples);
    append_member(out, "calculatedSamplesPerPixel", image.calculated_samples);
    append_member(out, "regionSamplesPerPixel", image.region_samples);
    append_member(out, "maxSamplesPerPixel", image.max_samples);
    append_member(out, "samplesPerSecond", image.samples_per_second);
    append_member(out, "renderTime", image.render_time);
    out += ",\"changeLevel\":{\"value\":\"" + std::to_string(image.change_level) + "\"}";
    append_member(out, "hasPendingUpdates", image.has_pending_updates);
    append_enum(out, "subSampling", "octaneapi.SubSampleMode", image.sub_sampling);
    append_member(out, "hasAlpha", image.has_alpha);
    append_enum(out, "premultipliedAlphaType", "octaneapi.PremultipliedAlphaType", image.premultiplied_alpha_type);
    append_member(out, "keepEnvironment", image.keeps_environment);
    out += ",\"buffer\":{\"size\":" + std::to_string(image.pixels.size()) + ",\"data\":\"";
    wire::base64_append(out, image.pixels);
    out += "\"}}";
}

std::string milliseconds(std::chrono::system_clock::time_point time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

std::string make_text(const EncodedFrame& frame) {
    constexpr std::size_t kFacts = 1024;  // bytes that the facts of one image take, and more
    std::size_t size = kFacts;
    for (const auto& image : frame.buffers) size += kFacts + wire::base64_size(image.pixels.size());
    std::string text;
    text.reserve(size);
    text += R"(,"data":{"callback_source":"grpc","callback_id":)" + std::to_string(frame.facts.callback_id) +
            R"(,"user_data":")" + std::to_string(frame.facts.user_data) + R"(","render_images":{"data":[)";
    for (const auto& image : frame.buffers) {
        if (&image != &frame.buffers.front()) text += ',';
        append_image(text, image);
    }
    text += R"(]}},"timestamp":)" + milliseconds(frame.facts.received) + '}';
    return text;
}

std::string make_header(const EncodedFrame& frame) {
    const frames::ImageFacts& image = frame.facts.image;
    std::string json = ",\"width\":" + std::to_string(image.width) + ",\"height\":" + std::to_string(image.height);
    append_enum(json, "format", "octaneapi.ImageType", static_cast<std::int32_t>(image.type));
    append_member(json, "pitch", std::uint64_t{image.pitch});
    append_member(json, "tonemappedSamplesPerPixel", image.tonemapped_samples);
    append_member(json, "renderTime", image.render_time);
    append_member(json, "pixelSize", std::uint64_t{frame.bytes.size()});
    json += R"(,"sharedSurface":null,"timestamp":)" + milliseconds(frame.facts.received) + '}';
    return json;
}

// The members in the order of their names, as they have always been sent.
std::string spell_news(const char* type, const frames::CallbackOrigin& origin, std::chrono::system_clock::time_point time) {
    const std::string id = std::to_string(origin.callback_id);
    const std::string user_data = std::to_string(origin.user_data);
    const std::string ids = R"("callbackId":)" + id + R"(,"callback_id":)" + id;
    const double seconds =
        std::chrono::duration<double>(std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch())).count();
    return '{' + ids + R"(,"data":{)" + ids + R"(,"timestamp":)" + nlohmann::json(seconds).dump() + R"(,"user_data":)" +
           user_data + R"(},"timestamp":)" + milliseconds(time) + R"(,"type":")" + type + R"(","user_data":)" + user_data + '}';
}

}  // namespace

frames::WrappedFrame wrap_for_viewers(const EncodedFrame& frame, frames::Container container) {
    if (container == frames::Container::callbacks_binary) return frames::wrap_message(frame, make_header(frame), frame.bytes);
    if (container != frames::Container::callbacks) return frames::wrap_frame(frame, container);
    frames::WrappedFrame made(frame);
    made.head = frames::HeadKind::text;
    made.bytes = base::ByteChain::own(make_text(frame));
    return made;
}

bool is_callback_event(const ControlEvent& event) {
    return frames::is_event<frames::RenderFailure>(event) || frames::is_event<frames::ProjectChanged>(event) ||
           frames::is_event<frames::Pong>(event) || frames::is_event<frames::StatisticsAnswer>(event);
}

std::string spell_callback_event(const ControlEvent& event) {
    if (const auto* failure = std::get_if<frames::RenderFailure>(&event.what))
        return spell_news("renderFailure", failure->origin, event.time);
    if (const auto* change = std::get_if<frames::ProjectChanged>(&event.what))
        return spell_news("projectManagerChanged", change->origin, event.time);
    if (const auto* answer = std::get_if<frames::StatisticsAnswer>(&event.what))
        return R"({"type":"newStatistics","data":)" + answer->json + R"(,"timestamp":)" + milliseconds(event.time) + '}';
    return R"({"type":"pong","timestamp":)" + milliseconds(event.time) + '}';
}

}  // namespace octane::endpoints
