// Tests of the livelink room: an Octane of one release, scripted, with the proxy's whole side of it.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unit/livelink/json_call.hpp"
#include "unit/livelink/running_octane.hpp"
#include "unit/upstream/fake_octane.hpp"

namespace octane::livelink::tests {

inline constexpr const char* kNamePath = "/octaneapi.ApiItemService/name";
// nameResponse{result: "teapot.obj"}, and nameRequest{objectPtr{handle: 1, type: ApiItem}}.
inline const std::string kTeapot = "\n\x0Ateapot.obj";

inline const char* const kItem = R"({"objectPtr":{"handle":"1"}})";

enum class Speaks { alpha5, beta2, unknown };

// An Octane of one release on whose side a test scripts the methods it needs.
class TestOctane {
  public:
    explicit TestOctane(Speaks release, FakeOctane::Scripter scripter, OctaneOptions options = options_for(0),
                        std::vector<std::string> deny = {}, std::chrono::milliseconds timeout = std::chrono::milliseconds(0))
        : server_([release, scripter = std::move(scripter)](const std::string& path, const std::string& request) -> Script {
              const bool is_landmark =
                  (release == Speaks::alpha5 && path == "/octaneapi.ApiItemService/getByAttrID" && request.empty()) ||
                  (release == Speaks::beta2 && path == "/octaneapi.ApiItemService/getValueByAttrID" && request.empty());
              if (is_landmark) return failure(grpc::StatusCode::INVALID_ARGUMENT, "invalid object reference");
              return scripter(path, request);
          }) {
        options.channel.port = server_.port();
        options.deny = std::move(deny);
        options.timeout = timeout;
        octane_.emplace(options);
        octane_->watch();
        REQUIRE(octane_->await_connected());
    }

    base::Result<JsonAnswer> call(const JsonCall& request) { return octane_->loop().run(call_json(octane_->octane(), request)); }
    base::Result<JsonAnswer> call(std::string_view service, std::string_view method, std::string_view body = kItem) {
        JsonCall request;
        request.service = service;
        request.method = method;
        request.body = body;
        return call(request);
    }
    base::Error error(std::string_view service, std::string_view method, std::string_view body = kItem) {
        auto outcome = call(service, method, body);
        REQUIRE_FALSE(outcome);
        return std::move(outcome).error();
    }

    FakeOctane& server() { return server_; }
    RunningOctane& octane() { return *octane_; }

  private:
    FakeOctane server_;
    std::optional<RunningOctane> octane_;
};

inline Script serve(const std::string& path, const std::string&) {
    return path == kNamePath ? answer(kTeapot) : unimplemented();
}

inline bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace octane::livelink::tests
