// Tests of room http: the client's half of a WebSocket, frame by frame.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "client.hpp"

namespace octane::http::test {

inline constexpr unsigned char kText = 1;
inline constexpr unsigned char kBinary = 2;
inline constexpr unsigned char kClose = 8;
inline constexpr unsigned char kPing = 9;
inline constexpr unsigned char kPong = 10;

enum class Last : bool { no, yes };

struct Frame {
    unsigned char opcode = 0;
    bool is_last = false;
    std::string payload;

    [[nodiscard]] int close_code() const {
        if (opcode != kClose || payload.size() < 2) throw std::runtime_error("not a close frame with a code");
        return (static_cast<unsigned char>(payload[0]) << 8) | static_cast<unsigned char>(payload[1]);
    }
};

inline std::string big_endian(std::uint64_t number, int digits) {
    std::string bytes;
    for (int i = digits - 1; i >= 0; --i) bytes += static_cast<char>((number >> (8 * i)) & 0xFFU);
    return bytes;
}

// A client's frames are masked.
inline std::string frame(unsigned char opcode, std::string_view payload, Last last = Last::yes) {
    std::string bytes(1, static_cast<char>(opcode | (last == Last::yes ? 0x80U : 0U)));
    if (payload.size() < 126) {
        bytes += static_cast<char>(0x80U | payload.size());
    } else if (payload.size() <= 0xFFFF) {
        bytes += static_cast<char>(0x80U | 126U) + big_endian(payload.size(), 2);
    } else {
        bytes += static_cast<char>(0x80U | 127U) + big_endian(payload.size(), 8);
    }
    const std::string_view mask = "\x11\x22\x33\x44";
    bytes += mask;
    for (std::size_t i = 0; i < payload.size(); ++i) bytes += static_cast<char>(payload[i] ^ mask[i % 4]);
    return bytes;
}

inline std::string close_frame(int code, std::string_view reason = {}) {
    return frame(kClose, big_endian(static_cast<std::uint64_t>(code), 2) + std::string(reason));
}

inline std::uint64_t number_of(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char c : bytes) number = (number << 8U) | static_cast<unsigned char>(c);
    return number;
}

// Works for every client with read_exactly.
template <typename AnyClient>
Frame read_frame(AnyClient& client) {
    const std::string head = client.read_exactly(2);
    Frame frame;
    frame.opcode = static_cast<unsigned char>(head[0]) & 0x0FU;
    frame.is_last = (static_cast<unsigned char>(head[0]) & 0x80U) != 0;
    if ((static_cast<unsigned char>(head[0]) & 0x70U) != 0) throw std::runtime_error("a reserved bit is set");
    std::uint64_t size = static_cast<unsigned char>(head[1]);
    if (size >= 128) throw std::runtime_error("a server's frame is masked");
    if (size == 126) size = number_of(client.read_exactly(2));
    if (size == 127) size = number_of(client.read_exactly(8));
    frame.payload = client.read_exactly(size);
    return frame;
}

// The key and its answer are those of RFC 6455 §1.3.
inline constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
inline constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

inline std::string opening(std::string_view path, std::string_view more = {}) {
    return "GET " + std::string(path) +
           " HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
           "13\r\nSec-WebSocket-Key: " +
           std::string(kKey) + "\r\n" + std::string(more) + "\r\n";
}

}  // namespace octane::http::test
