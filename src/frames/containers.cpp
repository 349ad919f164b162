#include "frames/containers.hpp"

#include <cassert>
#include <memory>
#include <utility>
#include <vector>

#include "frames/frame_json.hpp"

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

WrappedFrame wrap_event(const EncodedFrame& frame) {
    WrappedFrame made(frame);
    made.head = HeadKind::event;
    made.bytes = make_frame_event(frame);
    return made;
}

// Parsers that go by the length and those that look for the boundary both find its end.
WrappedFrame wrap_part(const EncodedFrame& frame) {
    assert(frame.has_picture());
    std::string header = "--" + std::string(kBoundary) + "\r\nContent-Type: " + std::string(frame.mime) +
                         "\r\nContent-Length: " + std::to_string(frame.bytes.size()) + "\r\n\r\n";
    WrappedFrame made(frame);
    made.bytes = with_payload(std::move(header), frame.bytes, "\r\n");
    return made;
}

// Little-endian, whatever the machine.
std::string four_bytes(std::size_t number) {
    std::string bytes(4, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(number >> (8 * i) & 0xFFU);
    return bytes;
}

// The member that says which form a frame has, with a comma before it; nothing for `full`.
const char* form_member(Form form, bool is_stale) {
    switch (form) {
        case Form::motion: return ",\"motion\":true";
        case Form::full: break;
        case Form::final: return is_stale ? "" : ",\"final\":true";
    }
    return "";
}

}  // namespace

WrappedFrame::WrappedFrame(const EncodedFrame& frame)
    : seq(frame.seq), epoch(frame.epoch), ordinal(frame.ordinal), form(frame.form), received(frame.facts.received) {}

WrappedFrame wrap_message(const EncodedFrame& frame, std::string header, const base::ByteChain& payload) {
    WrappedFrame made(frame);
    made.head = HeadKind::with_size;
    made.header_size = header.size();
    made.bytes = with_payload(std::move(header), payload, {});
    return made;
}

WrappedFrame wrap_frame(const EncodedFrame& frame, Container container) {
    switch (container) {
        case Container::sse: return wrap_event(frame);
        case Container::mjpeg: return wrap_part(frame);
        case Container::ws: return wrap_message(frame, make_message_header(frame), frame.bytes);
        case Container::frame:
        case Container::callbacks:
        case Container::callbacks_binary: break;
    }
    assert(false && "a container of another room, or none that has viewers");
    return WrappedFrame(frame);
}

std::string make_frame_head(const WrappedFrame& frame, std::uint64_t dropped, bool is_stale) {
    if (frame.head == HeadKind::none) return {};
    const std::string seq = std::to_string(frame.seq);
    std::string json = "{\"type\":\"newImage\",\"seq\":" + seq + ",\"dropped\":" + std::to_string(dropped);
    json += form_member(frame.form, is_stale);
    if (is_stale) json += ",\"stale\":true";
    if (frame.head == HeadKind::text) return json;
    if (frame.head == HeadKind::with_size) return four_bytes(json.size() + frame.header_size) + json;
    return "id: " + seq + "\ndata: " + json;
}

}  // namespace octane::frames
