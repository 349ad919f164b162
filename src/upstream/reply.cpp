// What gRPC says of a call that has ended, as a Reply.
#include <algorithm>
#include <array>
#include <string_view>

#include "upstream/channel_impl.hpp"
#include "upstream/completion.hpp"

namespace octane::upstream {

bool is_about_pings(std::string_view words) {
    return words.find("too_many_pings") != std::string_view::npos || words.find("Too many pings") != std::string_view::npos;
}

namespace {

Metadata copy(const std::multimap<grpc::string_ref, grpc::string_ref>& map) {
    Metadata metadata;
    for (const auto& [name, value] : map) {
        if (name == "grpc-status-details-bin") continue;  // Reply::details
        metadata.emplace_back(std::string(name.data(), name.size()), std::string(value.data(), value.size()));
    }
    return metadata;
}

// The server's text, or gRPC's own. gRPC says only among its details that the server closed the connection for too many pings.
std::string words_of(const LiveCall& call, const grpc::Status& status) {
    if (status.error_code() != grpc::StatusCode::UNAVAILABLE || is_about_pings(status.error_message()))
        return status.error_message();
    return status.error_message() + (is_about_pings(call.context.debug_error_string()) ? ", too_many_pings" : "");
}

// Whether the server has said the status. gRPC's details tell it from one that gRPC made because no connection came about. One
// that it made because the connection ended has the same details, so its words tell.
bool is_of_server(const LiveCall& call, const grpc::Status& status) {
    constexpr std::array<std::string_view, 12> kConnectionWords = {
        "Socket closed", "onnection reset", "Broken pipe",    "Endpoint closing", "Transport closed",   "keepalive watchdog",
        "GOAWAY",        "Stream removed",  "Stream refused", "STREAM",           "Connection refused", "onnection timed out"};
    if (call.context.debug_error_string().find("received from peer") == std::string::npos) return false;
    if (status.error_code() != grpc::StatusCode::UNAVAILABLE) return true;
    const auto stands = [&status](std::string_view words) { return status.error_message().find(words) != std::string::npos; };
    return !is_about_pings(status.error_message()) && std::ranges::none_of(kConnectionWords, stands);
}

}  // namespace

Reply read_reply(const LiveCall& call, const grpc::Status& status) {
    Reply reply;
    reply.status = to_status(status.error_code());
    reply.message = words_of(call, status);
    reply.details = status.error_details();
    reply.headers = copy(call.context.GetServerInitialMetadata());
    reply.trailers = copy(call.context.GetServerTrailingMetadata());
    reply.is_from_server = status.ok() || is_of_server(call, status);
    return reply;
}

}  // namespace octane::upstream
