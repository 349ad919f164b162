// Tests of the rpc room: one upstream with a fixed schema, its calls, and the loop that watches it.
#pragma once

#include <google/protobuf/descriptor.pb.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "rpc/caller.hpp"
#include "rpc/invoker.hpp"
#include "rpc/plain_policy.hpp"
#include "telemetry/task.hpp"
#include "unit/upstream/fake_octane.hpp"
#include "unit/upstream/loop.hpp"

namespace octane::rpc::tests {

using namespace upstream::tests;

// package try; service Camera { rpc Look(Note) returns (Note) [NO_SIDE_EFFECTS]; rpc getNote(Note) returns (Note); rpc
// Watch(Note) returns (stream Note); } message Note { string text = 1; }
inline std::shared_ptr<const schema::Schema> camera_schema() {
    google::protobuf::FileDescriptorSet set;
    auto& file = *set.add_file();
    file.set_name("try.proto");
    file.set_package("try");
    file.set_syntax("proto3");
    auto& note = *file.add_message_type();
    note.set_name("Note");
    auto& text = *note.add_field();
    text.set_name("text");
    text.set_number(1);
    text.set_type(google::protobuf::FieldDescriptorProto::TYPE_STRING);
    text.set_label(google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
    auto& service = *file.add_service();
    service.set_name("Camera");
    for (const char* name : {"Look", "getNote", "Watch"}) {
        auto& method = *service.add_method();
        method.set_name(name);
        method.set_input_type(".try.Note");
        method.set_output_type(".try.Note");
    }
    service.mutable_method(0)->mutable_options()->set_idempotency_level(google::protobuf::MethodOptions::NO_SIDE_EFFECTS);
    service.mutable_method(2)->set_server_streaming(true);
    auto schema = schema::Schema::from_descriptor_set("try", set.SerializeAsString());
    if (!schema) throw std::runtime_error(schema.error().message);
    return *std::move(schema);
}

class RunningUpstream {
  public:
    explicit RunningUpstream(std::uint16_t port, InvokerOptions options = {}, PlainRules rules = {})
        : upstream_(options_for(port), loop_.executor()),
          invoker_(upstream_, std::move(options)),
          policy_(upstream_, std::move(rules)),
          caller_(invoker_, policy_, std::chrono::milliseconds(0)) {
        watch_ = loop_.start(upstream_.liveness().run());
    }
    ~RunningUpstream() {
        loop_.call([this] { upstream_.liveness().stop(); });
        invoker_.close();
        upstream_.shutdown();
        watch_.wait_for(kPatience);
        loop_.stop();
    }
    RunningUpstream(const RunningUpstream&) = delete;
    RunningUpstream& operator=(const RunningUpstream&) = delete;

    Loop& loop() { return loop_; }
    Invoker& invoker() { return invoker_; }
    PlainPolicy& policy() { return policy_; }
    const Caller& caller() const { return caller_; }
    upstream::Upstream& upstream() { return upstream_; }

  private:
    static upstream::UpstreamOptions options_for(std::uint16_t port) {
        upstream::UpstreamOptions options;
        options.name = "camera";
        options.words.title = "The camera";
        options.channel.port = port;
        options.schema = std::make_shared<upstream::FixedSchema>(camera_schema());
        return options;
    }

    Loop loop_;
    upstream::Upstream upstream_;
    Invoker invoker_;
    PlainPolicy policy_;
    Caller caller_;
    std::future<void> watch_;
};

}  // namespace octane::rpc::tests
