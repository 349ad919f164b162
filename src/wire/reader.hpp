// Room: wire. A cursor over protobuf wire format that lies in several slices.
//
// It never reads past its range: malformed input makes `failed()` true and every further call return the end. No exceptions, no
// allocation. Source of the format: protobuf's encoding guide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace octane::wire {

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, length_delimited = 2, group_start = 3, group_end = 4, fixed32 = 5 };

class Reader {
  public:
    // The chain must outlive the reader.
    explicit Reader(const base::ByteChain& chain);

    // Moves to the next field; false at the end of the range or when the input is malformed.
    bool next();
    [[nodiscard]] std::uint32_t field() const { return field_; }
    [[nodiscard]] WireType type() const { return type_; }
    [[nodiscard]] bool failed() const { return failed_; }

    // Each reads the value of the current field and must be called at most once after next(); a field that nobody read is
    // skipped.
    std::uint64_t read_varint();
    std::uint64_t read_fixed64();
    std::uint32_t read_fixed32();
    // A reader over the current length-delimited field, or over a group up to its end tag, whose own bytes are thereby consumed.
    // Of a group they are looked at once, to find its end.
    Reader read_message();
    // What is left of this range copied behind `out`; the reader is then at its end.
    void append_rest(std::string& out);
    // The current length-delimited field's bytes copied into one run.
    void append_bytes(std::string& out);
    // The same copied to memory of at least length() bytes.
    void copy_bytes(char* out);
    // Length of the current length-delimited field; 0 for other types.
    [[nodiscard]] std::size_t length() const { return length_; }
    // The current length-delimited field's bytes where they lie; false, and nothing consumed, if they span several slices.
    bool take_view(std::string_view& bytes);
    // Gives the current length-delimited field's bytes to `visit` piece by piece, in order.
    template <typename Visit>
    void visit_bytes(Visit&& visit);
    // The current length-delimited field without copying; `owner` keeps the bytes alive.
    base::ByteChain share_bytes(const std::shared_ptr<const void>& owner);

    // For packed repeated fields: a bare value at the cursor of a range from read_message().
    [[nodiscard]] bool at_end() const { return remaining_ == 0; }
    std::uint64_t take_varint();
    std::uint64_t take_fixed64();
    std::uint32_t take_fixed32();

  private:
    Reader() = default;
    void fail();
    void skip(std::size_t count);
    void skip_value();
    std::size_t skip_group();
    Reader read_group();
    std::string_view take_piece(std::size_t most);
    bool begin_value(WireType expected);
    std::uint8_t take_byte();

    const base::ByteChain* chain_ = nullptr;
    const char* cursor_ = nullptr;  // inside segment segment_
    const char* segment_end_ = nullptr;
    std::size_t segment_ = 0;
    std::size_t remaining_ = 0;  // bytes of this range not yet read
    std::size_t length_ = 0;
    std::uint32_t field_ = 0;
    WireType type_ = WireType::varint;
    bool is_pending_ = false;  // next() gave a field whose value was not read
    bool failed_ = false;
};

// The number in that field of a message: of several the last one, 0 if there is none; nothing if the bytes are no message.
std::optional<std::uint64_t> last_varint(const base::ByteChain& message, std::uint32_t field);

template <typename Visit>
void Reader::visit_bytes(Visit&& visit) {
    if (!begin_value(WireType::length_delimited)) return;
    for (std::size_t left = length_; left > 0;) {
        const std::string_view piece = take_piece(left);
        left -= piece.size();
        visit(piece);
    }
}

}  // namespace octane::wire
