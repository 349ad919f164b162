#include "endpoints/frame.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/ids.hpp"
#include "endpoints/frame_query.hpp"
#include "frames/frame_json.hpp"
#include "frames/picture.hpp"
#include "frames/raw_facts.hpp"
#include "wire/json_text.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;
using frames::Format;
using frames::Frame;
using frames::RenderImage;
using FramePointer = std::shared_ptr<const Frame>;

namespace {

// How long a request that found no frame, or one that Octane may have left behind while nobody watched, waits for Octane's word.
constexpr std::chrono::milliseconds kGrace{1000};
constexpr std::chrono::milliseconds kLongestWaitForFresh{60000};  // as that of ?wait=

constexpr std::string_view kNothingRendered =
    "Octane is connected but has rendered nothing; load a scene with a render target, or ask again with ?wait=10000";

const std::string& run_id() {
    static const std::string id = base::make_uuid().substr(0, 8);
    return id;
}

bool shows(const FramePointer& frame, const FrameQuery& query) {
    return frame && frames::shown_image(*frame, query.variant.render_pass) != nullptr;
}

// The number after which a client wants frames; 0 if its own is of another count: that of an epoch or of a proxy that is gone.
std::uint64_t number_after(const Context& context, const FrameMark& mark, const FramePointer& held) {
    const bool is_other = mark.epoch && held && held->epoch != *mark.epoch;
    return is_other || mark.seq > context.stats.published.load() ? 0 : mark.seq;
}

// A client that polls: only what is newer than what it has.
asio::awaitable<FramePointer> next_frame(const Context& context, http::Request& request, const FrameQuery& query,
                                         std::uint64_t after) {
    FramePointer held = context.hub.latest();
    if (shows(held, query) && held->seq > after) co_return held;
    held.reset();
    const auto wait = query.wait.value_or(std::chrono::milliseconds(0));
    if (wait.count() > 0) {
        const frames::FrameWish wish{after, query.variant.render_pass, false};
        held = co_await context.hub.wait_for_frame(wish, wait, request.client_gone.slot());
    }
    co_return held;
}

// A client that wants what there is. While nobody watches Octane sends nothing, so the frame that is held may be an old one.
asio::awaitable<FramePointer> current_frame(const Context& context, http::Request& request, const FrameQuery& query) {
    FramePointer held = context.hub.latest();
    const bool is_live = held && context.stats.is_streaming.load();
    if (is_live && shows(held, query)) co_return held;
    const bool may_come = !is_live && context.octane.status().is_connected;
    const auto wait = query.wait.value_or(may_come ? kGrace : std::chrono::milliseconds(0));
    if (wait.count() > 0) {
        const frames::FrameWish wish{shows(held, query) ? held->seq : 0, query.variant.render_pass, true};
        FramePointer fresh = co_await context.hub.wait_for_frame(wish, wait, request.client_gone.slot());
        if (fresh) co_return fresh;
        held = context.hub.latest();
    }
    if (!shows(held, query)) held.reset();
    co_return held;
}

bool is_stale(const Context& context, const Frame& frame) {
    return frames::is_stale(context.stats, frame.seq);
}

// How long a request may wait that sets no time: as long as a call.
std::chrono::milliseconds usual_limit(const Context& context) {
    const auto limit = context.octane.caller().default_timeout();
    return limit.count() == 0 ? kLongestWaitForFresh : std::min(limit, kLongestWaitForFresh);
}

// A client that wants a frame of the Octane that is there, in the state that the last edit left it in. Of a frame that is held
// Octane's word is awaited, unless the stream stands on which it would say otherwise.
asio::awaitable<FramePointer> fresh_frame(const Context& context, http::Request& request, const FrameQuery& query,
                                          std::uint64_t after) {
    const FramePointer held = context.hub.latest();
    const auto octane = context.octane.state();
    const bool is_live = held && octane->is_connected && held->epoch == octane->epoch && context.stats.is_streaming.load();
    if (is_live && held->seq > after && !is_stale(context, *held) && shows(held, query)) co_return held;
    frames::FrameWish wish{after, query.variant.render_pass, false, true};
    if (held && !is_live && held->seq > after) {
        wish.after = held->seq;
        wish.takes_repeat = true;
    }
    const auto limit = query.wait.value_or(usual_limit(context));
    FramePointer fresh = co_await context.hub.wait_for_frame(wish, limit, request.client_gone.slot());
    co_return fresh;
}

// Whether there is an Octane that could have sent a newer frame.
void add_state(const Context& context, http::Response& response) {
    response.headers.emplace_back("X-Octane-State", context.octane.state()->is_connected ? "connected" : "lost");
}

void expose_headers(http::Response& response) {
    std::string names;
    for (const auto& [name, value] : response.headers) {
        if (name.starts_with("X-") || name == "ETag") names += (names.empty() ? "" : ", ") + name;
    }
    response.headers.emplace_back("Access-Control-Expose-Headers", std::move(names));
}

std::string passes_of(const Frame& frame) {
    std::string list;
    for (const auto& image : frame.images) list += (list.empty() ? "" : ", ") + std::to_string(image.render_pass_id);
    return list;
}

// There is nothing to send: why, when to ask again, and whether there is an Octane that could send it.
http::Response refuse_for_now(const Context& context, std::string reason) {
    auto response = http::error_response(base::make_error(base::ErrorCode::no_frame, std::move(reason)));
    response.headers.emplace_back("Retry-After", "2");
    add_state(context, response);
    expose_headers(response);
    return response;
}

http::Response no_frame(const Context& context) {
    if (const auto frame = context.hub.latest()) {
        return http::error_response(base::make_error(base::ErrorCode::pass_not_found,
                                                     "the newest frame has no such render pass; it has " + passes_of(*frame)));
    }
    const auto octane = context.octane.status();
    return refuse_for_now(context,
                          "there is no frame yet: " + (octane.is_connected ? std::string(kNothingRendered) : octane.error));
}

http::Response no_fresh_frame(const Context& context, const FrameQuery& query) {
    const auto octane = context.octane.status();
    const auto waited = query.wait.value_or(usual_limit(context));
    std::string message = "there is no fresh frame: ";
    if (!octane.is_connected) {
        message += octane.error;
    } else if (context.session.awaits_update()) {
        message +=
            "an edit was made, and Octane shows it only after ApiChangeManager/update; call that, or send ?update=1 with the "
            "edit";
    } else {
        message += "none that is newer than the last edit came within " + std::to_string(waited.count()) +
                   " ms; Octane may be busy, paused or without a render target";
    }
    return refuse_for_now(context, std::move(message));
}

void add_facts(const Context& context, http::Response& response, const Frame& frame) {
    std::string timestamp;
    frames::append_timestamp(timestamp, frame.received);
    response.headers.emplace_back("X-Seq", std::to_string(frame.seq));
    response.headers.emplace_back("X-Epoch", std::to_string(frame.epoch));
    response.headers.emplace_back("X-Timestamp", std::move(timestamp));
    if (is_stale(context, frame)) response.headers.emplace_back("X-Stale", "true");
}

// Nothing newer has come: none at all, or none in which the pass that is asked for would be.
http::Response nothing_new(const Context& context, const FrameQuery& query, bool has_it) {
    const auto frame = context.hub.latest();
    if (!shows(frame, query)) return no_frame(context);
    http::Response response;
    response.status = has_it ? 304 : 204;
    response.headers.emplace_back("Cache-Control", "no-cache");
    add_facts(context, response, *frame);
    add_state(context, response);
    expose_headers(response);
    return response;
}

asio::awaitable<base::Result<http::Response>> make_body(const Context& context, FramePointer frame, const FrameQuery& query) {
    const RenderImage& image = *frames::shown_image(*frame, query.variant.render_pass);
    http::Response response;
    if (query.format.is_description) {
        response.body = frames::describe_frame(*frame, is_stale(context, *frame));
        co_return response;
    }
    std::string samples;
    wire::append_json_number(samples, image.tonemapped_samples);
    response.headers.emplace_back("X-Samples", std::move(samples));
    if (query.variant.format == Format::raw) {
        auto facts = frames::raw_facts(image);
        if (!facts) co_return std::move(facts).error();
        for (auto& fact : *facts) response.headers.push_back(std::move(fact));
        response.content_type = "application/octet-stream";
        response.chain = image.pixels;
        co_return response;
    }
    const auto encoded = co_await context.hub.encode(frame, image, query.variant);
    if (!encoded) co_return encoded.error();
    response.headers.emplace_back("X-Width", std::to_string(encoded->facts.size.width));
    response.headers.emplace_back("X-Height", std::to_string(encoded->facts.size.height));
    response.content_type = encoded->mime;
    response.chain = encoded->bytes;
    co_return response;
}

}  // namespace

