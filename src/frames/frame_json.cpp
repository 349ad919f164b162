#include "frames/frame_json.hpp"

#include <cstdio>
#include <utility>
#include <vector>

#include "frames/large_buffers.hpp"
#include "wire/base64.hpp"
#include "wire/json_text.hpp"

namespace octane::frames {
namespace {

// An event is built from pieces so that neither pixels nor base64 are ever moved once written.
class EventPieces {
  public:
    std::string& text() {
        if (pieces_.empty() || pieces_.back().is_sealed) pieces_.emplace_back();
        return pieces_.back().text;
    }

    void add_base64(const base::ByteChain& bytes) {
        Piece piece;
        piece.text = large_buffers().take(wire::base64_size(bytes.size()));
        wire::base64_append(piece.text, bytes);
        piece.is_sealed = true;
        pieces_.push_back(std::move(piece));
    }

    base::ByteChain finish() && {
        auto owned = std::make_shared<std::vector<Piece>>(std::move(pieces_));
        std::vector<std::string_view> segments;
        for (const auto& piece : *owned) segments.emplace_back(piece.text);
        return {std::move(segments), std::move(owned)};
    }

  private:
    struct Piece {
        Piece() = default;
        Piece(Piece&&) noexcept = default;
        Piece(const Piece&) = delete;
        Piece& operator=(const Piece&) = delete;
        ~Piece() { large_buffers().give_back(std::move(text)); }

