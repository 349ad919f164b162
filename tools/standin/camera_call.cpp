// Stand-in renderer: LiveLink.StreamCamera, the client stream of camera states, each applied as it comes.
#include <grpcpp/support/proto_buffer_reader.h>

#include "standin/call.hpp"
#include "standin/fields.hpp"

namespace octane::standin {

void Call::camera_read(bool is_ok) {
    auto& parts = server_.parts();
    if (method_->short_name != "LiveLink/StreamCamera")
        return finish({grpc::StatusCode::UNIMPLEMENTED, "the stand-in does not play " + method_->short_name});
    if (!is_ok) {  // the client is done
        if (context_.IsCancelled()) return finish(grpc::Status::CANCELLED);
        const auto status = parts.schema.message(*method_->descriptor->output_type());
        put(*status, "message", "cameras received: " + std::to_string(cameras_));
        const grpc::Slice slice(status->SerializeAsString());
        return answer(grpc::ByteBuffer(&slice, 1));
    }
    const auto camera = parts.schema.message(*method_->descriptor->input_type());
    grpc::ProtoBufferReader reader(&request_);
    if (!camera->ParseFromZeroCopyStream(&reader)) return finish({grpc::StatusCode::INTERNAL, "the request cannot be parsed"});
    try {
        const std::lock_guard application(parts.application);
        parts.on_streamed_camera(*camera);
    } catch (const CallError& error) { return finish({error.code(), error.what()}); }
    ++cameras_;
    ++parts.counters.streamed_cameras;
    request_.Clear();
    read(&Call::camera_read);
}

}  // namespace octane::standin
