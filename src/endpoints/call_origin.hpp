// Room: endpoints. Who calls, how long they wait, and with handles of which epoch: the same for every surface that calls methods.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"
#include "rpc/caller.hpp"

namespace octane::endpoints {

// Fills in client_gone, client, call_id, timeout (docs/api.md §2's headers) and epoch (header X-Octane-Epoch). `request` and
// `call_id` must outlive the call. Error 40005 bad_header.
base::Result<base::Done> read_origin(http::Request& request, std::string_view call_id, rpc::CallRequest& call);

}  // namespace octane::endpoints
