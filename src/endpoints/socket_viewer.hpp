// Room: endpoints. A viewer of the frames room on a WebSocket, which also moves the camera and changes its own view: CONTRACT §3.
//
// Lives on the connection's loop. The loop's hub owns it while it is joined; the socket knows it only weakly.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "endpoints/context.hpp"
#include "frames/loop_hub.hpp"
#include "frames/viewer.hpp"
#include "http/message.hpp"
#include "http/web_socket.hpp"
#include "livelink/camera_feed.hpp"

namespace octane::endpoints {

// Who is at the other end.
struct SocketClient {
    boost::asio::any_io_executor loop;
    unsigned loop_index = 0;
    std::string remote;
    http::Query query;
};

class SocketViewer : public http::WebSocketListener, public frames::Transport, public std::enable_shared_from_this<SocketViewer> {
  public:
    // The options are those of the client's query.
    SocketViewer(const Context& context, std::shared_ptr<http::WebSocket> socket, SocketClient client,
                 frames::ViewerOptions options);

    // Joins the hub; `connected` is the first message.
    void open(std::shared_ptr<const std::string> connected);

    void on_message(http::MessageKind kind, std::string_view bytes) override;
    void on_written() override;
    void on_closed() override;

    void write_frame(std::span<const std::string_view> parts) override;
    void write_event(std::string_view json) override;
    void close() override;
    void finish() override;
    [[nodiscard]] std::chrono::steady_clock::time_point last_progress() const override;

  private:
    [[nodiscard]] std::shared_ptr<frames::Viewer> viewer();
    base::Result<base::Done> take(http::MessageKind kind, std::string_view bytes);
    base::Result<base::Done> take_camera(const nlohmann::json& message);
    base::Result<base::Done> take_view(const nlohmann::json& message);
    void answer_ping();
    void say_error(const base::Error& error);

    const Context& context_;
    std::shared_ptr<http::WebSocket> socket_;
    SocketClient client_;
    frames::LoopHub& hub_;
    frames::Viewer viewer_;
    std::shared_ptr<livelink::CameraFeed> camera_;  // from the first camera on
    std::chrono::steady_clock::time_point opened_;
};

}  // namespace octane::endpoints
