#include "wire/reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "wire/levels.hpp"

namespace octane::wire {
namespace {

constexpr auto kMaxGroupDepth = static_cast<std::size_t>(kMostLevels);
constexpr std::size_t kMaxVarintBytes = 10;

}  // namespace

Reader::Reader(const base::ByteChain& chain) : chain_(&chain), remaining_(chain.size()) {
    if (chain.segments().empty()) return;
    const std::string_view first = chain.segments().front();
    cursor_ = first.data();
    segment_end_ = cursor_ + first.size();
}

void Reader::fail() {
    failed_ = true;
    is_pending_ = false;
    remaining_ = 0;
    length_ = 0;
}

// The next run of at most `most` bytes; the caller has made sure that the range holds at least one.
std::string_view Reader::take_piece(std::size_t most) {
    while (cursor_ == segment_end_) {
        const std::string_view segment = chain_->segments()[++segment_];
        cursor_ = segment.data();
        segment_end_ = cursor_ + segment.size();
    }
    const std::size_t size = std::min(most, static_cast<std::size_t>(segment_end_ - cursor_));
    const std::string_view piece(cursor_, size);
    cursor_ += size;
    remaining_ -= size;
    return piece;
}

std::uint8_t Reader::take_byte() {
    if (remaining_ == 0) {
        fail();
        return 0;
    }
    return static_cast<std::uint8_t>(take_piece(1).front());
}

void Reader::skip(std::size_t count) {
    if (count > remaining_) return fail();
    while (count > 0) count -= take_piece(count).size();
}

bool Reader::next() {
    if (is_pending_) skip_value();
    if (remaining_ == 0) return false;
    const std::uint64_t tag = take_varint();
    if (failed_) return false;
    field_ = static_cast<std::uint32_t>(tag >> 3U);
    const auto type = static_cast<std::uint8_t>(tag & 7U);
    if (tag > 0xFFFFFFFFU || field_ == 0 || type > static_cast<std::uint8_t>(WireType::fixed32)) {
        fail();
        return false;
    }
    type_ = static_cast<WireType>(type);
    length_ = 0;
    if (type_ == WireType::group_end) {  // its start was never seen
        fail();
        return false;
    }
    if (type_ == WireType::length_delimited) {
        const std::uint64_t length = take_varint();
        if (failed_ || length > remaining_) {
            fail();
            return false;
        }
        length_ = static_cast<std::size_t>(length);
    }
    is_pending_ = true;
    return true;
}

bool Reader::begin_value(WireType expected) {
    if (!is_pending_ || type_ != expected) {
        fail();
        return false;
    }
    is_pending_ = false;
    return true;
}

void Reader::skip_value() {
    is_pending_ = false;
    switch (type_) {
        case WireType::varint: take_varint(); break;
        case WireType::fixed64: skip(8); break;
        case WireType::fixed32: skip(4); break;
        case WireType::length_delimited: skip(length_); break;
        case WireType::group_start: (void)skip_group(); break;
        case WireType::group_end: fail(); break;
    }
}

// Steps over a group, whose length stands nowhere. Returns what remained of the range before its end tag.
std::size_t Reader::skip_group() {
    std::array<std::uint32_t, kMaxGroupDepth> open{};
    std::size_t depth = 0;
    std::size_t before_tag = 0;
    open[depth++] = field_;
    while (depth > 0 && !failed_) {
        before_tag = remaining_;
        const std::uint64_t tag = take_varint();
        const auto field = static_cast<std::uint32_t>(tag >> 3U);
        bool is_good = !failed_ && tag <= 0xFFFFFFFFU && field != 0;
        switch (tag & 7U) {
            case 0: take_varint(); break;
            case 1: skip(8); break;
            case 2: skip(take_varint()); break;
            case 3:
                is_good = is_good && depth < kMaxGroupDepth;
                if (is_good) open[depth++] = field;
                break;
            case 4: is_good = is_good && open[--depth] == field; break;
            case 5: skip(4); break;
            default: is_good = false;
        }
        if (!is_good) fail();
    }
    return failed_ ? 0 : before_tag;
}

std::uint64_t Reader::take_varint() {
    if (remaining_ > 0 && cursor_ != segment_end_ && static_cast<std::uint8_t>(*cursor_) < 0x80) {
        --remaining_;
        return static_cast<std::uint8_t>(*cursor_++);
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < kMaxVarintBytes; ++i) {
        const std::uint8_t byte = take_byte();
        if (failed_) return 0;
        value |= static_cast<std::uint64_t>(byte & 0x7FU) << (7 * i);
        if (byte < 0x80) return value;
    }
    fail();
    return 0;
}

std::uint64_t Reader::take_fixed64() {
    if (remaining_ < 8) {
        fail();
        return 0;
    }
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 8; ++i) value |= static_cast<std::uint64_t>(take_byte()) << (8 * i);
    return value;
}

