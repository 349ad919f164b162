#include "endpoints/socket_messages.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "endpoints/json_body.hpp"
#include "endpoints/view_query.hpp"
#include "endpoints/viewers.hpp"

namespace octane::endpoints {
using base::ErrorCode;

namespace {

base::Error bad(std::string message) {
    return base::make_error(ErrorCode::bad_value, std::move(message));
}

constexpr std::size_t kLongestValue = 100;  // characters

// What a viewer is told of besides its frames is decided when it joins; a view is about frames only.
constexpr std::string_view kDecidedAtOpening = "events";

base::Result<base::Done> check_name(const std::string& name) {
    if (name == kDecidedAtOpening)
        return bad("\"events\" is no part of a view: ask for it when the socket is opened, as /render/ws?events=calls");
    if (std::ranges::find(kViewParameters, name) != kViewParameters.end()) return base::Done{};
    std::string known;
    for (const auto parameter : kViewParameters) {
        if (parameter != kDecidedAtOpening) known += (known.empty() ? "" : ", ") + std::string(parameter);
    }
    return bad("a view has no \"" + name.substr(0, 40) + "\"; it has " + known);
}

// As it would stand in a query.
std::string as_parameter(const nlohmann::json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

SocketMessages::SocketMessages(const Context& context, boost::asio::any_io_executor loop, http::Query view, std::string client)
    : context_(context), loop_(std::move(loop)), view_(std::move(view)), client_(std::move(client)) {}

void SocketMessages::on_message(ViewerAdapter& viewer, http::MessageKind kind, std::string_view bytes) {
    const auto taken = take(viewer, kind, bytes);
    if (!taken) viewer.send(frames::RefusedMessage{taken.error()});
}

void SocketMessages::on_closed() {
    if (camera_) camera_->stop();
}

base::Result<base::Done> SocketMessages::take(ViewerAdapter& viewer, http::MessageKind kind, std::string_view bytes) {
    if (kind != http::MessageKind::text)
        return bad("a binary message means nothing here; send JSON as text, such as {\"type\":\"ping\"}");
    auto read = read_json_object(bytes, "the message");
    if (!read) return std::move(read).error();
    auto& message = *read;
    const auto type = message.find("type");
    const std::string name = type != message.end() && type->is_string() ? type->get<std::string>() : std::string();
    if (type != message.end()) message.erase(type);
    if (name == "camera") return take_camera(viewer, message);
    if (name == "view") return take_view(viewer, message);
    if (name != "ping")
        return bad("the type of a message is \"camera\", \"view\" or \"ping\"" +
                   (name.empty() ? std::string() : ", not \"" + name.substr(0, 40) + "\""));
    viewer.send(frames::Pong{});
    return base::Done{};
}

base::Result<base::Done> SocketMessages::take_camera(ViewerAdapter& viewer, const nlohmann::json& message) {
    if (!camera_) {
        const auto tell = [weak = viewer.weak_from_this()](const base::Error& error) {
            if (const auto told = weak.lock()) told->send(frames::RefusedMessage{error});
        };
        camera_ = std::make_shared<livelink::CameraFeed>(context_.octane, loop_, tell);
    }
    auto pushed = camera_->push(message);
    if (pushed) context_.hub.camera_moved();
    return pushed;
}

// Members that are absent stay as they are; null takes the default again.
base::Result<base::Done> SocketMessages::take_view(ViewerAdapter& viewer, const nlohmann::json& message) {
    http::Query view = view_;
    for (const auto& [name, value] : message.items()) {
        if (const auto is_known = check_name(name); !is_known) return is_known.error();
        if (value.is_null()) {
            view.remove(name);
            continue;
        }
        std::string value_text = value.is_structured() ? std::string() : as_parameter(value);
        if (value.is_structured() || value_text.size() > kLongestValue)
            return bad("\"" + name + "\" of a view is a word or a number of at most " + std::to_string(kLongestValue) +
                       " characters");
        view.set(name, std::move(value_text));
    }
    auto options = read_viewer_options(context_, view, client_, frames::Container::ws);
    if (!options) return options.error();
    view_ = std::move(view);
    viewer.change_view(std::move(*options));
    return base::Done{};
}

}  // namespace octane::endpoints
