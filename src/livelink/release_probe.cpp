#include "livelink/release_probe.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace octane::livelink {
namespace asio = boost::asio;
namespace {

using Schemas = std::vector<std::shared_ptr<const schema::Schema>>;
constexpr std::chrono::seconds kDeadline{5};

// "2026.1 Beta 2" is 15.0.0.8: octane-livelink.md §0.
constexpr std::int64_t kBeta2Version = 15000008;

// The same request (a null object) is answered INVALID_ARGUMENT where the method exists and UNIMPLEMENTED where it does not.
struct Landmark {
    const char* release;
    const char* path;
};
constexpr Landmark kLandmarks[] = {{"alpha5", "/octaneapi.ApiItemService/getByAttrID"},
                                   {"beta2", "/octaneapi.ApiItemService/getValueByAttrID"}};

std::optional<std::int64_t> read_version(const schema::Schema& schema, const upstream::Reply& reply) {
    const auto method = schema.find_method("ApiInfo", "octaneVersion");
    if (!method || reply.status != base::GrpcStatus::ok) return std::nullopt;
    google::protobuf::DynamicMessageFactory factory;
    const std::unique_ptr<google::protobuf::Message> message(factory.GetPrototype((*method)->response)->New());
    const auto* field = (*method)->response->FindFieldByName("result");
    if (field == nullptr || field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_INT32) return std::nullopt;
    if (!message->ParseFromString(reply.body.flatten())) return std::nullopt;
    return message->GetReflection()->GetInt32(*message, field);
}

std::shared_ptr<const schema::Schema> find_release(const Schemas& schemas, std::string_view name) {
    for (const auto& schema : schemas) {
        if (schema->name() == name) return schema;
    }
    return nullptr;
}

asio::awaitable<upstream::Reply> ask(upstream::Channel& channel, std::string path) {
    upstream::UnaryCall call;
    call.path = std::move(path);
    call.timeout = kDeadline;
    upstream::Reply reply = co_await channel.unary(std::move(call));
    co_return reply;
}

}  // namespace

asio::awaitable<ProbeResult> probe_version(upstream::Channel& channel, std::shared_ptr<const schema::Schema> schema) {
    ProbeResult result;
    result.schema = std::move(schema);
    result.is_certain = true;
    const auto method = result.schema->find_method("ApiInfo", "octaneVersion");
    if (!method) co_return result;
    const upstream::Reply reply = co_await ask(channel, (*method)->path);
    result.is_reachable = reply.status != base::GrpcStatus::unavailable;
    const auto version = read_version(*result.schema, reply);
    if (version) result.version = std::to_string(*version);
    co_return result;
}

asio::awaitable<ProbeResult> probe_release(upstream::Channel& channel, const Schemas& schemas) {
    ProbeResult result = co_await probe_version(channel, schemas.back());
    result.is_certain = false;
    if (!result.is_reachable) co_return result;
    const std::int64_t version = result.version.empty() ? kBeta2Version : std::stoll(result.version);
    const char* const likely = version < kBeta2Version ? "alpha5" : "beta2";
    if (auto schema = find_release(schemas, likely)) result.schema = std::move(schema);
    // The likely release's landmark first: usually one call settles it.
    for (const bool is_likely : {true, false}) {
        for (const auto& landmark : kLandmarks) {
            if ((std::string_view(landmark.release) == likely) != is_likely) continue;
            auto schema = find_release(schemas, landmark.release);
            if (!schema) continue;
            const upstream::Reply reply = co_await ask(channel, landmark.path);
            result.is_reachable = reply.status != base::GrpcStatus::unavailable;
            if (!result.is_reachable) co_return result;
            if (reply.status == base::GrpcStatus::unimplemented) continue;
            if (reply.status == base::GrpcStatus::deadline_exceeded) continue;  // busy: says nothing
            result.schema = std::move(schema);
            result.is_certain = true;
            co_return result;
        }
    }
    co_return result;
}

}  // namespace octane::livelink
