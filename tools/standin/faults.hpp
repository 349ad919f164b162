// Stand-in renderer: calls that stall, fail or crash on purpose, set on the command line or through the control port.
//
// A method is "Service/method" in any spelling of the service; "*" stands for every service or every method.
#pragma once

#include <grpcpp/support/status.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace octane::standin {

struct Fault {
    std::chrono::milliseconds stall{0};
    std::optional<grpc::Status> failure;
    bool crashes = false;
};

class Faults {
  public:
    // Text forms of the command line; std::invalid_argument says what is wrong with them.
    void add_stall(std::string_view method_and_ms);
    void add_failure(std::string_view method_and_status);

    void stall(std::string_view method, std::chrono::milliseconds time);
    void fail(std::string_view method, grpc::Status status);
    void crash(std::string_view method);
    void clear();  // also ends stalls that are going on

    // Cheap while no fault is set.
    std::optional<Fault> of(std::string_view method) const;
    // Sleeps for the time, or until clear() or stop().
    void wait(std::chrono::milliseconds time);
    void stop();

    // "ApiItem/name" for "octaneapi.ApiItemService/name", "ApiItem.name" and the like.
    static std::string short_name(std::string_view method);
    static std::optional<grpc::StatusCode> status_code(std::string_view name);

  private:
    Fault& entry(std::string_view method);

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, Fault, std::less<>> faults_;
    std::atomic<bool> any_{false};
    std::uint64_t cleared_ = 0;
    bool stopped_ = false;
};

}  // namespace octane::standin