asio::awaitable<http::Response> newest_frame(const Context& context, http::Request& request) {
    const auto query = read_frame_query(request, *context.octane.state()->schema);
    if (!query) co_return http::error_response(query.error());

    const std::string_view known = request.header("If-None-Match");
    const auto held = context.hub.latest();
    const bool has_it =
        held && !known.empty() && names_etag(known, make_frame_etag(run_id(), *held, *query, is_stale(context, *held)));
    std::optional<std::uint64_t> after;
    if (query->after) after = number_after(context, *query->after, held);
    if (has_it && query->wait) after = held->seq;

    FramePointer frame;
    if (query->wants_fresh) {
        frame = co_await fresh_frame(context, request, *query, after.value_or(0));
        if (!frame) co_return no_fresh_frame(context, *query);
    } else if (after) {
        frame = co_await next_frame(context, request, *query, *after);
        if (!frame) co_return nothing_new(context, *query, has_it);
    } else {
        frame = co_await current_frame(context, request, *query);
        if (!frame) co_return no_frame(context);
    }
    const std::string etag = make_frame_etag(run_id(), *frame, *query, is_stale(context, *frame));
    base::Result<http::Response> response = http::Response();
    if (!known.empty() && names_etag(known, etag)) {
        response->status = 304;
    } else {
        response = co_await make_body(context, frame, *query);
        if (!response) co_return http::error_response(response.error());
        if (request.verb != "HEAD") {
            const auto age = std::chrono::system_clock::now() - frame->received;
            context.viewer_stats.delivery.count_sent(frames::Container::frame, query->variant.format, age,
                                                     response->body.size() + response->chain.size());
        }
    }
    response->headers.emplace_back("ETag", etag);
    response->headers.emplace_back("Cache-Control", "no-cache");
    if (query->format.is_negotiated) response->headers.emplace_back("Vary", "Accept");
    add_facts(context, *response, *frame);
    add_state(context, *response);
    expose_headers(*response);
    co_return std::move(*response);
}

}  // namespace octane::endpoints
