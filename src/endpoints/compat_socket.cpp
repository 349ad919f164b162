#include "endpoints/compat_socket.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/ids.hpp"
#include "endpoints/compat_calls.hpp"
#include "endpoints/json_body.hpp"
#include "endpoints/viewers.hpp"
#include "frames/viewer.hpp"
#include "http/web_socket.hpp"
#include "telemetry/log.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;
using frames::Container;
using nlohmann::json;
using telemetry::Level;

namespace {

std::string milliseconds_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

frames::ViewerOptions options_for(Container container) {
    frames::ViewerOptions options;
    options.variant.format = frames::Format::raw;
    options.variant.container = container;
    options.id = base::make_uuid();
    return options;
}

// Lives on the connection's loop; the hub owns it while it is joined.
class CallbackViewer : public http::WebSocketListener,
                       public frames::Transport,
                       public std::enable_shared_from_this<CallbackViewer> {
  public:
    CallbackViewer(const Context& context, std::shared_ptr<http::WebSocket> socket, asio::io_context& loop, unsigned loop_index,
                   std::string remote)
        : context_(context),
          socket_(std::move(socket)),
          loop_(loop),
          hub_(context.hub.at(loop_index)),
          viewer_(*this, options_for(Container::callbacks), context.viewer_stats),
          remote_(std::move(remote)) {}

    void open() {
        socket_->listen(weak_from_this());
        telemetry::log(Level::info, "Viewer connected", {{"from", remote_}, {"id", viewer_.id()}});
        hub_.keep(viewer());
    }

    void on_message(http::MessageKind kind, std::string_view bytes) override;
    void on_written() override { viewer_.on_written(frames::Viewer::Clock::now()); }
    void on_closed() override;

    void write_frame(std::span<const std::string_view> parts) override;
    void write_event(std::string_view text) override;
    void close() override;
    void finish() override { socket_->finish(http::CloseCode::going_away, "the proxy is going down"); }
    [[nodiscard]] std::chrono::steady_clock::time_point last_progress() const override;

  private:
    void subscribe(Container container);
    std::shared_ptr<frames::Viewer> viewer() { return {shared_from_this(), &viewer_}; }
    void send(std::string text) { viewer_.send(std::make_shared<const std::string>(std::move(text))); }
    void write_text(std::string text);
    void write_nothing();
    void fetch_statistics();
    static asio::awaitable<void> send_statistics(std::shared_ptr<CallbackViewer> self);

    const Context& context_;
    std::shared_ptr<http::WebSocket> socket_;
    asio::io_context& loop_;
    frames::LoopHub& hub_;
    frames::Viewer viewer_;
    std::string remote_;
    std::string text_;  // being written
    bool is_subscribed_ = false;
    bool is_asking_ = false;  // for statistics
    bool is_open_ = true;
};

void CallbackViewer::on_message(http::MessageKind kind, std::string_view bytes) {
    if (kind != http::MessageKind::text) return;
    const auto read = read_json_object(bytes, "the message");
    if (!read) return;
    const auto& message = *read;
    const auto type = message.find("type");
    if (type == message.end()) return;
    if (*type == "ping") {
        send(R"({"type":"pong","timestamp":)" + milliseconds_now() + '}');
    } else if (*type == "subscribe") {
        const auto binary = message.find("binary");
        const bool is_binary = binary != message.end() && *binary == true;
        subscribe(is_binary ? Container::callbacks_binary : Container::callbacks);
    }
}

void CallbackViewer::subscribe(Container container) {
    const auto options = options_for(container);
    if (std::exchange(is_subscribed_, true)) {
        hub_.change_view(viewer(), options.variant, options.frame_interval);
    } else {
        viewer_.set_view(options.variant, options.frame_interval);
        hub_.join(viewer());
    }
}

// While the viewer is told that nothing has been written, the client keeps nobody waiting.
std::chrono::steady_clock::time_point CallbackViewer::last_progress() const {
    return socket_->is_writing() ? socket_->last_progress() : std::chrono::steady_clock::now();
}

void CallbackViewer::on_closed() {
    is_open_ = false;
    telemetry::log(Level::info, "Viewer left", {{"from", remote_}, {"id", viewer_.id()}});
    const auto self = viewer();  // the hub may hold the last reference
    hub_.leave(self);
}

void CallbackViewer::close() {
    telemetry::log(Level::warn, "Viewer disconnected: it has stopped reading", {{"from", remote_}, {"id", viewer_.id()}});
    socket_->abort();
}

void CallbackViewer::write_frame(std::span<const std::string_view> parts) {
    const bool is_text = viewer_.variant().container == Container::callbacks;
    socket_->write(is_text ? http::MessageKind::text : http::MessageKind::binary, parts);
}

// The page knows three of the hub's events, under `data` in its older generation and beside `type` in its newer one.
void CallbackViewer::write_event(std::string_view text) {
    auto event = json::parse(text, nullptr, false);
    const std::string type = event.is_object() ? event.value("type", "") : std::string();
    if (type == "pong" || event.contains("data")) {  // of our own making
        write_text(std::string(text));
    } else if (type == "renderFailure" || type == "projectManagerChanged") {
        event.erase("type");
        json message = event;
        message["type"] = type;
        message["timestamp"] = json::parse(milliseconds_now());
        message["data"] = std::move(event);
        write_text(message.dump(-1, ' ', false, json::error_handler_t::replace));
    } else {
        if (type == "newStatistics") fetch_statistics();
        write_nothing();
    }
}

void CallbackViewer::write_text(std::string text) {
    text_ = std::move(text);
    const std::array<std::string_view, 1> parts{text_};
    socket_->write(http::MessageKind::text, parts);
}

void CallbackViewer::write_nothing() {
    asio::post(loop_, [self = shared_from_this()] {
        if (self->is_open_) self->on_written();
    });
}

// The page wants the figures with the event, which brings none.
void CallbackViewer::fetch_statistics() {
    if (std::exchange(is_asking_, true)) return;
    asio::co_spawn(loop_, send_statistics(shared_from_this()), [](const std::exception_ptr& escaped) {
        if (escaped) telemetry::log(Level::error, "An exception ended a question for statistics");
    });
}

asio::awaitable<void> CallbackViewer::send_statistics(std::shared_ptr<CallbackViewer> self) {
    rpc::CallRequest call;
    call.head.service = "ApiRenderEngine";
    call.head.method = "getRenderStatistics";
    rpc::JsonCodec codec({false, kWebDialect, {}});
    const auto answer = co_await self->context_.octane.caller().call(call, {}, codec);
    self->is_asking_ = false;
    if (answer && self->is_open_) {
        self->send(R"({"type":"newStatistics","data":)" + codec.json() + R"(,"timestamp":)" + milliseconds_now() + '}');
    }
}

}  // namespace

asio::awaitable<http::Response> open_callbacks(const Context& context, http::Request& request) {
    http::Response response;
    response.on_web_socket = [&context, loop = request.loop, index = request.loop_index,
                              remote = request.remote](std::shared_ptr<http::WebSocket> socket) {
        std::make_shared<CallbackViewer>(context, std::move(socket), *loop, index, remote)->open();
    };
    co_return response;
}

}  // namespace octane::endpoints
