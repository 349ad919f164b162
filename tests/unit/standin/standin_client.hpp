// A gRPC client for the stand-in's tests: dynamic messages, a call at a time.
#pragma once

#include <doctest/doctest.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "standin/fields.hpp"
#include "standin/world.hpp"

namespace octane::standin {

// Nothing in these tests takes this long unless it never comes.
inline constexpr std::chrono::seconds kPatience{20};

struct Outcome {
    grpc::Status status;
    std::unique_ptr<Message> reply;  // of the method's type, also after an error
};

class Client {
  public:
    explicit Client(World& world, int port)
        : world_(world),
          stub_(grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials(), arguments())) {
    }

    Outcome call(const std::string& path, const std::function<void(Message&)>& fill = {}) {
        const Method* method = world_.methods.find(path);
        REQUIRE_MESSAGE(method != nullptr, path);
        const auto request = world_.schema.message(*method->descriptor->input_type());
        if (fill) fill(*request);
        const grpc::Slice slice(request->SerializeAsString());
        return finish(path, grpc::ByteBuffer(&slice, 1), *method->descriptor->output_type());
    }

    // A call of a method that may not exist in the release.
    grpc::Status raw_status(const std::string& path) {
        const grpc::Slice nothing{std::string()};
        return finish(path, grpc::ByteBuffer(&nothing, 1), *world_.schema.pool().FindMessageTypeByName("octaneapi.ObjectRef"))
            .status;
    }

    grpc::GenericStub& stub() { return stub_; }

  private:
    static grpc::ChannelArguments arguments() {
        grpc::ChannelArguments out;
        out.SetMaxReceiveMessageSize(-1);
        out.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
        return out;
    }

    Outcome finish(const std::string& path, const grpc::ByteBuffer& request, const google::protobuf::Descriptor& type) {
        grpc::ClientContext context;
        context.set_deadline(std::chrono::system_clock::now() + kPatience);
        grpc::CompletionQueue queue;
        const auto call = stub_.PrepareUnaryCall(&context, path, request, &queue);
        grpc::ByteBuffer bytes;
        Outcome out;
        call->StartCall();
        call->Finish(&bytes, &out.status, this);
        void* tag = nullptr;
        bool is_ok = false;
        REQUIRE(queue.Next(&tag, &is_ok));
        queue.Shutdown();
        while (queue.Next(&tag, &is_ok)) {}
        out.reply = world_.schema.message(type);
        if (out.status.ok()) {
            grpc::ProtoBufferReader reader(&bytes);
            REQUIRE(out.reply->ParseFromZeroCopyStream(&reader));
        }
        return out;
    }

    World& world_;
    grpc::GenericStub stub_;
};

// The callback channel, read one event at a time.
class Channel {
  public:
    Channel(World& world, Client& client) : world_(world) {
        context_.set_deadline(std::chrono::system_clock::now() + kPatience);
        stream_ = client.stub().PrepareCall(&context_, "/octaneapi.StreamCallbackService/callbackChannel", &queue_);
        stream_->StartCall(this);
        REQUIRE(next());
        const grpc::Slice empty{std::string()};
        stream_->Write(grpc::ByteBuffer(&empty, 1), this);
        REQUIRE(next());
        stream_->WritesDone(this);
        REQUIRE(next());
    }
    ~Channel() {
        context_.TryCancel();
        grpc::Status status;
        stream_->Finish(&status, this);
        next();
        queue_.Shutdown();
        while (next()) {}
    }
    // The next event; nullptr when the stream has ended.
    std::unique_ptr<Message> event() {
        grpc::ByteBuffer bytes;
        stream_->Read(&bytes, this);
        if (!next()) return nullptr;
        auto message = world_.schema.message("octaneapi.StreamCallbackRequest");
        grpc::ProtoBufferReader reader(&bytes);
        REQUIRE(message->ParseFromZeroCopyStream(&reader));
        return message;
    }

  private:
    bool next() {
        void* tag = nullptr;
        bool is_ok = false;
        return queue_.Next(&tag, &is_ok) && is_ok;
    }

    World& world_;
    grpc::CompletionQueue queue_;
    grpc::ClientContext context_;
    std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
};

}  // namespace octane::standin
