// Stand-in renderer: frames as gRPC messages. Pixels are shared slices and never copied; only the few bytes around them are new.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <memory>
#include <string>

#include "standin/picture.hpp"
#include "standin/schema.hpp"

namespace octane::standin {

// Who registered for new images, as the events repeat it.
struct Registration {
    std::string source;
    std::int32_t id = 0;
    std::uint64_t user_data = 0;
};

class FrameMessages {
  public:
    FrameMessages(const Schema& schema, bool truncates_hdr, bool sends_zero_images);

    // StreamCallbackRequest.newImage: with the pictures in alpha5, only the bell in beta2.
    grpc::ByteBuffer new_image(const Frame& frame, const Registration& to) const;
    // StreamCallbackRequest with renderFailure, newStatistics or projectManagerChanged.
    grpc::ByteBuffer event(std::string_view payload, const Registration& to) const;
    // grabRenderResultResponse; without a frame result=false.
    grpc::ByteBuffer grabbed(const Frame* frame) const;
    // The bytes that a picture's buffer holds on the wire: all of them, unless the SDK's defect is played.
    grpc::Slice wire_pixels(const Picture& picture) const;

  private:
    const Schema& schema_;
    bool truncates_hdr_;
    bool sends_zero_images_;
};

}  // namespace octane::standin
