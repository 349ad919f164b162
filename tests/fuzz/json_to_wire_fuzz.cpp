// Fuzz target: any bytes as a JSON request. What json_util takes must be taken and be the same message; what is taken must be
// wire format that protobuf reads, whose JSON json_util takes for the same message.
//
// Taken although json_util refuses it, on purpose: 0 and 1 for booleans, enum names in any case, a bare array for a message that
// only wraps a list, {"type":"Buffer","data":[…]} for bytes, one-of names as virtual keys, an Any as the plain message that it
// is. Refused although json_util takes it: see is_stricter(). Read otherwise: -0 without a point, which is 0 to json_util. Of
// groups and extensions, which json_util does not know, what is written of them must be read as the same.
#include <cmath>
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
    for (const char* words :
         {"is given twice", "exclude each other", "nested deeper than", "is not a member of an Any that holds", " as key, "}) {
        if (refusal.message.find(words) != std::string::npos) return true;
    }
    // json_util reads numbers by way of a double, in which large ones have no fraction, the tiniest are 0, and what is a little
    // below int64's least number is that.
    const auto at = refusal.message.find("but the number ");
    if (at == std::string::npos || refusal.message.find("takes an integer") == std::string::npos) return false;
    const double number = std::abs(std::strtod(refusal.message.c_str() + at + 15, nullptr));
    return number > 1e15 || number < 1e-300;
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
    auto& oracle = fuzz::oracle_for(message);
    const bool is_known = fuzz::does_json_util_know(message);
    auto theirs = is_known ? oracle.to_wire(message, json) : std::nullopt;
    // json_util takes some values that it can then not write, such as a time that its offset moves out of range: as good as
    // refused.
    if (theirs && !oracle.to_json(message, *theirs, false, false)) theirs.reset();
    if (fuzz::has_odd_mask(json)) return 0;
    if (!ours) {
        require(!ours.error().message.empty());
        require(!theirs || is_stricter(ours.error()));
        return 0;
    }
    const auto canonical = oracle.canonical(message, ours->bytes);
    require(canonical.has_value());
    const bool is_empty_body = json.find_first_not_of(" \t\r\n") == std::string::npos;
    // To json_util any name will do for the value of an Any of a type with a JSON form of its own.
    const bool is_comparable = !is_empty_body && !has_bare_negative_zero(json) && ours->warnings.empty();
    if (theirs && is_comparable) require(fuzz::are_alike(message, *canonical, oracle.canonical(message, *theirs).value()));

    std::string out;
    require(wire::wire_to_json(message, base::ByteChain::own(ours->bytes), {}, out).has_value());
    const auto again = wire::json_to_wire(message, out, {.is_strict = true});
    require(again.has_value());
    require(fuzz::are_alike(message, *canonical, oracle.canonical(message, again->bytes).value()));
    if (!is_known || fuzz::has_odd_any(message, out)) return 0;
    const auto reread = oracle.to_wire(message, out);
    require(reread.has_value());
    require(fuzz::are_alike(message, *canonical, oracle.canonical(message, *reread).value()));
    return 0;
}
