#include "livelink/callback_wire.hpp"

#include <memory>
#include <optional>

#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace octane::livelink {
namespace {

using wire::Reader;
using wire::WireType;

constexpr std::uint32_t kAlphaCallbackId = 2, kAlphaUserData = 3, kAlphaImages = 4, kBetaUserData = 1;
constexpr std::uint32_t kGrabHasResult = 1, kGrabImages = 2;
constexpr std::uint32_t kRegisterCallback = 1, kCallbackSource = 1, kCallbackId = 2, kRegisteredId = 1;
constexpr std::uint32_t kCurrentLevel = 1, kLevelValue = 1;
constexpr const char* kSource = "octane-proxy";
constexpr std::uint64_t kOurCallbackId = 1;

base::Error malformed(const char* what) {
    return base::make_error(base::ErrorCode::bad_answer,
                            std::string("Octane sent ") + what + " that is not well-formed protobuf");
}

// The chain itself keeps the slices alive; images share that.
std::shared_ptr<const void> keeper(const base::ByteChain& chain) {
    return std::make_shared<const base::ByteChain>(chain);
}

base::Result<base::Done> read_payload(Reader payload, const std::shared_ptr<const void>& owner, CallbackEvent& event) {
    while (payload.next()) {
        const bool is_varint = payload.type() == WireType::varint;
        if (payload.field() == kBetaUserData && is_varint) event.user_data = payload.read_varint();
        if (payload.field() == kAlphaCallbackId && is_varint)
            event.callback_id = static_cast<std::uint32_t>(payload.read_varint());
        if (payload.field() == kAlphaUserData && is_varint) event.user_data = payload.read_varint();
        if (payload.field() == kAlphaImages && payload.type() == WireType::length_delimited) {
            const base::ByteChain array = payload.share_bytes(owner);
            auto images = parse_images(array, owner);
            if (!images) return images.error();
            event.has_images = true;
            event.images = std::move(*images);
        }
    }
    if (payload.failed()) return malformed("a callback event");
    return base::Done{};
}

}  // namespace

base::Result<CallbackEvent> parse_event(const base::ByteChain& message) {
    CallbackEvent event;
    const auto owner = keeper(message);
    Reader reader(message);
    while (reader.next()) {
        if (reader.field() < 10 || reader.field() > 13 || reader.type() != WireType::length_delimited) continue;
        event.kind = static_cast<CallbackEvent::Kind>(reader.field());
        auto payload = read_payload(reader.read_message(), owner, event);
        if (!payload) return payload.error();
    }
    if (reader.failed()) return malformed("a callback event");
    return event;
}

base::Result<GrabResult> parse_grab(const base::ByteChain& answer) {
    GrabResult result;
    const auto owner = keeper(answer);
    Reader reader(answer);
    while (reader.next()) {
        if (reader.field() == kGrabHasResult && reader.type() == WireType::varint) result.has_result = reader.read_varint() != 0;
        if (reader.field() == kGrabImages && reader.type() == WireType::length_delimited) {
            const base::ByteChain array = reader.share_bytes(owner);
            auto images = parse_images(array, owner);
            if (!images) return images.error();
            result.images = std::move(*images);
        }
    }
    if (reader.failed()) return malformed("a render result");
    return result;
}

std::string register_request() {
    std::string callback;
    wire::append_bytes_field(callback, kCallbackSource, kSource);
    wire::append_varint_field(callback, kCallbackId, kOurCallbackId);
    std::string request;
    wire::append_bytes_field(request, kRegisterCallback, callback);
    return request;
}

std::string unregister_request() {
    return {};
}

base::Result<std::uint32_t> parse_callback_id(const base::ByteChain& answer) {
    const auto id = wire::last_varint(answer, kRegisteredId);
    if (!id) return malformed("a callback id");
    return static_cast<std::uint32_t>(*id);
}

base::Result<std::uint64_t> parse_change_level(const base::ByteChain& answer) {
    base::ByteChain level;
    Reader reader(answer);
    while (reader.next()) {
        if (reader.field() == kCurrentLevel && reader.type() == WireType::length_delimited)
            level = reader.share_bytes(keeper(answer));
    }
    const auto value = reader.failed() ? std::nullopt : wire::last_varint(level, kLevelValue);
    if (!value) return malformed("a change level");
    return *value;
}

}  // namespace octane::livelink
