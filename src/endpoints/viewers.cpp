#include "endpoints/viewers.hpp"

#include <memory>
#include <string>
#include <utility>

#include "base/ids.hpp"
#include "endpoints/carriers.hpp"
#include "endpoints/event_json.hpp"
#include "endpoints/socket_messages.hpp"
#include "endpoints/view_query.hpp"
#include "endpoints/viewer_adapter.hpp"
#include "frames/containers.hpp"
#include "http/network.hpp"
#include "http/response_writer.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;
using frames::Container;
using frames::Format;

namespace {

frames::EventPointer make_connected_event(const std::string& client_id, const frames::FrameStats& stats) {
    return std::make_shared<const frames::ControlEvent>(frames::ViewerConnected{client_id, frames::read_status(stats)});
}

bool can_carry(Container container, Format format) {
    switch (container) {
        case Container::sse: return format != Format::exr;
        case Container::mjpeg: return format == Format::jpeg || format == Format::png || format == Format::webp;
        case Container::ws: return format != Format::both;
        case Container::callbacks:
        case Container::callbacks_binary: return format == Format::raw;
        case Container::frame: break;
    }
    return format != Format::both;
}

std::string_view formats_of(Container container) {
    switch (container) {
        case Container::sse: return "both, raw, jpeg, png or webp";
        case Container::mjpeg: return "jpeg, png or webp";
        case Container::callbacks:
        case Container::callbacks_binary: return "raw";
        case Container::ws:
        case Container::frame: break;
    }
    return "jpeg, png, webp, raw or exr";
}

using MakeCarrier = std::unique_ptr<Carrier> (*)(std::shared_ptr<http::ResponseWriter>);

http::Response open_response(const Context& context, const http::Request& request, frames::ViewerOptions options,
                             MakeCarrier make_carrier) {
    http::Response response;
    response.headers.emplace_back("X-Accel-Buffering", "no");
    response.headers.emplace_back("Cache-Control", "no-store");
    response.on_stream = [&context, options = std::move(options), loop = request.loop_index, remote = request.remote,
                          make_carrier](std::shared_ptr<http::ResponseWriter> stream) mutable {
        const auto hello = make_connected_event(options.id, context.stats);
        const auto viewer = std::make_shared<ViewerAdapter>(make_carrier(std::move(stream)), nullptr, context.hub.at(loop),
                                                            std::move(options), context.viewer_stats, remote);
        viewer->open();
        viewer->join(hello);
    };
    return response;
}

}  // namespace

base::Result<frames::ViewerOptions> read_viewer_options(const Context& context, const http::Query& query, std::string_view client,
                                                        Container container) {
    auto options = read_view_query(query, *context.octane.state()->schema, {}, formats_of(container));
    if (!options) return options;
    auto& variant = options->variant;
    variant.container = container;
    const auto format = query.find("format");
    if (!format && container != Container::sse) variant.format = Format::jpeg;
    if (!can_carry(container, variant.format)) {
        return base::make_error(base::ErrorCode::bad_query, "?format= is '" + std::string(format.value_or("")) +
                                                                "'; here it takes " + std::string(formats_of(container)));
    }
    if (container == Container::mjpeg && variant.last && variant.last->format != variant.format) {
        const std::string name(frames::kFormatNames[static_cast<std::size_t>(variant.format)]);
        return base::make_error(base::ErrorCode::bad_query,
                                "?final= is '" + std::string(query.find("final").value_or("").substr(0, 40)) +
                                    "'; the parts of a multipart stream all have one format, so here it takes " + name +
                                    (variant.format == Format::png ? "" : " with a quality, such as " + name + ",95"));
    }
    variant = frames::drop_unused_options(variant);
    auto place = context.hub.places().take(variant, http::share_key(client));
    if (!place) return std::move(place).error();
    options->place = *std::move(place);
    options->id = base::make_uuid();
    return options;
}

asio::awaitable<http::Response> open_stream(const Context& context, http::Request& request) {
    auto options = read_viewer_options(context, request.query, request.client(), Container::sse);
    if (!options) co_return http::error_response(options.error());
    auto response = open_response(context, request, std::move(*options), make_event_carrier);
    response.content_type = "text/event-stream";
    co_return response;
}

asio::awaitable<http::Response> open_mjpeg(const Context& context, http::Request& request) {
    auto options = read_viewer_options(context, request.query, request.client(), Container::mjpeg);
    if (!options) co_return http::error_response(options.error());
    options->wants_calls = options->wants_statistics = false;  // its parts carry nothing but pictures
    options->needs_repeats = true;  // Chromium shows a part when the next one begins, and reverse proxies cut what is silent
    auto response = open_response(context, request, std::move(*options), make_part_carrier);
    response.content_type = "multipart/x-mixed-replace; boundary=" + std::string(frames::kBoundary);
    co_return response;
}

asio::awaitable<http::Response> open_web_socket(const Context& context, http::Request& request) {
    auto options = read_viewer_options(context, request.query, request.client(), Container::ws);
    if (!options) co_return http::error_response(options.error());
    http::Response response;
    response.on_web_socket = [&context, loop = request.loop->get_executor(), index = request.loop_index, remote = request.remote,
                              view = request.query, client = std::string(request.client()),
                              options = std::move(*options)](std::shared_ptr<http::WebSocket> socket) mutable {
        const auto hello = make_connected_event(options.id, context.stats);
        const auto viewer =
            std::make_shared<ViewerAdapter>(make_message_carrier(std::move(socket), {spell_event, nullptr}),
                                            std::make_unique<SocketMessages>(context, loop, view, client), context.hub.at(index),
                                            std::move(options), context.viewer_stats, remote);
        viewer->open();
        viewer->join(hello);
    };
    co_return response;
}

}  // namespace octane::endpoints
