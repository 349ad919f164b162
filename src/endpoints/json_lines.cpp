#include "endpoints/json_lines.hpp"

#include <utility>

namespace octane::endpoints {
namespace {

constexpr std::size_t kIdleMemory = 64UL << 10U;  // bytes; a longer line's memory is given back

std::string_view without_return(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

bool is_empty(std::string_view line) {
    return line.find_first_not_of(" \t") == std::string_view::npos;
}

}  // namespace

base::Result<std::optional<std::string_view>> JsonLines::next() {
    if (std::exchange(is_given_, false)) {
        begun_.clear();
        if (begun_.capacity() > kIdleMemory) begun_.shrink_to_fit();
    }
    for (;;) {
        const auto end = rest_.find('\n');
        const auto piece = rest_.substr(0, end);
        if (begun_.size() + piece.size() > longest_) {
            return base::make_error(base::ErrorCode::body_too_large, "line " + std::to_string(number_ + 1) + " is longer than " +
                                                                         std::to_string(longest_) +
                                                                         " bytes, which one message may have");
        }
        if (end == std::string_view::npos) {
            begun_.append(piece);
            rest_ = {};
            if (!is_ended_ || begun_.empty()) return std::optional<std::string_view>();
            ++number_;
            is_given_ = true;
            const auto last = without_return(begun_);
            return is_empty(last) ? std::optional<std::string_view>() : std::optional(last);
        }
        rest_.remove_prefix(end + 1);
        ++number_;
        if (begun_.empty()) {
            const auto line = without_return(piece);
            if (!is_empty(line)) return std::optional(line);
            continue;
        }
        begun_.append(piece);
        const auto line = without_return(begun_);
        if (!is_empty(line)) {
            is_given_ = true;
            return std::optional(line);
        }
        begun_.clear();
    }
}

}  // namespace octane::endpoints
