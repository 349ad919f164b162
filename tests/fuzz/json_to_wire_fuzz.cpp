// Fuzz target: any bytes as a JSON request. What json_util takes must be taken and be the same message; what is taken must be
// wire format that protobuf reads, whose JSON json_util takes for the same message.
//
// Taken although json_util refuses it, on purpose: 0 and 1 for booleans, enum names in any case, a bare array for a message that
// only wraps a list, {"type":"Buffer","data":[…]} for bytes, one-of names as virtual keys. Refused although json_util takes it:
// see is_stricter(). Read otherwise: -0 without a point, which is 0 to json_util.
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "fuzz_messages.hpp"
#include "wire/json_to_wire.hpp"
#include "wire/wire_to_json.hpp"

namespace {

using namespace octane;

bool is_stricter(const base::Error& refusal) {
    if (refusal.code == base::ErrorCode::bad_json) return true;  // json_util reads more than JSON
    // The last: json_util goes by way of a double, which takes what is a little below int64's least number for it.
    for (const char* words : {"is given twice", "exclude each other", "nested deeper than", "the number -92233720368547758"}) {
        if (refusal.message.find(words) != std::string::npos) return true;
    }
    return false;
}

bool has_bare_negative_zero(std::string_view json) {
    for (auto at = json.find("-0"); at != std::string_view::npos; at = json.find("-0", at + 1)) {
        if (at + 2 >= json.size() || json[at + 2] != '.') return true;
    }
    return false;
}

void require(bool is_true) {
    if (!is_true) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const auto& message = fuzz::message_for(data[0]);
    const bool is_strict = data[1] % 2 == 1;
    const std::string json(reinterpret_cast<const char*>(data) + 2, size - 2);
    const auto ours = wire::json_to_wire(message, json, {.is_strict = is_strict});
    auto theirs = fuzz::oracle().to_wire(message, json);
    // json_util takes some values that it can then not write, such as a time that its offset moves out of range: as good as
    // refused.
    if (theirs && !fuzz::oracle().to_json(message, *theirs, false, false)) theirs.reset();
    if (fuzz::has_odd_mask(json)) return 0;
    if (!ours) {
        require(!ours.error().message.empty());
        require(!theirs || is_stricter(ours.error()));
        return 0;
    }
    const auto canonical = fuzz::oracle().canonical(message, ours->bytes);
    require(canonical.has_value());
    const bool is_empty_body = json.find_first_not_of(" \t\r\n") == std::string::npos;
    if (theirs && !is_empty_body && !has_bare_negative_zero(json))
        require(fuzz::are_alike(message, *canonical, fuzz::oracle().canonical(message, *theirs).value()));

    std::string out;
    require(wire::wire_to_json(message, base::ByteChain::own(ours->bytes), {}, out).has_value());
    const auto again = wire::json_to_wire(message, out, {.is_strict = true});
    require(again.has_value());
    require(fuzz::are_alike(message, *canonical, fuzz::oracle().canonical(message, again->bytes).value()));
    const auto reread = fuzz::oracle().to_wire(message, out);
    require(reread.has_value());
    require(fuzz::are_alike(message, *canonical, fuzz::oracle().canonical(message, *reread).value()));
    return 0;
}
