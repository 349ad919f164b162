// Room: rpc. What the upstream said beside an answer or a failure.
#pragma once

#include "upstream/channel.hpp"

namespace octane::rpc {

struct AnswerMetadata {
    upstream::Metadata headers;
    upstream::Metadata trailers;
};

}  // namespace octane::rpc
