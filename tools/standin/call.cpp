// Stand-in renderer: calls. Unary calls run on the executor; the callback channel and the camera stream have their own files.
#include "standin/call.hpp"

#include <grpcpp/support/proto_buffer_reader.h>

#include <cstdlib>
#include <exception>

namespace octane::standin {

Tag* Call::Step::then(std::shared_ptr<Call> call, Next next) {
    call_ = std::move(call);
    next_ = next;
    return this;
}

void Call::Step::done(bool is_ok) {
    const auto call = std::move(call_);
    ((*call).*next_)(is_ok);
}

void Call::listen() {
    server_.start_operation([this] {
        context_.AsyncNotifyWhenDone(closed_step_.then(shared_from_this(), &Call::closed));
        server_.service().RequestCall(&context_, &stream_, &server_.queue(), &server_.queue(),
                                      step_.then(shared_from_this(), &Call::accepted));
    });
}

void Call::accepted(bool is_ok) {
    if (!is_ok) {
        closed_step_.forget();  // gRPC never delivers it for a call that did not begin
        return;
    }
    server_.accept_one();
    method_ = server_.parts().methods.find(context_.method());
    if (method_ == nullptr)
        return finish({grpc::StatusCode::UNIMPLEMENTED, "this release of Octane has no method " + context_.method()});
    ++method_->calls;
    if (method_->descriptor->client_streaming()) {
        read(&Call::camera_read);
    } else if (method_->descriptor->server_streaming()) {
        read(&Call::open_channel);
    } else {
        read(&Call::request_read);
    }
}

void Call::request_read(bool is_ok) {
    if (!is_ok) return finish({grpc::StatusCode::INTERNAL, "the call carries no request message"});
    server_.parts().counters.calls_in_flight.enter();
    is_counted_ = true;
    const bool may_stall = server_.parts().faults.of(method_->short_name).has_value();
    if (!server_.executor().submit([self = shared_from_this()] { self->run_unary(); }, !may_stall))
        finish({grpc::StatusCode::RESOURCE_EXHAUSTED, "too many calls are waiting"});
}

void Call::run_unary() {
    grpc::ByteBuffer reply;
    const grpc::Status status = execute(reply);
    if (is_counted_) server_.parts().counters.calls_in_flight.leave();
    is_counted_ = false;
    if (!status.ok()) return finish(status);
    answer(reply);
}

grpc::Status Call::execute(grpc::ByteBuffer& reply) {
    auto& parts = server_.parts();
    if (const auto fault = parts.faults.of(method_->short_name)) {
        if (fault->crashes) std::_Exit(134);
        if (fault->stall.count() > 0) parts.faults.wait(fault->stall);
        if (fault->failure) return *fault->failure;
    }
    if (!method_->handler && !method_->raw_handler)
        return {grpc::StatusCode::UNIMPLEMENTED, "the stand-in does not play " + method_->short_name};

    const auto request = parts.schema.message(*method_->descriptor->input_type());
    grpc::ProtoBufferReader reader(&request_);
    if (!request->ParseFromZeroCopyStream(&reader)) return {grpc::StatusCode::INTERNAL, "the request cannot be parsed"};
    try {
        const std::lock_guard application(parts.application);
        if (method_->raw_handler) {
            reply = method_->raw_handler(*request);
            return grpc::Status::OK;
        }
        const auto answer = parts.schema.message(*method_->descriptor->output_type());
        method_->handler(*request, *answer);
        grpc::Slice slice(answer->ByteSizeLong());
        answer->SerializeWithCachedSizesToArray(const_cast<std::uint8_t*>(slice.begin()));
        reply = grpc::ByteBuffer(&slice, 1);
        return grpc::Status::OK;
    } catch (const CallError& error) { return {error.code(), error.what()}; } catch (const std::exception& error) {
        return {grpc::StatusCode::INTERNAL, error.what()};
    }
}

void Call::answered(bool) {}

void Call::finish(const grpc::Status& status) {
    if (is_counted_) server_.parts().counters.calls_in_flight.leave();
    is_counted_ = false;
    server_.start_operation([&] { stream_.Finish(status, step_.then(shared_from_this(), &Call::answered)); });
}

void Call::read(Step::Next next) {
    server_.start_operation([&] { stream_.Read(&request_, step_.then(shared_from_this(), next)); });
}

void Call::answer(const grpc::ByteBuffer& reply) {
    server_.start_operation([&] {
        stream_.WriteAndFinish(reply, grpc::WriteOptions(), grpc::Status::OK, step_.then(shared_from_this(), &Call::answered));
    });
}

void Call::closed(bool) {
    if (context_.IsCancelled()) ++server_.parts().counters.cancelled;
    {
        const std::lock_guard lock(mutex_);
        is_open_ = false;
        events_.clear();
    }
    server_.parts().hub.remove(std::static_pointer_cast<Subscriber>(shared_from_this()));
}

}  // namespace octane::standin
