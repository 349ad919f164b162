#include "endpoints/compat_socket.hpp"

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/ids.hpp"
#include "endpoints/callback_message.hpp"
#include "endpoints/carriers.hpp"
#include "endpoints/json_body.hpp"
#include "endpoints/viewer_adapter.hpp"
#include "frames/viewer.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;
using frames::Container;

namespace {

frames::ViewerOptions options_for(Container container) {
    frames::ViewerOptions options;
    options.variant.format = frames::Format::raw;
    options.variant.container = container;
    options.id = base::make_uuid();
    options.wants_statistics = true;  // for the page's status bar
    return options;
}

// On the connection's loop; owned by the client's adapter.
class CallbackClient final : public ViewerClient {
  public:
    void on_message(ViewerAdapter& viewer, http::MessageKind kind, std::string_view bytes) override;
    void on_closed() override {}

  private:
    void subscribe(ViewerAdapter& viewer, Container container);

    bool is_subscribed_ = false;
};

void CallbackClient::on_message(ViewerAdapter& viewer, http::MessageKind kind, std::string_view bytes) {
    if (kind != http::MessageKind::text) return;
    const auto read = read_json_object(bytes, "the message");
    if (!read) return;
    const auto& message = *read;
    const auto type = message.find("type");
    if (type == message.end()) return;
    if (*type == "ping") {
        viewer.send(frames::Pong{});
    } else if (*type == "subscribe") {
        const auto binary = message.find("binary");
        const bool is_binary = binary != message.end() && *binary == true;
        subscribe(viewer, is_binary ? Container::callbacks_binary : Container::callbacks);
    }
}

void CallbackClient::subscribe(ViewerAdapter& viewer, Container container) {
    auto options = options_for(container);
    if (std::exchange(is_subscribed_, true)) {
        viewer.change_view(std::move(options));
    } else {
        viewer.viewer()->set_view(options.variant, options.frame_interval);
        viewer.join(nullptr);
    }
}

}  // namespace

asio::awaitable<http::Response> open_callbacks(const Context& context, http::Request& request) {
    http::Response response;
    response.on_web_socket = [&context, index = request.loop_index,
                              remote = request.remote](std::shared_ptr<http::WebSocket> socket) {
        const auto viewer =
            std::make_shared<ViewerAdapter>(make_message_carrier(std::move(socket), {spell_callback_event, is_callback_event}),
                                            std::make_unique<CallbackClient>(), context.hub.at(index),
                                            options_for(Container::callbacks), context.viewer_stats, remote);
        viewer->open();
        viewer->wait();
    };
    co_return response;
}

}  // namespace octane::endpoints
