#include "endpoints/socket_viewer.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "endpoints/json_body.hpp"
#include "endpoints/view_query.hpp"
#include "endpoints/viewers.hpp"
#include "frames/event.hpp"
#include "telemetry/log.hpp"
#include "wire/json_text.hpp"

namespace octane::endpoints {
using base::ErrorCode;
using telemetry::Level;

namespace {

base::Error bad(std::string message) {
    return base::make_error(ErrorCode::bad_value, std::move(message));
}

constexpr std::size_t kLongestWish = 100;  // characters

// What a viewer is told of besides its frames is settled when it joins; a view is about frames only.
constexpr std::string_view kSettledAtOpening = "events";

base::Result<base::Done> check_name(const std::string& name) {
    if (name == kSettledAtOpening)
        return bad("\"events\" is no part of a view: ask for it when the socket is opened, as /render/ws?events=calls");
    if (std::ranges::find(kViewParameters, name) != kViewParameters.end()) return base::Done{};
    std::string known;
    for (const auto parameter : kViewParameters) {
        if (parameter != kSettledAtOpening) known += (known.empty() ? "" : ", ") + std::string(parameter);
    }
    return bad("a view has no \"" + name.substr(0, 40) + "\"; it has " + known);
}

// As it would stand in a query.
std::string as_parameter(const nlohmann::json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

SocketViewer::SocketViewer(const Context& context, std::shared_ptr<http::WebSocket> socket, SocketClient client,
                           frames::ViewerOptions options)
    : context_(context),
      socket_(std::move(socket)),
      client_(std::move(client)),
      hub_(context.hub.at(client_.loop_index)),
      viewer_(*this, std::move(options), context.viewer_stats),
      opened_(std::chrono::steady_clock::now()) {}

std::shared_ptr<frames::Viewer> SocketViewer::viewer() {
    return {shared_from_this(), &viewer_};
}

void SocketViewer::open(std::shared_ptr<const std::string> connected) {
    socket_->listen(weak_from_this());
    telemetry::log(Level::info, "Viewer connected", {{"from", client_.remote}, {"id", viewer_.id()}});
    viewer_.send(std::move(connected));
    hub_.join(viewer());
}

void SocketViewer::on_message(http::MessageKind kind, std::string_view bytes) {
    const auto taken = take(kind, bytes);
    if (!taken) say_error(taken.error());
}

base::Result<base::Done> SocketViewer::take(http::MessageKind kind, std::string_view bytes) {
    if (kind != http::MessageKind::text)
        return bad("a binary message means nothing here; send JSON as text, such as {\"type\":\"ping\"}");
    auto read = read_json_object(bytes, "the message");
    if (!read) return std::move(read).error();
    auto& message = *read;
    const auto type = message.find("type");
    const std::string name = type != message.end() && type->is_string() ? type->get<std::string>() : std::string();
    if (type != message.end()) message.erase(type);
    if (name == "camera") return take_camera(message);
    if (name == "view") return take_view(message);
    if (name != "ping")
        return bad("the type of a message is \"camera\", \"view\" or \"ping\"" +
                   (name.empty() ? std::string() : ", not \"" + name.substr(0, 40) + "\""));
    answer_ping();
    return base::Done{};
}

base::Result<base::Done> SocketViewer::take_camera(const nlohmann::json& message) {
    if (!camera_) {
        camera_ = std::make_shared<livelink::CameraFeed>(context_.octane, client_.loop,
                                                         [weak = weak_from_this()](const base::Error& error) {
                                                             if (const auto self = weak.lock()) self->say_error(error);
                                                         });
    }
    auto pushed = camera_->push(message);
    if (pushed) context_.hub.camera_moved();
    return pushed;
}

// Members that are absent stay as they are; null takes the default again.
base::Result<base::Done> SocketViewer::take_view(const nlohmann::json& message) {
    http::Query view = client_.query;
    for (const auto& [name, value] : message.items()) {
        if (const auto is_known = check_name(name); !is_known) return is_known.error();
        if (value.is_null()) {
            view.remove(name);
            continue;
        }
        std::string wish = value.is_structured() ? std::string() : as_parameter(value);
        if (value.is_structured() || wish.size() > kLongestWish)
            return bad("\"" + name + "\" of a view is a word or a number of at most " + std::to_string(kLongestWish) +
                       " characters");
        view.set(name, std::move(wish));
    }
    const auto options = read_viewer_options(context_, view, frames::Container::ws);
    if (!options) return options.error();
    client_.query = std::move(view);
    hub_.change_view(viewer(), options->variant, options->frame_interval);
    return base::Done{};
}

void SocketViewer::answer_ping() {
    std::string json = R"({"type":"pong","timestamp":)";
    frames::append_timestamp(json, std::chrono::system_clock::now());
    json += '}';
    viewer_.send(std::make_shared<const std::string>(std::move(json)));
}

void SocketViewer::say_error(const base::Error& error) {
    std::string json = R"({"type":"error","error":)";
    wire::append_json_string(json, error.message);
    json += R"(,"status":")";
    json += base::grpc_status_name(error.grpc);
    json += R"(","code":)" + std::to_string(static_cast<int>(error.grpc)) + '}';
    viewer_.send(std::make_shared<const std::string>(std::move(json)));
}

void SocketViewer::on_written() {
    viewer_.on_written(frames::Viewer::Clock::now());
}

void SocketViewer::on_closed() {
    const std::chrono::duration<double> stayed = std::chrono::steady_clock::now() - opened_;
    telemetry::log(Level::info, "Viewer left", {{"from", client_.remote}, {"id", viewer_.id()}, {"seconds", stayed.count()}});
    if (camera_) camera_->stop();
    const auto self = viewer();  // the hub may hold the last reference
    hub_.leave(self);
}

void SocketViewer::write_frame(std::span<const std::string_view> parts) {
    socket_->write(http::MessageKind::binary, parts);
}

void SocketViewer::write_event(std::string_view json) {
    const std::array<std::string_view, 1> parts{json};
    socket_->write(http::MessageKind::text, parts);
}

void SocketViewer::close() {
    telemetry::log(Level::warn, "Viewer disconnected: it has stopped reading", {{"from", client_.remote}, {"id", viewer_.id()}});
    socket_->abort();
}

void SocketViewer::finish() {
    socket_->finish(http::CloseCode::going_away, "the proxy is going down");
}

std::chrono::steady_clock::time_point SocketViewer::last_progress() const {
    return socket_->last_progress();
}

}  // namespace octane::endpoints
