#include "rpc/codec.hpp"

#include <algorithm>
#include <utility>

#include "wire/json_to_wire.hpp"

namespace octane::rpc {

base::Result<std::string> JsonCodec::read(const CallPlan& plan, std::string_view body) {
    wire::JsonReadOptions reading;
    reading.is_strict = options_.is_strict;
    reading.foreign = plan.foreign_names();
    auto request = wire::json_to_wire(plan.request_type(), body, reading);
    if (!request) return std::move(request).error();
    warnings_ = std::move(request->warnings);
    return std::move(request->bytes);
}

base::Result<base::Done> JsonCodec::write(const CallPlan& plan, base::ByteChain answer) {
    if (!options_.keeps_bytes) return wire::wire_to_json(plan.answer_type(), answer, options_.dialect, json_);
    bytes_ = std::move(answer);
    return base::Done{};
}

// Only where the request may be to blame.
void JsonCodec::explain(base::Error& error) const {
    using base::ErrorCode;
    constexpr std::size_t kMostNamed = 3;
    const bool may_be_request = error.code == ErrorCode::bad_value || error.code == ErrorCode::upstream_bad_request ||
                                error.code == ErrorCode::upstream_not_found || error.code == ErrorCode::upstream_internal;
    if (!may_be_request) return;
    for (std::size_t i = 0; i < std::min(warnings_.size(), kMostNamed); ++i) error.message += "; " + warnings_[i];
}

}  // namespace octane::rpc
