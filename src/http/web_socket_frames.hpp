// Room: http. The frames of a WebSocket that the server writes: whole messages and the close frame. RFC 6455 §5.2.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/web_socket.hpp"

namespace octane::http {

// The head of an unmasked frame is two, four or ten bytes.
using FrameHead = std::array<char, 10>;

// Writes the head of a message of `size` bytes; what of it is to be sent.
std::string_view write_frame_head(FrameHead& head, MessageKind kind, std::uint64_t size);

// The reason, which is UTF-8, is cut at 123 bytes or before the character that would reach beyond them.
std::string make_close_frame(CloseCode code, std::string_view reason);

// Whether the bytes are the close frame of that code without a reason.
bool is_bare_close_of(std::string_view bytes, CloseCode code);

}  // namespace octane::http
