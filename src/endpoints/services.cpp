#include "endpoints/services.hpp"

#include <google/protobuf/descriptor.h>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "endpoints/context.hpp"
#include "http/run_on.hpp"
#include "livelink/reference_types.hpp"
#include "livelink/release_aliases.hpp"
#include "schema/describe.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;

namespace {

asio::awaitable<http::Response> kept_answer(const Site& site, const http::Request& request, const std::string& name,
                                            const std::function<std::string()>& describe) {
    const auto make = [&]() -> std::optional<http::StoredBody> {
        return http::StoredBody(describe(), {"application/json", {}, {}});
    };
    const auto body = co_await http::run_on(site.workers.get_executor(), [&] { return site.bodies->get(name, {}, make); });
    co_return body->answer(request, "no-cache");
}

using Json = nlohmann::ordered_json;
using Schema = std::shared_ptr<const schema::Schema>;

std::string key_of(const Schema& schema) {
    return "services:" + std::to_string(schema->id());
}

schema::FindAliases aliases_of(const UpstreamEntry& upstream, const schema::Schema& schema) {
    return upstream.octane != nullptr ? livelink::release_aliases(schema) : schema::FindAliases();
}

std::string describe_all(const std::vector<std::pair<const UpstreamEntry*, Schema>>& upstreams) {
    Json services = Json::array();
    for (const auto& [upstream, schema] : upstreams) {
        const auto one = Json::parse(schema::describe_services(*schema, aliases_of(*upstream, *schema)));
        for (const auto& service : one["services"]) {
            services.push_back(service);
            services.back()["upstream"] = upstream->name();
        }
    }
    return Json{{"schema", upstreams.front().second->name()}, {"services", std::move(services)}}.dump();
}

asio::awaitable<http::Response> list_services_of(const Site& site, const http::Request& request, const UpstreamEntry& upstream) {
    const Schema schema = upstream.schema();
    const auto describe = [&] { return schema::describe_services(*schema, aliases_of(upstream, *schema)); };
    auto response = co_await kept_answer(site, request, key_of(schema), describe);
    co_return response;
}

// The upstream that has the service: the one that the path names, or the only one.
base::Result<const UpstreamEntry*> find_holder(const Site& site, const http::Request& request) {
    if (request.captures.size() > 1) return site.upstreams.named(request.captures[1]);
    return site.upstreams.holder_of(request.captures[0]);
}

}  // namespace

asio::awaitable<http::Response> list_services(const Site& site, http::Request& request) {
    if (!request.captures.empty()) {
        const auto upstream = site.upstreams.named(request.captures[0]);
        if (!upstream) co_return http::error_response(upstream.error());
        auto response = co_await list_services_of(site, request, **upstream);
        co_return response;
    }
    const auto& entries = site.upstreams.entries();
    if (entries.size() == 1) {
        auto response = co_await list_services_of(site, request, entries.front());
        co_return response;
    }
    std::vector<std::pair<const UpstreamEntry*, Schema>> all;
    std::string key;
    for (const auto& entry : entries) {
        all.emplace_back(&entry, entry.schema());
        key += key_of(all.back().second) + ' ';
    }
    auto response = co_await kept_answer(site, request, key, [&all] { return describe_all(all); });
    co_return response;
}

asio::awaitable<http::Response> show_service(const Site& site, http::Request& request) {
    const auto upstream = find_holder(site, request);
    if (!upstream) co_return http::error_response(upstream.error());
    const UpstreamEntry& entry = **upstream;
    const Schema schema = entry.schema();
    const auto service = entry.find_service(schema, request.captures[0]);
    if (!service) co_return http::error_response(entry.doubt().value_or(service.error()));
    const auto& descriptor = **service;
    const auto describe = [&] {
        if (entry.octane == nullptr) return schema::describe_service(*schema, descriptor);
        const livelink::ReferenceTypes references(*schema);
        return schema::describe_service(*schema, descriptor, references.enum_defaults(), livelink::release_aliases(*schema));
    };
    auto response = co_await kept_answer(site, request, key_of(schema) + ':' + descriptor.full_name(), describe);
    co_return response;
}

}  // namespace octane::endpoints
