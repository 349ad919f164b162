// Stand-in renderer: which methods are played, and by what.
//
// A method that exists in one release only is played in that release only. A handler answers by filling the reply, or
// throws CallError. Handlers run one at a time.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "standin/schema.hpp"

namespace octane::standin {

class CallError : public std::runtime_error {
  public:
    CallError(grpc::StatusCode code, const std::string& text) : std::runtime_error(text), code_(code) {}
    grpc::StatusCode code() const { return code_; }

  private:
    grpc::StatusCode code_;
};

using Handler = std::function<void(const Message& request, Message& reply)>;
using RawHandler = std::function<grpc::ByteBuffer(const Message& request)>;

struct Method {
    const google::protobuf::MethodDescriptor* descriptor = nullptr;
    std::string short_name;  // "ApiItem/name"
    Handler handler;
    RawHandler raw_handler;  // for answers that carry pixels
    std::atomic<std::uint64_t> calls{0};
};

class Methods {
  public:
    explicit Methods(const Schema& schema);

    // Service without package and suffix. Ignored if this release lacks the method; std::logic_error on a second handler.
    void on(std::string_view service, std::string_view method, Handler handler);
    void on_raw(std::string_view service, std::string_view method, RawHandler handler);

    Method* find(std::string_view path);                 // "/octaneapi.ApiItemService/name"; nullptr if the release lacks it
    std::map<std::string, std::uint64_t> calls() const;  // those called at least once
    std::vector<std::string> played_names() const;
    // What has a handler but does not exist in this release.
    const std::set<std::string>& not_in_release() const { return not_in_release_; }

  private:
    Method* unplayed(std::string_view service, std::string_view method);

    std::map<std::string, std::unique_ptr<Method>, std::less<>> by_path_;
    std::map<std::string, Method*, std::less<>> by_short_name_;
    std::set<std::string> not_in_release_;
};

}  // namespace octane::standin
