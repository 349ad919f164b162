#include "frames/containers.hpp"

#include <cassert>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "frames/callback_message.hpp"
#include "frames/event.hpp"

namespace octane::frames {
namespace {

// The payload stays where it is, with a text before and one after it.
base::ByteChain with_payload(std::string before, const base::ByteChain& payload, std::string after) {
    struct Owner {
        std::string before;
        base::ByteChain payload;
        std::string after;
    };
    auto owner = std::make_shared<const Owner>(Owner{std::move(before), payload, std::move(after)});
    std::vector<std::string_view> segments;
    if (!owner->before.empty()) segments.emplace_back(owner->before);
    segments.insert(segments.end(), payload.segments().begin(), payload.segments().end());
    if (!owner->after.empty()) segments.emplace_back(owner->after);
    return {std::move(segments), std::move(owner)};
}

std::string make_message_header(const Frame& frame, const RenderImage& image, const Variant& variant, const Picture* picture,
                                Form form) {
    const PictureSize size = picture != nullptr ? picture->size : PictureSize{image.width, image.height};
    std::string json = frame_facts(frame, size) + form_fact(form);
    if (picture != nullptr) append_picture_facts(json, image);
    json += ",\"format\":\"";
    json += kFormatNames[static_cast<std::size_t>(variant.format)];
    json += "\",\"mime\":\"";
    json += picture != nullptr ? mime_of(variant.format) : "application/octet-stream";
    json += "\",\"payloadSize\":" + std::to_string(picture != nullptr ? picture->bytes.size() : image.pixels.size());
    if (picture == nullptr) {
        json += ",\"render_images\":{\"data\":[";
        append_image_facts(json, 0, image);
        json += "}}]}";
    }
    json += '}';
    return json;
}

// Little-endian, whatever the machine.
std::string four_bytes(std::size_t number) {
    std::string bytes(4, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(number >> (8 * i) & 0xFFU);
    return bytes;
}

}  // namespace

std::string part_opening(Format format) {
    return "--" + std::string(kBoundary) + "\r\nContent-Type: " + std::string(mime_of(format)) + "\r\n\r\n";
}

VariantFrame wrap_frame(const Frame& frame, const RenderImage& image, const Variant& variant, const Picture* picture, Form form) {
    VariantFrame made;
    made.form = static_cast<std::uint8_t>(form);
    made.seq = frame.seq;
    made.epoch = frame.epoch;
    made.received = frame.received;
    switch (variant.container) {
        case Container::sse: made.event = make_frame_event(frame, image, variant, picture, form); break;
        case Container::mjpeg:
            assert(picture != nullptr);
            made.event = with_payload({}, picture->bytes, "\r\n" + part_opening(variant.format));
            break;
        case Container::ws: {
            std::string header = make_message_header(frame, image, variant, picture, form);
            made.header_size = header.size();
            made.event = with_payload(std::move(header), picture != nullptr ? picture->bytes : image.pixels, {});
            break;
        }
        case Container::callbacks: made.event = make_callback_text(frame); break;
        case Container::callbacks_binary: {
            std::string header = make_callback_header(frame, image);
            made.header_size = header.size();
            made.event = with_payload(std::move(header), image.pixels, {});
            break;
        }
        case Container::frame: assert(false && "a single answer has no track"); break;
    }
    return made;
}

std::string make_frame_head(const VariantFrame& frame, Container container, std::uint64_t dropped) {
    if (container == Container::mjpeg) return {};
    const std::string seq = std::to_string(frame.seq);
    const std::string json = "{\"type\":\"newImage\",\"seq\":" + seq + ",\"dropped\":" + std::to_string(dropped);
    if (container == Container::callbacks) return json;
    if (container == Container::ws || container == Container::callbacks_binary)
        return four_bytes(json.size() + frame.header_size) + json;
    return "id: " + seq + "\ndata: " + json;
}

}  // namespace octane::frames
