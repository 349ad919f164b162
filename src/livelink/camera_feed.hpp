// Room: livelink. Moves Octane's camera as fast as Octane follows: the newest state wins, one is on its way at most.
//
// A drag is one StreamCamera call, opened with its first camera and closed when the hand rests, whose end says that all of them
// were taken; an Octane without it gets SetCamera instead. Each camera is followed by one ApiChangeManager.update, without which
// Octane would not show it. Each drag, or each SetCamera, is an edit like any other: OctanePolicy::announce() tells of it once,
// after its update. Lives on one loop.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "livelink/octane.hpp"
#include "rpc/call_record.hpp"
#include "upstream/client_stream.hpp"

namespace octane::livelink {

class CameraFeed : public std::enable_shared_from_this<CameraFeed> {
  public:
    // How long the hand must rest for the drag to be over.
    static constexpr std::chrono::milliseconds kRest{250};
    // What one step of Octane's may take.
    static constexpr std::chrono::seconds kLimit{10};

    // `report` is called on the loop when a camera could not be shown. Octane must outlive the feed and what it has under
    // way.
    CameraFeed(Octane& octane, boost::asio::any_io_executor loop, std::function<void(const base::Error&)> report);

    // Members of livelinkapi.CameraState; those that are absent stay as they are. Errors: 40003, 40004 for what is no camera,
    // 40303 if SetCamera is denied, 40401, 40402 if the schema has no such thing. On the loop.
    base::Result<base::Done> push(const nlohmann::json& camera);

    // Nobody wants it any more: what is under way ends by itself, nothing is reported. On the loop.
    void stop();

  private:
    // One StreamCamera call.
    struct Drag {
        Drag(Octane& octane, OctanePolicy::Target which);
        OctanePolicy::Target target;
        rpc::JoinedReads::Edit edit;
        std::unique_ptr<rpc::CallRecord> record;
        std::unique_ptr<upstream::ClientStream> stream;
    };

    void start();
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> send();
    boost::asio::awaitable<void> follow(bool is_sent);
    boost::asio::awaitable<bool> send_on_stream();
    boost::asio::awaitable<bool> end_stream();
    boost::asio::awaitable<bool> set_camera();  // false as update()
    boost::asio::awaitable<bool> update();      // false: it failed, which has been reported
    boost::asio::awaitable<std::optional<base::Error>> call(const OctanePolicy::Target& target, std::string request);
    [[nodiscard]] std::optional<OctanePolicy::Target> stream_target() const;
    void report(const base::Error& error);

    Octane& octane_;
    boost::asio::any_io_executor loop_;
    std::function<void(const base::Error&)> report_;
    boost::asio::steady_timer rest_;
    nlohmann::json pending_ = nlohmann::json::object();      // not sent yet
    nlohmann::json unconfirmed_ = nlohmann::json::object();  // sent, but Octane has not said that it took it
    std::unique_ptr<Drag> drag_;
    std::optional<OctanePolicy::Target> taken_;          // the method by which Octane has taken a camera, until that is announced
    std::optional<std::uint64_t> epoch_without_stream_;  // of an Octane that has no StreamCamera
    bool is_running_ = false;
    bool is_stopped_ = false;
};

}  // namespace octane::livelink
