// Room: upstream. Why no connection can be made where something does answer: what gRPC's words say of TLS.
#pragma once

#include <optional>
#include <string_view>

#include "upstream/channel.hpp"

namespace octane::upstream {

// `cause` is what the error of a state says, `hint` what to do about it.
struct ConnectionFault {
    std::string_view cause;
    std::string_view hint;
};

// `words` are gRPC's for a call that found no connection; `tls` as the channel has it. Null: they say no more than that nothing
// answers.
const ConnectionFault* find_connection_fault(std::string_view words, const std::optional<ChannelTls>& tls);

// The fault that a state's error names; null: none of these.
const ConnectionFault* connection_fault_of(std::string_view cause);

}  // namespace octane::upstream
