// Room: wire. Protobuf wire format appended to a string, for the few messages the proxy itself sends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace octane::wire {

void append_varint(std::string& out, std::uint64_t value);
void append_tag(std::string& out, std::uint32_t field, int wire_type);
void append_varint_field(std::string& out, std::uint32_t field, std::uint64_t value);
void append_bytes_field(std::string& out, std::uint32_t field, std::string_view bytes);

}  // namespace octane::wire
