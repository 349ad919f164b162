// Stand-in renderer: StreamCallback.callbackChannel, the server stream of events. One write at a time; gRPC's flow control
// decides when the next one may go, and the queue keeps the newest meanwhile.
#include <cstdlib>

#include "standin/call.hpp"

namespace octane::standin {

void Call::open_channel(bool is_ok) {
    if (!is_ok) return finish({grpc::StatusCode::INTERNAL, "the call carries no request message"});
    if (method_->short_name != "StreamCallback/callbackChannel")
        return finish({grpc::StatusCode::UNIMPLEMENTED, "the stand-in does not play " + method_->short_name});
    if (const auto fault = server_.parts().faults.of(method_->short_name)) {
        if (fault->crashes) std::_Exit(134);
        if (fault->failure) return finish(*fault->failure);
    }
    {
        const std::lock_guard lock(mutex_);
        is_open_ = true;
    }
    server_.parts().hub.add(shared_from_this());
    if (context_.IsCancelled()) server_.parts().hub.remove(shared_from_this());
}

void Call::push(const Event& event) {
    const std::lock_guard lock(mutex_);
    if (!is_open_ || wants_end_) return;
    server_.parts().counters.events_dropped += events_.push(event);
    if (!is_writing_) write_next();
}

bool Call::is_idle() const {
    const std::lock_guard lock(mutex_);
    return is_open_ && !is_writing_;
}

void Call::write_next() {
    const auto event = events_.pop();
    if (!event) {
        if (wants_end_) finish(grpc::Status::OK);
        return;
    }
    written_is_frame_ = event->is_frame;
    is_writing_ =
        server_.start_operation([&] { stream_.Write(event->bytes, step_.then(shared_from_this(), &Call::event_written)); });
}

void Call::event_written(bool is_ok) {
    const std::lock_guard lock(mutex_);
    is_writing_ = false;
    if (is_ok) {
        ++server_.parts().counters.events_sent;
        if (written_is_frame_) ++server_.parts().counters.frames_sent;
    }
    if (!is_open_) return;
    if (is_ok) {
        write_next();
    } else {
        is_open_ = false;
    }
}

void Call::end() {
    const std::lock_guard lock(mutex_);
    if (!is_open_ || wants_end_) return;
    wants_end_ = true;
    events_.clear();
    if (!is_writing_) write_next();
}

}  // namespace octane::standin
