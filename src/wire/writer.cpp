#include "wire/writer.hpp"

namespace octane::wire {

void append_varint(std::string& out, std::uint64_t value) {
    char buffer[10];
    std::size_t size = 0;
    while (value >= 0x80) {
        buffer[size++] = static_cast<char>(value | 0x80U);
        value >>= 7U;
    }
    buffer[size++] = static_cast<char>(value);
    out.append(buffer, size);
}

void append_tag(std::string& out, std::uint32_t field, int wire_type) {
    append_varint(out, (static_cast<std::uint64_t>(field) << 3U) | static_cast<std::uint64_t>(wire_type));
}

void append_varint_field(std::string& out, std::uint32_t field, std::uint64_t value) {
    append_tag(out, field, 0);
    append_varint(out, value);
}

void append_bytes_field(std::string& out, std::uint32_t field, std::string_view bytes) {
    append_tag(out, field, 2);
    append_varint(out, bytes.size());
    out.append(bytes);
}

}  // namespace octane::wire
