// Room: endpoints. What the log says of a call, whichever surface it came through: docs/api.md §7. The route's two captures are
// the service and the method.
#pragma once

#include <chrono>
#include <string>

#include "base/error.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

class CallLog {
  public:
    // The call begins; its id is the caller's own if it can stand in a header and a log line, else a new one. The request must
    // outlive it.
    explicit CallLog(const http::Request& request);

    // What is asked, once as much of the body is there as is going to be; a failure notes it, too. The first time counts.
    void note_request() const;

    [[nodiscard]] const std::string& call_id() const { return call_id_; }
    void success() const;
    void failure(const base::Error& error, int status) const;

  private:
    const http::Request& request_;
    std::chrono::steady_clock::time_point begin_;
    std::string call_id_;
    mutable bool is_noted_ = false;
};

}  // namespace octane::endpoints
