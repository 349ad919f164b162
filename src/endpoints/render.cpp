#include "endpoints/render.hpp"

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "endpoints/callback_status.hpp"
#include "endpoints/json_body.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;

namespace {

// octaneWeb gives up after 10 s (docs/octane.md §3.2); it should hear our reason before that.
constexpr std::chrono::milliseconds kRegistrationLimit{8000};

base::Result<base::Done> check_callback_type(const http::Request& request) {
    const auto body = read_json_object(request.body, "the body");
    if (!body) return body.error();
    const auto type = body->find("callbackType");
    if (type == body->end()) return base::Done{};
    if (type->is_string() && type->get<std::string>() == "OnNewImage") return base::Done{};
    return base::make_error(base::ErrorCode::bad_value,
                            "callbackType is " +
                                type->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).substr(0, 60) +
                                "; the only callback that can be registered is \"OnNewImage\"");
}

}  // namespace

asio::awaitable<http::Response> register_callback(const Context& context, http::Request& request) {
    const auto type = check_callback_type(request);
    if (!type) co_return http::error_response(type.error());
    const auto id = co_await context.session.register_callback(kRegistrationLimit);
    if (!id) {
        // Whatever Octane's reason, existing clients know 500 here (docs/api.md §3).
        auto response = http::error_response(id.error());
        response.status = 500;
        co_return response;
    }
    const std::string number = std::to_string(*id);
    co_return json_response(R"({"success":true,"callbackId":)" + number + R"(,"callback_id":)" + number +
                            R"(,"message":"Callback streaming initialized","status":)" +
                            make_callback_status(frames::read_status(context.stats)) + "}");
}

asio::awaitable<http::Response> unregister_callback(const Context& context, http::Request&) {
    const bool is_going = co_await context.session.unregister_callback();
    const char* const message =
        is_going ? "Callback unregistered" : "Viewers are watching: the callback goes when the last of them leaves";
    co_return json_response(R"({"success":true,"message":")" + std::string(message) + R"(","status":)" +
                            make_callback_status(frames::read_status(context.stats)) + "}");
}

asio::awaitable<http::Response> callback_status(const Context& context, http::Request&) {
    co_return json_response(R"({"success":true,"status":)" + make_callback_status(frames::read_status(context.stats)) + "}");
}

asio::awaitable<http::Response> ping_client(const Context& context, http::Request& request) {
    const auto body = read_json_object(request.body, "the body");
    if (!body) co_return http::error_response(body.error());
    const auto id = body->find("client_id");
    if (id == body->end() || !id->is_string() || id->get<std::string>().empty()) {
        co_return http::error_response(base::make_error(
            base::ErrorCode::bad_value, "Missing client_id: the body must hold the id of the stream's connected event"));
    }
    context.hub.ping(id->get<std::string>());
    co_return json_response(R"({"success":true,"message":"Client pinged"})");
}

}  // namespace octane::endpoints