std::uint32_t Reader::take_fixed32() {
    if (remaining_ < 4) {
        fail();
        return 0;
    }
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(take_byte()) << (8 * i);
    return value;
}

std::uint64_t Reader::read_varint() {
    return begin_value(WireType::varint) ? take_varint() : 0;
}

std::uint64_t Reader::read_fixed64() {
    return begin_value(WireType::fixed64) ? take_fixed64() : 0;
}

std::uint32_t Reader::read_fixed32() {
    return begin_value(WireType::fixed32) ? take_fixed32() : 0;
}

Reader Reader::read_message() {
    if (type_ == WireType::group_start) return read_group();
    Reader inner;
    inner.failed_ = !begin_value(WireType::length_delimited);
    if (inner.failed_) return inner;
    inner.chain_ = chain_;
    inner.cursor_ = cursor_;
    inner.segment_end_ = segment_end_;
    inner.segment_ = segment_;
    inner.remaining_ = length_;
    skip(length_);
    return inner;
}

Reader Reader::read_group() {
    Reader inner = *this;
    const bool is_there = begin_value(WireType::group_start);
    const std::size_t before = remaining_;
    const std::size_t after = is_there ? skip_group() : 0;
    inner.failed_ = failed_;
    inner.is_pending_ = false;
    inner.remaining_ = failed_ ? 0 : before - after;
    return inner;
}

void Reader::append_rest(std::string& out) {
    is_pending_ = false;
    while (remaining_ > 0) out.append(take_piece(remaining_));
}

bool Reader::take_view(std::string_view& bytes) {
    if (!is_pending_ || type_ != WireType::length_delimited) {
        fail();
        bytes = {};
        return true;
    }
    if (length_ == 0) {
        is_pending_ = false;
        bytes = {};
        return true;
    }
    if (cursor_ != segment_end_ && static_cast<std::size_t>(segment_end_ - cursor_) < length_) return false;
    is_pending_ = false;
    bytes = take_piece(length_);
    if (bytes.size() == length_) return true;
    // The value begins at a segment's start and is longer than it: step back over the piece.
    cursor_ -= bytes.size();
    remaining_ += bytes.size();
    is_pending_ = true;
    return false;
}

void Reader::append_bytes(std::string& out) {
    visit_bytes([&out](std::string_view piece) { out.append(piece); });
}

void Reader::copy_bytes(char* out) {
    visit_bytes([&out](std::string_view piece) {
        std::memcpy(out, piece.data(), piece.size());
        out += piece.size();
    });
}

base::ByteChain Reader::share_bytes(const std::shared_ptr<const void>& owner) {
    std::vector<std::string_view> pieces;
    visit_bytes([&pieces](std::string_view piece) { pieces.push_back(piece); });
    return base::ByteChain(std::move(pieces), owner);
}

std::optional<std::uint64_t> last_varint(const base::ByteChain& message, std::uint32_t field) {
    std::uint64_t value = 0;
    Reader reader(message);
    while (reader.next()) {
        if (reader.field() == field && reader.type() == WireType::varint) value = reader.read_varint();
    }
    if (reader.failed()) return std::nullopt;
    return value;
}

}  // namespace octane::wire
