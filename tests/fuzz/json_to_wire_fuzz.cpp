// Fuzz target: any bytes as a JSON request. What is accepted must be wire format that reads back, and its JSON must be accepted
// again.
#include <cstdlib>
#include <string>
#include <string_view>

#include "fuzz_messages.hpp"
#include "wire/json_to_wire.hpp"
#include "wire/wire_to_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace octane;
    if (size < 2) return 0;
    const auto& message = fuzz::message_for(data[0]);
    const std::string_view json(reinterpret_cast<const char*>(data) + 2, size - 2);
    const auto wire = wire::json_to_wire(message, json, {.is_strict = data[1] % 2 == 1});
    if (!wire) {
        if (wire.error().message.empty()) std::abort();
        return 0;
    }
    std::string out;
    if (!wire::wire_to_json(message, base::ByteChain::own(wire->bytes), {.max_depth = 100}, out)) std::abort();
    const auto again = wire::json_to_wire(message, out, {.is_strict = true, .max_depth = 200});
    if (!again) std::abort();
    std::string out_again;
    if (!wire::wire_to_json(message, base::ByteChain::own(again->bytes), {.max_depth = 100}, out_again)) std::abort();
    if (out != out_again) std::abort();
    return 0;
}
