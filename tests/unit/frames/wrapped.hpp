// Tests of the frames room: frames of known facts, wrapped in their containers.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "frames/containers.hpp"
#include "frames/encode.hpp"
#include "frames/picture.hpp"
#include "pictures.hpp"
#include "variants.hpp"

namespace octane::frames::tests {

// 2026-05-04 03:02:01.000042 UTC.
inline constexpr std::chrono::system_clock::time_point kReceived{std::chrono::microseconds(1777863721000042)};

inline Frame frame_of(std::vector<RenderImage> images) {
    Frame frame;
    frame.seq = 12;
    frame.epoch = 3;
    frame.callback_id = 7;
    frame.user_data = 0xFFFFFFFFFFFFFFFFU;
    frame.received = kReceived;
    frame.images = std::move(images);
    return frame;
}

inline WrappedFrame wrapped(const Frame& frame, const Variant& variant) {
    const RenderImage* image = shown_image(frame, variant.render_pass);
    REQUIRE(image != nullptr);
    if (!shows_picture(variant)) return wrap_frame(make_encoded_frame(frame, *image, variant, nullptr), variant.container);
    const PictureSize size = fit_inside(*image, variant);
    auto encoded = encode_image(*image, variant.format, variant.quality, size, variant.look);
    REQUIRE(encoded);
    const Picture picture{base::ByteChain::own(std::move(*encoded)), size};
    return wrap_frame(make_encoded_frame(frame, *image, variant, &picture), variant.container);
}

inline RenderImage pass(std::int32_t id, std::uint32_t width) {
    RenderImage image = picture(kKinds[0], width, 3);
    image.render_pass_id = id;
    return image;
}

inline bool has_names(const nlohmann::json& object, const std::vector<std::string>& names) {
    bool has_all = true;
    for (const auto& name : names) {
        CAPTURE(name);
        CHECK(object.contains(name));
        has_all = has_all && object.contains(name);
    }
    return has_all;
}

// The members of a newImage event that the contract promises.
inline const std::vector<std::string> kEventMembers = {"type", "callbackId", "callback_id", "user_data", "timestamp",
                                                       "seq",  "epoch",      "dropped",     "width",     "height"};
}  // namespace octane::frames::tests
