// Fuzz target: any bytes, cut in pieces, as an answer. The same text must come out however they are cut, it must be JSON that the
// proxy takes itself, and a refusal must leave the output as it was. Where protobuf reads the bytes, json_util must read the same
// message from the text.
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "fuzz_messages.hpp"
#include "wire/json_to_wire.hpp"
#include "wire/wire_to_json.hpp"

namespace {

using namespace octane;

base::ByteChain in_pieces(const std::string& bytes, std::size_t size) {
    const auto owner = std::make_shared<const std::string>(bytes);
    std::vector<std::string_view> pieces;
    for (std::string_view rest = *owner; !rest.empty(); rest.remove_prefix(pieces.back().size()))
        pieces.push_back(rest.substr(0, size));
    return {std::move(pieces), owner};
}

void require(bool is_true) {
    if (!is_true) std::abort();
}

// Whether a map's entry was written twice, as it came; json_util refuses that.
bool has_repeated_key(const std::string& json) {
    std::vector<std::set<std::string>> open;
    bool is_repeated = false;
    using Event = nlohmann::json::parse_event_t;
    const auto see = [&](int /*depth*/, Event event, nlohmann::json& value) {
        if (event == Event::object_start) open.emplace_back();
        if (event == Event::key) is_repeated = !open.back().insert(value.get<std::string>()).second || is_repeated;
        if (event == Event::object_end) open.pop_back();
        return true;
    };
    (void)nlohmann::json::parse(json, see, false);
    return is_repeated;
}

// Whether there may be a tag beyond 32 bits, whose upper bits protobuf drops; the proxy calls such bytes malformed.
bool may_have_wide_tag(std::string_view bytes) {
    const auto byte = [bytes](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    for (std::size_t i = 0; i + 4 < bytes.size(); ++i) {
        const bool is_long = byte(i) >= 0x80 && byte(i + 1) >= 0x80 && byte(i + 2) >= 0x80 && byte(i + 3) >= 0x80;
        if (is_long && byte(i + 4) > 0x0F) return true;
    }
    return false;
}

// The message by protobuf's reckoning against what json_util makes of our text. Nothing is said where json_util itself has no
// text for the message (a time beyond its range), nor of depth, which it limits otherwise.
void hold_against_json_util(const google::protobuf::Descriptor& message, const std::string& bytes) {
    if (!fuzz::does_json_util_know(message)) return;
    auto& oracle = fuzz::oracle_for(message);
    const auto canonical = oracle.canonical(message, bytes, false);
    if (!canonical) return;
    const auto theirs = oracle.to_json(message, *canonical, false, false);
    if (!theirs || fuzz::has_odd_mask(*theirs)) return;
    const auto back = oracle.to_wire(message, *theirs);
    if (!back) return;  // a mask of "foo[bar", which it writes and cannot read
    std::string json;
    const auto written = wire::wire_to_json(message, base::ByteChain::own(*canonical), {}, json);
    if (!written) {
        // json_util writes what it cannot read back as the same: a mask of "foo_".
        const bool is_lossy = oracle.canonical(message, *back) != canonical;
        require(is_lossy || written.error().message.find("nested deeper than") != std::string::npos);
        return;
    }
    if (!has_repeated_key(json) && !fuzz::has_odd_any(message, json) && !fuzz::has_odd_mask(json)) {
        const auto reread = oracle.to_wire(message, json);
        require(reread.has_value());
        require(fuzz::are_alike(message, *canonical, oracle.canonical(message, *reread).value()));
    }
    // The bytes as they came say the same; of an entry that a map has twice, the last counts.
    if (may_have_wide_tag(bytes)) return;
    std::string as_it_came;
    require(wire::wire_to_json(message, base::ByteChain::own(bytes), {}, as_it_came).has_value());
    require(nlohmann::json::parse(as_it_came) == nlohmann::json::parse(json));
}

// Groups and extensions: what protobuf reads from the bytes is what it reads from our text.
void hold_against_protobuf(const google::protobuf::Descriptor& message, const std::string& bytes) {
    auto& oracle = fuzz::oracle_for(message);
    const auto canonical = oracle.canonical(message, bytes, false);
    // Nothing is said of unknown fields: a number that a closed enum lacks is one to protobuf, but a value here.
    if (!canonical || may_have_wide_tag(bytes) || oracle.canonical(message, bytes) != canonical) return;
    std::string json;
    if (!wire::wire_to_json(message, base::ByteChain::own(bytes), {}, json)) return;
    const auto back = wire::json_to_wire(message, json, {.is_strict = true});
    require(back.has_value());
    const auto again = oracle.canonical(message, back->bytes, false);
    require(again.has_value());
    require(json.find("\uFFFD") != std::string::npos || fuzz::are_alike(message, *canonical, *again));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
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
    require(wire::wire_to_json(message, pieces, options, pieced).has_value() == is_good);
    require(whole == pieced && (is_good || whole == "x"));
    if (const auto path = wire::parse_bytes_path(message, "renderImages.items.0.data")) (void)wire::find_bytes(*path, pieces);
    hold_against_json_util(message, bytes);
    if (!is_good) return 0;
    const std::string json = whole.substr(1);
    const auto parsed = nlohmann::json::parse(json, nullptr, false);
    require(!parsed.is_discarded());
    require(wire::json_to_wire(message, parsed.dump(), {.is_strict = true}).has_value());
    if (!fuzz::does_json_util_know(message)) hold_against_protobuf(message, bytes);
    return 0;
}
