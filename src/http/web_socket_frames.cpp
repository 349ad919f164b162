#include "http/web_socket_frames.hpp"

#include <cstddef>

#include "base/utf8.hpp"

namespace octane::http {
namespace {

constexpr unsigned char kFinalText = 0x81;
constexpr unsigned char kFinalBinary = 0x82;
constexpr unsigned char kFinalClose = 0x88;
constexpr std::size_t kMaxReason = 123;  // bytes: a control frame holds 125

}  // namespace

std::string_view write_frame_head(FrameHead& head, MessageKind kind, std::uint64_t size) {
    head[0] = static_cast<char>(kind == MessageKind::text ? kFinalText : kFinalBinary);
    if (size < 126) {
        head[1] = static_cast<char>(size);
        return {head.data(), 2};
    }
    const std::size_t digits = size <= UINT16_MAX ? 2 : 8;
    head[1] = static_cast<char>(digits == 2 ? 126 : 127);
    for (std::size_t i = 0; i < digits; ++i) head[1 + digits - i] = static_cast<char>((size >> (8 * i)) & 0xFFU);
    return {head.data(), 2 + digits};
}

std::string make_close_frame(CloseCode code, std::string_view reason) {
    reason = base::cut_utf8(reason, kMaxReason);  // a client refuses a reason that is no UTF-8
    const auto number = static_cast<std::uint16_t>(code);
    std::string frame = {static_cast<char>(kFinalClose), static_cast<char>(2 + reason.size()), static_cast<char>(number >> 8U),
                         static_cast<char>(number & 0xFFU)};
    return frame += reason;
}

bool is_bare_close_of(std::string_view bytes, CloseCode code) {
    return bytes == make_close_frame(code, {});
}

}  // namespace octane::http
