#include "endpoints/compat_socket.hpp"

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/ids.hpp"
#include "endpoints/callback_message.hpp"
#include "endpoints/carriers.hpp"
#include "endpoints/compat_calls.hpp"
#include "endpoints/json_body.hpp"
#include "endpoints/viewer_adapter.hpp"
#include "frames/viewer.hpp"
#include "telemetry/log.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;
using frames::Container;
using telemetry::Level;

namespace {

frames::ViewerOptions options_for(Container container) {
    frames::ViewerOptions options;
    options.variant.format = frames::Format::raw;
    options.variant.container = container;
    options.id = base::make_uuid();
    return options;
}

// On the connection's loop; owned by the client's adapter.
class CallbackClient final : public ViewerClient {
  public:
    CallbackClient(const Context& context, asio::io_context& loop) : context_(context), loop_(loop) {}

    void on_message(ViewerAdapter& viewer, http::MessageKind kind, std::string_view bytes) override;
    void on_event(ViewerAdapter& viewer, const frames::ControlEvent& event) override;
    void on_closed() override {}

  private:
    void subscribe(ViewerAdapter& viewer, Container container);
    static asio::awaitable<void> send_statistics(const Context& context, std::shared_ptr<ViewerAdapter> viewer);

    const Context& context_;
    asio::io_context& loop_;
    bool is_subscribed_ = false;
    std::shared_ptr<bool> is_asking_ = std::make_shared<bool>(false);  // for statistics; the question may outlive the client
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
    const auto options = options_for(container);
    if (std::exchange(is_subscribed_, true)) {
        viewer.change_view(options.variant, options.frame_interval);
    } else {
        viewer.viewer()->set_view(options.variant, options.frame_interval);
        viewer.join(nullptr);
    }
}

// The page wants the figures with the event, which brings none.
void CallbackClient::on_event(ViewerAdapter& viewer, const frames::ControlEvent& event) {
    if (!frames::is_event<frames::NewStatistics>(event) || std::exchange(*is_asking_, true)) return;
    asio::co_spawn(loop_, send_statistics(context_, viewer.shared_from_this()),
                   [is_asking = is_asking_](const std::exception_ptr& escaped) {
                       *is_asking = false;
                       if (escaped) telemetry::log(Level::error, "An exception ended a question for statistics");
                   });
}

asio::awaitable<void> CallbackClient::send_statistics(const Context& context, std::shared_ptr<ViewerAdapter> viewer) {
    rpc::CallRequest call;
    call.head.service = "ApiRenderEngine";
    call.head.method = "getRenderStatistics";
    rpc::JsonCodec codec({false, kWebDialect, {}});
    const auto answer = co_await context.octane.caller().call(call, {}, codec);
    if (answer && viewer->is_open()) viewer->send(frames::StatisticsAnswer{std::move(codec.json())});
}

}  // namespace

asio::awaitable<http::Response> open_callbacks(const Context& context, http::Request& request) {
    http::Response response;
    response.on_web_socket = [&context, loop = request.loop, index = request.loop_index,
                              remote = request.remote](std::shared_ptr<http::WebSocket> socket) {
        const auto viewer =
            std::make_shared<ViewerAdapter>(make_message_carrier(std::move(socket), {spell_callback_event, is_callback_event}),
                                            std::make_unique<CallbackClient>(context, *loop), context.hub.at(index),
                                            options_for(Container::callbacks), context.viewer_stats, remote);
        viewer->open();
        viewer->wait();
    };
    co_return response;
}

}  // namespace octane::endpoints
