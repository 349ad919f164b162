// Room: upstream, private. A call under way as those see it who end it from outside: the end of the program, and a connection
// that is given up.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <boost/intrusive/list.hpp>
#include <string>

#include "upstream/channel.hpp"

namespace octane::upstream {

// Why a call was ended from here, and not by the server.
struct Ending {
    base::GrpcStatus status = base::GrpcStatus::cancelled;
    const char* message = "";  // a literal
    bool is_going_down = false;
};

inline constexpr Ending kGoingDown{base::GrpcStatus::cancelled, "the proxy is going down", true};
inline constexpr Ending kOverdue{base::GrpcStatus::deadline_exceeded, "Deadline Exceeded"};  // as gRPC says it
inline constexpr Ending kLeft{base::GrpcStatus::cancelled, ""};
inline constexpr Ending kConnectionGivenUp{base::GrpcStatus::unavailable,
                                           "nothing came over the connection any more, so it was given up"};

inline Reply reply_of(const Ending& ending) {
    Reply reply;
    reply.status = ending.status;
    reply.message = ending.message;
    reply.is_going_down = ending.is_going_down;
    return reply;
}

class LiveCall : public boost::intrusive::list_base_hook<> {
  public:
    // How the call is ended; not a virtual function, since who walks over the calls may meet one whose destructor has begun and
    // waits for the list's lock.
    using EndSoon = void (*)(LiveCall& call, const Ending& why);

    explicit LiveCall(EndSoon end_soon) : end_soon_(end_soon) {}
    LiveCall(const LiveCall&) = delete;
    LiveCall& operator=(const LiveCall&) = delete;

    // Who awaits the call is told so, at most Channel::kGrace after the context was cancelled. Any thread; only hands over. `why`
    // is one of the constants above.
    void end_soon(const Ending& why) { end_soon_(*this, why); }

    grpc::ClientContext context;
    const void* connection = nullptr;  // that it goes over

  protected:
    ~LiveCall() = default;

    // Of several reasons the first counts. It has to be known before the context is cancelled: what a loop posts to itself may
    // come after what another thread posts to it later, and so after gRPC's word that the call is cancelled.
    void end_for(const Ending& why) {
        const Ending* none = nullptr;
        ending_.compare_exchange_strong(none, &why);
    }
    [[nodiscard]] const Ending* ending() const { return ending_.load(); }  // null: it was not ended from here

  private:
    const EndSoon end_soon_;
    std::atomic<const Ending*> ending_{nullptr};
};

}  // namespace octane::upstream
