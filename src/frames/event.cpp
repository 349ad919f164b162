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

// One member of render_images.data: enums as numbers, every member present (octane-livelink.md §3.2; the value of changeLevel
// also under the name that octaneProxy gave it).
void append_image(EventPieces& pieces, std::size_t index, const RenderImage& image) {
    std::string& out = pieces.text();
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
    out += ",\"buffer\":{\"data\":\"";
    pieces.add_base64(image.pixels);
    pieces.text() += "\",\"size\":" + std::to_string(image.pixels.size()) + ",\"encoding\":\"base64\"}}";
}

// The image a viewer sees: the pass it asked for, else the first.
const RenderImage* pick_image(const Frame& frame, const Variant& variant) {
    if (!variant.render_pass) return &frame.images.front();
    const auto found = std::ranges::find(frame.images, *variant.render_pass, &RenderImage::render_pass_id);
    return found == frame.images.end() ? nullptr : &*found;
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

// What a viewer of a single encoded image needs to know of it besides its pixels.
void append_picture_facts(std::string& out, const RenderImage& image) {
    append_member(out, "renderPassId", std::int64_t{image.render_pass_id});
    append_member(out, "tonemappedSamplesPerPixel", image.tonemapped_samples);
    append_member(out, "maxSamplesPerPixel", image.max_samples);
    append_member(out, "samplesPerSecond", image.samples_per_second);
    append_member(out, "renderTime", image.render_time);
    append_member(out, "changeLevel", static_cast<std::int64_t>(image.change_level));
    append_member(out, "hasPendingUpdates", image.has_pending_updates);
}

}  // namespace

void append_timestamp(std::string& out, std::chrono::system_clock::time_point time) {
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
    char text[32];
    const int length = std::snprintf(text, sizeof text, "%lld.%06lld", static_cast<long long>(micros / 1000000),
                                     static_cast<long long>(micros % 1000000));
    out.append(text, static_cast<std::size_t>(length));
}

std::string make_frame_head(std::uint64_t seq, std::uint64_t dropped) {
    const std::string number = std::to_string(seq);
    return "id: " + number + "\ndata: {\"type\":\"newImage\",\"seq\":" + number + ",\"dropped\":" + std::to_string(dropped);
}

std::string make_event(std::string_view json) {
    std::string event = "data: ";
    event += json;
    event += "\n\n";
    return event;
}

base::Result<base::ByteChain> make_frame_event(const Frame& frame, const Variant& variant) {
    const RenderImage* image = pick_image(frame, variant);
    if (image == nullptr) return base::ByteChain();
    EventPieces pieces;
    const PictureSize size =
        variant.format == Format::raw ? PictureSize{image->width, image->height} : fit_inside(*image, variant);
    std::string& out = pieces.text();
    const std::string callback_id = std::to_string(frame.callback_id);
    out += ",\"callbackId\":" + callback_id + ",\"callback_id\":" + callback_id;
    out += ",\"user_data\":" + std::to_string(frame.user_data) + ",\"timestamp\":";
    append_timestamp(out, frame.received);
    out += ",\"epoch\":" + std::to_string(frame.epoch) + ",\"width\":" + std::to_string(size.width) +
           ",\"height\":" + std::to_string(size.height);
    if (variant.format != Format::raw) {
        auto encoded = encode_image(*image, variant.format, variant.quality, size);
        if (!encoded) return encoded.error();
        append_picture_facts(out, *image);
        out += ",\"mime\":\"";
        out += mime_of(variant.format);
        out += "\",\"imageData\":\"";
        pieces.add_base64(base::ByteChain::own(std::move(*encoded)));
        pieces.text() += '"';
    }
    if (variant.format == Format::raw || variant.format == Format::both) append_images(pieces, frame, variant, *image);
    pieces.text() += "}\n\n";
    return std::move(pieces).finish();
}

std::optional<Format> parse_format(std::string_view word) {
    if (word == "both") return Format::both;
    if (word == "raw") return Format::raw;
    if (word == "jpeg" || word == "jpg") return Format::jpeg;
    if (word == "png") return Format::png;
    if (word == "webp") return Format::webp;
    return std::nullopt;
}

}  // namespace octane::frames
