// Stand-in renderer: builds messages out of slices. Fields are in ascending order, as protobuf's own C++ serializer writes them.
#include "standin/frame_messages.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <vector>

#include "standin/fields.hpp"

namespace octane::standin {
namespace {

constexpr int kLengthDelimited = 2;

// A message under construction: slices and their total length.
struct Pieces {
    std::vector<grpc::Slice> slices;
    std::size_t size = 0;

    void append(grpc::Slice slice) {
        if (slice.size() == 0) return;
        size += slice.size();
        slices.push_back(std::move(slice));
    }
    void append(const std::string& bytes) { append(grpc::Slice(bytes)); }
    void append(Pieces other) {
        for (auto& slice : other.slices) append(std::move(slice));
    }
};

std::string varint(std::uint64_t value) {
    std::string out;
    google::protobuf::io::StringOutputStream stream(&out);
    google::protobuf::io::CodedOutputStream(&stream).WriteVarint64(value);
    return out;
}

std::string length_prefix(int field_number, std::size_t length) {
    return varint(static_cast<std::uint64_t>(field_number) << 3 | kLengthDelimited) + varint(length);
}

Pieces wrapped(int field_number, Pieces inner) {
    Pieces out;
    out.append(length_prefix(field_number, inner.size));
    out.append(std::move(inner));
    return out;
}

int number_of(const Message& message, std::string_view name) {
    return field(message, name)->number();
}

grpc::ByteBuffer to_buffer(const Pieces& pieces) {
    return {pieces.slices.data(), pieces.slices.size()};
}

grpc::ByteBuffer to_buffer(const Message& message) {
    const grpc::Slice slice(message.SerializeAsString());
    return {&slice, 1};
}

// What stands before the pixels.
void put_head(Message& image, const Picture& picture) {
    put(image, "type", static_cast<int>(picture.type));
    put(image, "colorSpace", picture.color_space.value_or(is_linear(picture.type) ? 2 : 1));
    put(image, "isLinear", is_linear(picture));
    put(sub(image, "size"), "x", picture.width);
    put(sub(image, "size"), "y", picture.height);
    put(image, "pitch", picture.pitch);
}

// What stands after the pixels.
void put_tail(Message& image, const Picture& picture, const FrameFacts& facts) {
    put(image, "renderPassId", picture.has_pass_id ? picture.render_pass : 0);
    put(image, "tonemappedSamplesPerPixel", facts.samples);
    put(image, "calculatedSamplesPerPixel", facts.samples);
    put(image, "regionSamplesPerPixel", facts.region_samples);
    put(image, "maxSamplesPerPixel", facts.max_samples);
    put(image, "samplesPerSecond", facts.samples_per_second);
    put(image, "renderTime", facts.render_time);
    put(sub(image, "changeLevel"), "value", facts.change_level);
    put(image, "hasPendingUpdates", facts.has_pending_updates);
    put(image, "subSampling", facts.sub_sampling);
    put(image, "hasAlpha", picture.has_alpha);
    put(image, "premultipliedAlphaType", static_cast<int>(picture.premultiplied));
    put(image, "keepEnvironment", picture.keeps_environment);
}

Pieces buffer_pieces(const Schema& schema, const grpc::Slice& pixels) {
    const auto message = schema.message("octaneapi.Buffer");
    Pieces out;
    if (pixels.size() == 0) return out;
    out.append(length_prefix(number_of(*message, "data"), pixels.size()));
    out.append(pixels);
    put(*message, "size", pixels.size());
    out.append(message->SerializeAsString());
    return out;
}

}  // namespace

FrameMessages::FrameMessages(const Schema& schema, bool truncates_hdr, bool sends_zero_images)
    : schema_(schema), truncates_hdr_(truncates_hdr), sends_zero_images_(sends_zero_images) {}

grpc::Slice FrameMessages::wire_pixels(const Picture& picture) const {
    if (!truncates_hdr_) return picture.pixels;
    switch (picture.type) {
        case ImageType::hdr_rgba:
        case ImageType::hdr_mono_alpha: return picture.pixels.sub(0, picture.pixels.size() / 4);
        case ImageType::half_rgba:
        case ImageType::half_mono_alpha: return {};
        default: return picture.pixels;
    }
}

namespace {

// ApiArrayApiRenderImage.
Pieces images(const Schema& schema, const FrameMessages& messages, const Frame& frame) {
    const auto array = schema.message("octaneapi.ApiArrayApiRenderImage");
    Pieces out;
    for (const Picture& picture : frame.pictures) {
        const auto head = schema.message("octaneapi.ApiRenderImage");
        const auto tail = schema.message("octaneapi.ApiRenderImage");
        put_head(*head, picture);
        put_tail(*tail, picture, frame.facts);
        Pieces image;
        image.append(head->SerializeAsString());
        Pieces buffer = buffer_pieces(schema, messages.wire_pixels(picture));
        if (buffer.size > 0) image.append(wrapped(number_of(*head, "buffer"), std::move(buffer)));
        image.append(tail->SerializeAsString());
        out.append(wrapped(number_of(*array, "data"), std::move(image)));
    }
    return out;
}

void put_registration(Message& payload, const Registration& to, std::uint64_t user_data) {
    if (field(payload, "callback_source") != nullptr) {
        put(payload, "callback_source", to.source);
        put(payload, "callback_id", to.id);
    }
    put(payload, "user_data", user_data);
}

}  // namespace

grpc::ByteBuffer FrameMessages::new_image(const Frame& frame, const Registration& to) const {
    const auto request = schema_.message("octaneapi.StreamCallbackRequest");
    Message& payload = sub(*request, "newImage");
    put_registration(payload, to, frame.user_data.value_or(to.user_data));
    if (field(payload, "render_images") == nullptr) return to_buffer(*request);

    Pieces inner;
    inner.append(payload.SerializeAsString());
    inner.append(wrapped(number_of(payload, "render_images"), sends_zero_images_ ? Pieces{} : images(schema_, *this, frame)));
    return to_buffer(wrapped(number_of(*request, "newImage"), std::move(inner)));
}

grpc::ByteBuffer FrameMessages::event(std::string_view payload, const Registration& to) const {
    const auto request = schema_.message("octaneapi.StreamCallbackRequest");
    put_registration(sub(*request, payload), to, to.user_data);
    return to_buffer(*request);
}

grpc::ByteBuffer FrameMessages::grabbed(const Frame* frame) const {
    const auto response = schema_.message("octaneapi.ApiRenderEngine.grabRenderResultResponse");
    if (frame == nullptr) return to_buffer(*response);
    put(*response, "result", true);
    Pieces out;
    out.append(response->SerializeAsString());
    out.append(wrapped(number_of(*response, "renderImages"), sends_zero_images_ ? Pieces{} : images(schema_, *this, *frame)));
    return to_buffer(out);
}

}  // namespace octane::standin
