// Room: endpoints. What a client of /render/ws may say: it moves the camera, changes its view, or asks for a pong. docs/api.md
// §3.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "endpoints/context.hpp"
#include "endpoints/viewer_adapter.hpp"
#include "http/message.hpp"
#include "livelink/camera_feed.hpp"

namespace octane::endpoints {

// On the connection's loop; owned by the client's adapter.
class SocketMessages final : public ViewerClient {
  public:
    // `view` is the query with which the socket was opened by `client`.
    SocketMessages(const Context& context, boost::asio::any_io_executor loop, http::Query view, std::string client);

    // What is wrong with a message is told to its sender.
    void on_message(ViewerAdapter& viewer, http::MessageKind kind, std::string_view bytes) override;
    void on_closed() override;

  private:
    base::Result<base::Done> take(ViewerAdapter& viewer, http::MessageKind kind, std::string_view bytes);
    base::Result<base::Done> take_camera(ViewerAdapter& viewer, const nlohmann::json& message);
    base::Result<base::Done> take_view(ViewerAdapter& viewer, const nlohmann::json& message);

    const Context& context_;
    boost::asio::any_io_executor loop_;
    http::Query view_;
    const std::string client_;
    std::shared_ptr<livelink::CameraFeed> camera_;  // from the first camera on
};

}  // namespace octane::endpoints
