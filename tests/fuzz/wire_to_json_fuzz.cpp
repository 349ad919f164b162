// Fuzz target: any bytes, cut in pieces, as an answer. The same text must come out however they are cut, it must be JSON, and a
// refusal must leave the output as it was.
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz_messages.hpp"
#include "wire/json_to_wire.hpp"
#include "wire/wire_to_json.hpp"

namespace {

octane::base::ByteChain in_pieces(const std::string& bytes, std::size_t size) {
    const auto owner = std::make_shared<const std::string>(bytes);
    std::vector<std::string_view> pieces;
    for (std::string_view rest = *owner; !rest.empty(); rest.remove_prefix(pieces.back().size()))
        pieces.push_back(rest.substr(0, size));
    return {std::move(pieces), owner};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace octane;
    if (size < 3) return 0;
    const auto& message = fuzz::message_for(data[0]);
    const wire::JsonWriteOptions options{.with_defaults = (data[1] & 1U) != 0,
                                         .enums_as_numbers = (data[1] & 2U) != 0,
                                         .one_of_keys = (data[1] & 4U) != 0,
                                         .bytes_as_buffer = (data[1] & 8U) != 0};
    const std::string bytes(reinterpret_cast<const char*>(data) + 3, size - 3);
    std::string whole = "x";
    std::string pieced = "x";
    const bool is_good = wire::wire_to_json(message, base::ByteChain::own(bytes), options, whole).has_value();
    const base::ByteChain pieces = in_pieces(bytes, 1 + data[2] % 16);
    if (wire::wire_to_json(message, pieces, options, pieced).has_value() != is_good) std::abort();
    if (whole != pieced || (!is_good && whole != "x")) std::abort();
    if (const auto path = wire::parse_bytes_path(message, "renderImages.data.0.buffer.data"))
        (void)wire::find_bytes(*path, pieces);
    if (!is_good) return 0;
    const std::string json = whole.substr(1);
    if (!nlohmann::json::accept(json)) std::abort();
    if (!wire::json_to_wire(message, json, {.is_strict = true, .max_depth = 200})) std::abort();
    return 0;
}
