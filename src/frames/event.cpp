#include "frames/event.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

#include "frames/encode.hpp"
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
        piece.text.reserve(wire::base64_size(bytes.size()));
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

void append_image(EventPieces& pieces, std::size_t index, const RenderImage& image) {
    append_image_facts(pieces.text(), index, image);
    pieces.text() += ",\"data\":\"";
    pieces.add_base64(image.pixels);
    pieces.text() += "\",\"encoding\":\"base64\"}}";
}

void append_images(EventPieces& pieces, const Frame& frame, const Variant& variant, const RenderImage& picked) {
    pieces.text() += ",\"render_images\":{\"data\":[";
    if (variant.render_pass) {
        append_image(pieces, 0, picked);
    } else {
        for (std::size_t i = 0; i < frame.images.size(); ++i) append_image(pieces, i, frame.images[i]);
    }
    pieces.text() += "]}";
}

}  // namespace

void append_image_facts(std::string& out, std::size_t index, const RenderImage& image) {
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
    const std::string level = std::to_string(image.change_level);
    out += ",\"changeLevel\":{\"value\":" + level + ",\"level\":" + level + '}';
    append_member(out, "hasPendingUpdates", image.has_pending_updates);
    append_member(out, "hasAlpha", image.has_alpha);
    append_member(out, "subSampling", std::int64_t{image.sub_sampling});
    append_member(out, "premultipliedAlphaType", std::int64_t{image.premultiplied_alpha_type});
    append_member(out, "keepEnvironment", image.keeps_environment);
    out += ",\"buffer\":{\"size\":" + std::to_string(image.pixels.size());
}

void append_picture_facts(std::string& out, const RenderImage& image) {
    append_member(out, "renderPassId", std::int64_t{image.render_pass_id});
    append_member(out, "tonemappedSamplesPerPixel", image.tonemapped_samples);
    append_member(out, "maxSamplesPerPixel", image.max_samples);
    append_member(out, "samplesPerSecond", image.samples_per_second);
    append_member(out, "renderTime", image.render_time);
    append_member(out, "changeLevel", static_cast<std::int64_t>(image.change_level));
    append_member(out, "hasPendingUpdates", image.has_pending_updates);
}

void append_timestamp(std::string& out, std::chrono::system_clock::time_point time) {
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
    char text[32];
    const int length = std::snprintf(text, sizeof text, "%lld.%06lld", static_cast<long long>(micros / 1000000),
                                     static_cast<long long>(micros % 1000000));
    out.append(text, static_cast<std::size_t>(length));
}

std::string frame_facts(const Frame& frame, PictureSize size) {
    const std::string callback_id = std::to_string(frame.callback_id);
    std::string out = ",\"callbackId\":" + callback_id + ",\"callback_id\":" + callback_id;
    out += ",\"user_data\":" + std::to_string(frame.user_data) + ",\"timestamp\":";
    append_timestamp(out, frame.received);
    out += ",\"epoch\":" + std::to_string(frame.epoch) + ",\"width\":" + std::to_string(size.width) +
           ",\"height\":" + std::to_string(size.height);
    return out;
}

base::ByteChain make_frame_event(const Frame& frame, const RenderImage& image, const Variant& variant, const Picture* picture,
                                 Form form) {
    EventPieces pieces;
    pieces.text() = frame_facts(frame, picture != nullptr ? picture->size : PictureSize{image.width, image.height});
    pieces.text() += form_fact(form);
    if (picture != nullptr) {
        std::string& out = pieces.text();
        append_picture_facts(out, image);
        out += ",\"mime\":\"";
        out += mime_of(variant.format);
        out += "\",\"imageData\":\"";
        pieces.add_base64(picture->bytes);
        pieces.text() += '"';
    }
    if (variant.format == Format::raw || variant.format == Format::both) append_images(pieces, frame, variant, image);
    pieces.text() += "}\n\n";
    return std::move(pieces).finish();
}

std::string describe_frame(const Frame& frame) {
    const RenderImage& first = frame.images.front();
    const std::string seq = std::to_string(frame.seq);
    std::string json = "{\"type\":\"newImage\",\"seq\":" + seq + frame_facts(frame, {first.width, first.height});
    json += ",\"render_images\":{\"data\":[";
    for (std::size_t i = 0; i < frame.images.size(); ++i) {
        append_image_facts(json, i, frame.images[i]);
        json += "}}";
    }
    json += "]}}";
    return json;
}

std::optional<Format> parse_format(std::string_view word) {
    if (word == "both") return Format::both;
    if (word == "raw") return Format::raw;
    if (word == "jpeg" || word == "jpg") return Format::jpeg;
    if (word == "png") return Format::png;
    if (word == "webp") return Format::webp;
    if (word == "exr") return Format::exr;
    return std::nullopt;
}

}  // namespace octane::frames
