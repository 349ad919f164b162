#include "endpoints/services.hpp"

#include <google/protobuf/descriptor.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "http/run_on.hpp"
#include "livelink/reference_types.hpp"
#include "livelink/release_aliases.hpp"
#include "schema/describe.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;

namespace {

asio::awaitable<http::Response> kept_answer(const Context& context, const http::Request& request, const std::string& name,
                                            const std::function<std::string()>& describe) {
    const auto make = [&]() -> std::optional<http::StoredBody> {
        return http::StoredBody(describe(), {"application/json", {}, {}});
    };
    const auto body = co_await http::run_on(context.workers.get_executor(), [&] { return context.bodies->get(name, {}, make); });
    co_return body->answer(request, "no-cache");
}

// Schemas live as long as the proxy, so an address names one.
std::string name_of(const schema::Schema& schema) {
    return "services:" + schema.name() + ':' + std::to_string(reinterpret_cast<std::uintptr_t>(&schema));
}

}  // namespace

asio::awaitable<http::Response> list_services(const Context& context, http::Request& request) {
    const auto schema = context.octane.state()->schema;
    const auto describe = [&schema] { return schema::describe_services(*schema, livelink::release_aliases(*schema)); };
    auto response = co_await kept_answer(context, request, name_of(*schema), describe);
    co_return response;
}

asio::awaitable<http::Response> show_service(const Context& context, http::Request& request) {
    const auto schema = context.octane.state()->schema;
    const auto service = context.octane.policy().find_service(schema, request.captures[0]);
    if (!service) co_return http::error_response(service.error());
    const auto& descriptor = **service;
    const auto describe = [&schema, &descriptor] {
        const livelink::ReferenceTypes references(*schema);
        return schema::describe_service(*schema, descriptor, references.enum_defaults(), livelink::release_aliases(*schema));
    };
    auto response = co_await kept_answer(context, request, name_of(*schema) + ':' + descriptor.full_name(), describe);
    co_return response;
}

}  // namespace octane::endpoints
