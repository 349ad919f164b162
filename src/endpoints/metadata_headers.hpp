// Room: endpoints. What the upstream said beside its answer, as headers of ours: docs/api.md §2 "Headers". Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "http/message.hpp"
#include "rpc/caller.hpp"

namespace octane::endpoints {

// The value as text: of a name that ends in "-bin" in base64.
std::string metadata_text(const std::string& name, const std::string& value);

// Adds Grpc-Metadata-<name> for each header and Grpc-Trailer-<name> for each trailer, those that end in "-bin" as base64, and
// the list of their names for pages of other origins; at most 4 KiB in all: reverse proxies take little more.
void append_metadata(http::Response& response, const rpc::AnswerMetadata& metadata);

}  // namespace octane::endpoints
