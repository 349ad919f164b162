#include "wire/wire_builder.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "wire/writer.hpp"

namespace octane::wire {
namespace {

std::size_t varint_size(std::uint64_t value) {
    std::size_t size = 1;
    while (value >>= 7U) ++size;
    return size;
}

}  // namespace

void WireBuilder::tag(int field, int wire_type) {
    append_tag(out_, static_cast<std::uint32_t>(field), wire_type);
}

WireBuilder::Nested WireBuilder::begin(int field) {
    const std::size_t tag_at = out_.size();
    tag(field, 2);
    const std::size_t length_at = out_.size();
    out_ += '\0';
    return {tag_at, length_at, spliced_};
}

void WireBuilder::end(const Nested& nested) {
    // Lengths inside that will grow count as grown.
    const std::uint64_t length = out_.size() - nested.length_at - 1 + (spliced_ - nested.spliced_before);
    if (length < 0x80) {
        out_[nested.length_at] = static_cast<char>(length);
        return;
    }
    splices_.push_back({nested.length_at, length});
    spliced_ += varint_size(length) - 1;
}

void WireBuilder::end_or_drop(const Nested& nested) {
    if (out_.size() == nested.length_at + 1)
        out_.resize(nested.tag_at);
    else
        end(nested);
}

std::string WireBuilder::finish() {
    if (splices_.empty()) return std::move(out_);
    std::sort(splices_.begin(), splices_.end(), [](const Splice& a, const Splice& b) { return a.at > b.at; });
    std::size_t end = out_.size();
    std::size_t shift = spliced_;
    out_.resize(end + shift);
    std::string length;
    for (const Splice& splice : splices_) {
        char* const body = out_.data() + splice.at + 1;
        std::memmove(body + shift, body, end - splice.at - 1);
        length.clear();
        append_varint(length, splice.length);
        shift -= length.size() - 1;
        std::memcpy(out_.data() + splice.at + shift, length.data(), length.size());
        end = splice.at;
    }
    splices_.clear();
    spliced_ = 0;
    return std::move(out_);
}

}  // namespace octane::wire
