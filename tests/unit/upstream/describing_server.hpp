// Tests of the upstream room: a server that describes itself by gRPC's reflection, or that fails to.
#pragma once

#include <google/protobuf/descriptor.pb.h>

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "unit/upstream/fake_octane.hpp"
#include "unit/upstream/loop.hpp"
#include "upstream/reflection_schema.hpp"

namespace octane::upstream::tests {

inline const std::string kReflectionV1 = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
inline const std::string kReflectionV1Alpha = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

// One field that has a length, as protobuf writes it.
inline std::string field_of(int number, const std::string& data) {
    std::string bytes(1, static_cast<char>(number << 3 | 2));
    std::size_t size = data.size();
    for (; size >= 0x80; size >>= 7U) bytes += static_cast<char>((size & 0x7FU) | 0x80U);
    return bytes + static_cast<char>(size) + data;
}

inline const std::string kListQuestion = field_of(7, "*");
inline std::string file_question(const std::string& name) {
    return field_of(3, name);
}
inline std::string symbol_question(const std::string& name) {
    return field_of(4, name);
}

inline Script services_answer(const std::vector<std::string>& names) {
    std::string list;
    for (const auto& name : names) list += field_of(1, field_of(1, name));
    return answer(field_of(6, list));
}
inline Script bytes_answer(const std::vector<std::string>& files) {
    std::string list;
    for (const auto& file : files) list += field_of(1, file);
    return answer(field_of(4, list));
}
inline Script files_answer(const std::vector<google::protobuf::FileDescriptorProto>& files) {
    std::vector<std::string> bytes;
    for (const auto& file : files) bytes.push_back(file.SerializeAsString());
    return bytes_answer(bytes);
}
inline Script error_answer(const std::string& words) {
    return answer(field_of(7, "\x08\x05" + field_of(2, words)));
}

inline google::protobuf::FileDescriptorProto empty_file(const std::string& name, const std::vector<std::string>& imports = {}) {
    google::protobuf::FileDescriptorProto file;
    file.set_name(name);
    file.set_syntax("proto3");
    for (const auto& import : imports) file.add_dependency(import);
    return file;
}

// types.proto: package told; message Item {}
inline google::protobuf::FileDescriptorProto types_file() {
    auto file = empty_file("types.proto");
    file.set_package("told");
    file.add_message_type()->set_name("Item");
    return file;
}

// NAME.proto: package told; import "types.proto"; service NAME { rpc METHOD(Item) returns (Item); }
inline google::protobuf::FileDescriptorProto service_file(const std::string& name, const std::string& method = "Look") {
    auto file = empty_file(name + ".proto", {"types.proto"});
    file.set_package("told");
    auto& service = *file.add_service();
    service.set_name(name);
    auto& one = *service.add_method();
    one.set_name(method);
    one.set_input_type(".told.Item");
    one.set_output_type(".told.Item");
    return file;
}

// A server that answers questions of one version as it is told to; others by an error.
class DescribingServer {
  public:
    using Answers = std::map<std::string, Script>;
    explicit DescribingServer(Answers answers, std::string path = kReflectionV1)
        : answers_(std::move(answers)),
          server_([this, path](const std::string& asked, const std::string& question) {
              if (asked != path) return unimplemented();
              const std::lock_guard lock(mutex_);
              const auto found = answers_.find(question);
              return found == answers_.end() ? error_answer("there is no such thing") : found->second;
          }),
          channel_(options_for(server_.port())) {}
    ~DescribingServer() {
        channel_.shutdown();
        server_.stop();
    }
    DescribingServer(const DescribingServer&) = delete;
    DescribingServer& operator=(const DescribingServer&) = delete;

    SchemaSource::Reading read_by(ReflectionSchema& schema) { return loop_.run(schema.read(channel_)); }
    // Between two readings.
    void tell(const std::string& question, const Script& script) {
        const std::lock_guard lock(mutex_);
        answers_[question] = script;
    }
    FakeOctane& server() { return server_; }

  private:
    std::mutex mutex_;
    Answers answers_;
    FakeOctane server_;
    Loop loop_;
    Channel channel_;
};

inline DescribingServer::Answers answers_of(const std::vector<std::string>& services) {
    std::vector<std::string> names;
    DescribingServer::Answers answers;
    for (const auto& service : services) {
        names.push_back("told." + service);
        answers[symbol_question(names.back())] = files_answer({service_file(service)});
    }
    answers[kListQuestion] = services_answer(names);
    answers[file_question("types.proto")] = files_answer({types_file()});
    return answers;
}

}  // namespace octane::upstream::tests
