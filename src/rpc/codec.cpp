#include "rpc/codec.hpp"

#include <algorithm>
#include <utility>

#include "wire/json_to_wire.hpp"

namespace octane::rpc {

base::Result<base::Done> JsonCodec::check(const CallPlan& plan) {
    if (options_.raw_path.empty()) return base::Done{};
    auto path = wire::parse_bytes_path(plan.answer_type(), options_.raw_path);
    if (!path) return std::move(path).error();
    path_ = *std::move(path);
    return base::Done{};
}

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
    if (options_.raw_path.empty()) return wire::wire_to_json(plan.answer_type(), answer, options_.dialect, json_);
    auto raw = wire::find_bytes(path_, answer);
    if (!raw) return std::move(raw).error();
    raw_ = std::move(*raw);
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
