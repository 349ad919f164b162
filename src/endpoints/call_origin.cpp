#include "endpoints/call_origin.hpp"

#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

#include "rpc/deadline.hpp"

namespace octane::endpoints {

base::Result<base::Done> read_origin(http::Request& request, std::string_view call_id, rpc::CallRequest& call) {
    call.client_gone = request.client_gone.slot();
    call.head.call_id = call_id;
    call.client = request.client();
    const auto timeout =
        rpc::read_deadline({request.header("X-Timeout"), request.header("grpc-timeout"), request.header("Connect-Timeout-Ms")});
    if (!timeout) return timeout.error();
    call.timeout = *timeout;
    const std::string_view text = request.header("X-Octane-Epoch");
    if (text.empty()) return base::Done{};
    std::uint64_t epoch = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), epoch);
    if (failed != std::errc() || end != text.data() + text.size()) {
        return base::make_error(base::ErrorCode::bad_header,
                                "X-Octane-Epoch is '" + std::string(text.substr(0, 40)) +
                                    "'; it takes the number that an earlier answer carried in that header");
    }
    call.head.epoch = epoch;
    return base::Done{};
}

}  // namespace octane::endpoints
