#include "livelink/release_detection.hpp"

#include <google/protobuf/descriptor.h>

#include <cassert>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "wire/reader.hpp"

namespace octane::livelink {
namespace asio = boost::asio;
using base::GrpcStatus;
using upstream::Channel;
using upstream::Reply;

namespace {

constexpr std::chrono::seconds kDeadline{5};

// "2026.1 Beta 2" is 15.0.0.8: docs/octane.md §0.
constexpr std::int64_t kBeta2Version = 15000008;

// The same request (a null object) is answered INVALID_ARGUMENT where the method exists and UNIMPLEMENTED where it does not.
struct Landmark {
    std::string_view release;
    const char* path;
};
constexpr Landmark kLandmarks[] = {{"alpha5", "/octaneapi.ApiItemService/getByAttrID"},
                                   {"beta2", "/octaneapi.ApiItemService/getValueByAttrID"}};

std::optional<std::int64_t> read_version(const schema::Method& method, const Reply& reply) {
    const auto* const field = method.response->FindFieldByName("result");
    if (reply.status != GrpcStatus::ok || field == nullptr) return std::nullopt;
    const auto version = wire::last_varint(reply.body, static_cast<std::uint32_t>(field->number()));
    if (!version) return std::nullopt;
    return static_cast<std::int64_t>(*version);
}

asio::awaitable<Reply> ask(Channel& channel, std::string path) {
    upstream::UnaryCall call;
    call.path = std::move(path);
    call.timeout = kDeadline;
    Reply reply = co_await channel.unary(std::move(call));
    co_return reply;
}

}  // namespace

asio::awaitable<upstream::SchemaSource::Reading> ReleaseDetection::read_version_by(Channel& channel,
                                                                                   std::shared_ptr<const schema::Schema> schema) {
    Reading reading;
    reading.schema = std::move(schema);
    const auto method = reading.schema->find_method("ApiInfo", "octaneVersion");
    if (!method) co_return reading;
    const Reply reply = co_await ask(channel, (*method)->path);
    reading.is_reachable = is_reached(reply);
    const auto version = read_version(**method, reply);
    if (version) reading.version = std::to_string(*version);
    co_return reading;
}

ReleaseDetection::ReleaseDetection(std::vector<std::shared_ptr<const schema::Schema>> schemas, bool should_detect)
    : schemas_(std::move(schemas)), should_detect_(should_detect) {
    assert(!schemas_.empty());
}

upstream::SchemaSource::Reading ReleaseDetection::initial() const {
    return {true, !should_detect_, should_detect_ ? schemas_.back() : schemas_.front(), {}};
}

asio::awaitable<upstream::SchemaSource::Reading> ReleaseDetection::read(Channel& channel) {
    const auto& asked_with = should_detect_ ? schemas_.back() : schemas_.front();
    Reading reading = co_await read_version_by(channel, asked_with);
    if (!should_detect_ || !reading.is_reachable) co_return reading;
    reading.is_certain = false;
    const std::int64_t version = reading.version.empty() ? kBeta2Version : std::stoll(reading.version);
    const std::string_view likely = version < kBeta2Version ? "alpha5" : "beta2";
    const auto find_release = [this](std::string_view name) {
        for (const auto& schema : schemas_) {
            if (schema->name() == name) return schema;
        }
        return std::shared_ptr<const schema::Schema>();
    };
    if (auto schema = find_release(likely)) reading.schema = std::move(schema);
    // The likely release's landmark first: usually one call settles it.
    for (const bool is_likely : {true, false}) {
        for (const auto& landmark : kLandmarks) {
            if ((landmark.release == likely) != is_likely) continue;
            auto schema = find_release(landmark.release);
            if (!schema) continue;
            const Reply reply = co_await ask(channel, landmark.path);
            reading.is_reachable = is_reached(reply);
            if (!reading.is_reachable) co_return reading;
            if (reply.status == GrpcStatus::unimplemented) continue;
            if (reply.status == GrpcStatus::deadline_exceeded) continue;  // busy: says nothing
            reading.schema = std::move(schema);
            reading.is_certain = true;
            co_return reading;
        }
    }
    co_return reading;
}

asio::awaitable<bool> ReleaseDetection::probe(Channel& channel, std::chrono::milliseconds limit) {
    upstream::UnaryCall call;
    call.path = "/octaneapi.ApiInfoService/octaneVersion";
    call.timeout = limit;
    const upstream::SignOfLife sign = co_await look_for_answer(channel, std::move(call));
    co_return sign == upstream::SignOfLife::answered;
}

}  // namespace octane::livelink