        std::string text;
        bool is_sealed = false;
    };
    std::vector<Piece> pieces_;
};

void append_member(std::string& out, std::string_view name, std::int64_t value) {
    out += ",\"";
    out += name;
    out += "\":";
    wire::append_json_number(out, value);
}

void append_member(std::string& out, std::string_view name, float value) {
    out += ",\"";
    out += name;
    out += "\":";
    wire::append_json_number(out, value);
}

void append_member(std::string& out, std::string_view name, bool value) {
    out += ",\"";
    out += name;
    out += value ? "\":true" : "\":false";
}

// Also under the name that octaneProxy gave it (docs/octane.md §1.7).
void append_change_level(std::string& out, std::uint64_t level) {
    const std::string number = std::to_string(level);
    out += ",\"changeLevel\":{\"value\":" + number + ",\"level\":" + number + '}';
}

// One member of render_images.data: enums as numbers, every member present (docs/octane.md §3.2). It ends inside its `buffer`:
// the caller closes both with "}}".
void append_image_facts(std::string& out, std::size_t index, const ImageFacts& image, std::size_t buffer_size) {
    out += index == 0 ? "{\"index\":" : ",{\"index\":";
    out += std::to_string(index);
    append_member(out, "type", std::int64_t{static_cast<std::int32_t>(image.type)});
    append_member(out, "colorSpace", std::int64_t{image.color_space});
    append_member(out, "isLinear", image.is_linear);
    out += ",\"size\":{\"x\":" + std::to_string(image.width) + ",\"y\":" + std::to_string(image.height) + '}';
    append_member(out, "pitch", std::int64_t{image.pitch});
    append_member(out, "renderPassId", std::int64_t{image.render_pass_id});
    append_member(out, "tonemappedSamplesPerPixel", image.tonemapped_samples);
    append_member(out, "calculatedSamplesPerPixel", image.calculated_samples);
    append_member(out, "regionSamplesPerPixel", image.region_samples);
    append_member(out, "maxSamplesPerPixel", image.max_samples);
    append_member(out, "samplesPerSecond", image.samples_per_second);
    append_member(out, "renderTime", image.render_time);
    append_change_level(out, image.change_level);
    append_member(out, "hasPendingUpdates", image.has_pending_updates);
    append_member(out, "hasAlpha", image.has_alpha);
    append_member(out, "subSampling", std::int64_t{image.sub_sampling});
    append_member(out, "premultipliedAlphaType", std::int64_t{image.premultiplied_alpha_type});
    append_member(out, "keepEnvironment", image.keeps_environment);
    out += ",\"buffer\":{\"size\":" + std::to_string(buffer_size);
}

// What a viewer of a single encoded image needs to know of it besides its pixels: members, each with a comma before it.
void append_picture_facts(std::string& out, const ImageFacts& image) {
    append_member(out, "renderPassId", std::int64_t{image.render_pass_id});
    append_member(out, "tonemappedSamplesPerPixel", image.tonemapped_samples);
    append_member(out, "maxSamplesPerPixel", image.max_samples);
    append_member(out, "samplesPerSecond", image.samples_per_second);
    append_member(out, "renderTime", image.render_time);
    append_change_level(out, image.change_level);
    append_member(out, "hasPendingUpdates", image.has_pending_updates);
}

// The members that concern the frame as a whole, each with a comma before it.
void append_frame_facts(std::string& out, const FrameFacts& facts, std::uint64_t epoch) {
    const std::string callback_id = std::to_string(facts.callback_id);
    out += ",\"callbackId\":" + callback_id + ",\"callback_id\":" + callback_id;
    out += ",\"user_data\":" + std::to_string(facts.user_data) + ",\"timestamp\":";
    append_timestamp(out, facts.received);
    out += ",\"epoch\":" + std::to_string(epoch) + ",\"width\":" + std::to_string(facts.size.width) +
           ",\"height\":" + std::to_string(facts.size.height);
}

void append_image(EventPieces& pieces, std::size_t index, const RenderImage& image) {
    append_image_facts(pieces.text(), index, image, image.pixels.size());
    pieces.text() += ",\"data\":\"";
    pieces.add_base64(image.pixels);
    pieces.text() += "\",\"encoding\":\"base64\"}}";
}

}  // namespace

void append_timestamp(std::string& out, std::chrono::system_clock::time_point time) {
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
    char text[32];
    const int length = std::snprintf(text, sizeof text, "%lld.%06lld", static_cast<long long>(micros / 1000000),
                                     static_cast<long long>(micros % 1000000));
    out.append(text, static_cast<std::size_t>(length));
}

base::ByteChain make_frame_event(const EncodedFrame& frame) {
    EventPieces pieces;
    append_frame_facts(pieces.text(), frame.facts, frame.epoch);
    if (frame.has_picture()) {
        std::string& out = pieces.text();
        append_picture_facts(out, frame.facts.image);
        out += ",\"mime\":\"";
        out += frame.mime;
        out += "\",\"imageData\":\"";
        pieces.add_base64(frame.bytes);
        pieces.text() += '"';
    }
    if (!frame.buffers.empty()) {
        pieces.text() += ",\"render_images\":{\"data\":[";
        for (std::size_t i = 0; i < frame.buffers.size(); ++i) append_image(pieces, i, frame.buffers[i]);
        pieces.text() += "]}";
    }
    pieces.text() += "}\n\n";
    return std::move(pieces).finish();
}

std::string make_message_header(const EncodedFrame& frame) {
    std::string json;
    append_frame_facts(json, frame.facts, frame.epoch);
    if (frame.has_picture()) append_picture_facts(json, frame.facts.image);
    json += ",\"format\":\"";
    json += kFormatNames[static_cast<std::size_t>(frame.format)];
    json += "\",\"mime\":\"";
    json += frame.mime;
    json += "\",\"payloadSize\":" + std::to_string(frame.bytes.size());
    if (!frame.has_picture()) {
        json += ",\"render_images\":{\"data\":[";
        append_image_facts(json, 0, frame.facts.image, frame.bytes.size());
        json += "}}]}";
    }
    json += '}';
    return json;
}

std::string describe_frame(const Frame& frame, bool is_stale) {
    const RenderImage& first = frame.images.front();
    FrameFacts facts;
    facts.callback_id = frame.callback_id;
    facts.user_data = frame.user_data;
    facts.received = frame.received;
    facts.size = {first.width, first.height};
    std::string json = "{\"type\":\"newImage\",\"seq\":" + std::to_string(frame.seq);
    if (is_stale) json += ",\"stale\":true";
    append_frame_facts(json, facts, frame.epoch);
    json += ",\"render_images\":{\"data\":[";
    for (std::size_t i = 0; i < frame.images.size(); ++i) {
        append_image_facts(json, i, frame.images[i], frame.images[i].pixels.size());
        json += "}}";
    }
    json += "]}}";
    return json;
}

}  // namespace octane::frames
