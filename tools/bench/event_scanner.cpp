// Tool: bench. See event_scanner.hpp.
#include "bench/event_scanner.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace octane::bench {

static constexpr std::size_t kMaxHead = 16384;
static constexpr std::size_t kMaxVisible = 4 * EventScanner::kWindow;

// The number after "name": anywhere in the text, quoted or not.
static std::optional<std::uint64_t> member(std::string_view text, std::string_view quoted_name) {
    std::size_t at = text.find(quoted_name);
    if (at == std::string_view::npos) return std::nullopt;
    at += quoted_name.size();
    while (at < text.size() && (text[at] == ':' || text[at] == ' ' || text[at] == '"')) ++at;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
    if (error != std::errc{}) return std::nullopt;
    return value;
}

std::size_t EventScanner::skippable() const {
    const bool in_middle = state_ == State::payload && chunk_at_ >= kWindow && chunk_left_ > kWindow;
    return in_middle ? static_cast<std::size_t>(chunk_left_ - kWindow) : 0;
}

void EventScanner::skip(std::size_t count) {
    chunk_at_ += count;
    chunk_left_ -= count;
    event_bytes_ += count;
    after_newline_ = false;
}

std::size_t EventScanner::take(std::string_view bytes) {
    switch (state_) {
        case State::head: return take_head(bytes);
        case State::size_line: return take_size_line(bytes);
        case State::payload: return take_payload(bytes);
        case State::payload_end:
            if (bytes.front() == '\n')
                state_ = State::size_line;
            else if (bytes.front() != '\r')
                failure_ = "a chunk does not end where its size says";
            return 1;
        case State::ended: return bytes.size();
    }
    return bytes.size();
}

std::size_t EventScanner::take_head(std::string_view bytes) {
    const std::size_t before = line_.size();
    line_.append(bytes.substr(0, kMaxHead));
    const std::size_t end = line_.find("\r\n\r\n");
    if (end == std::string::npos) {
        if (line_.size() >= kMaxHead) failure_ = "the answer's head is too long";
        return std::min(bytes.size(), kMaxHead);
    }
    const std::size_t taken = end + 4 - before;
    std::string head = line_.substr(0, end);
    std::transform(head.begin(), head.end(), head.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (!head.starts_with("http/1.1 200"))
        failure_ = "the server answered " + line_.substr(0, line_.find("\r\n"));
    else if (head.find("transfer-encoding: chunked") == std::string::npos)
        failure_ = "the answer is not chunked";
    line_.clear();
    state_ = State::size_line;
    return taken;
}

std::size_t EventScanner::take_size_line(std::string_view bytes) {
    const std::size_t newline = bytes.find('\n');
    line_.append(bytes.substr(0, std::min(newline, std::size_t{32})));
    if (newline == std::string_view::npos && line_.size() < 32) return bytes.size();
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(line_.data(), line_.data() + line_.size(), size, 16);
    if (newline == std::string_view::npos || error != std::errc{}) {
        failure_ = "a chunk has no readable size";
        return bytes.size();
    }
    line_.clear();
    chunk_at_ = 0;
    chunk_left_ = size;
    state_ = size == 0 ? State::ended : State::payload;
    return newline + 1;
}

std::size_t EventScanner::take_payload(std::string_view bytes) {
    if (const std::size_t middle = std::min(skippable(), bytes.size()); middle > 0) {
        skip(middle);
        return middle;
    }
    const std::uint64_t until_middle = chunk_left_ > kWindow && chunk_at_ < kWindow ? kWindow - chunk_at_ : chunk_left_;
    std::string_view text = bytes.substr(0, static_cast<std::size_t>(until_middle));
    for (std::size_t at = 0; at < text.size() && !event_complete_; ++at) {
        if (text[at] != '\n') {
            const std::size_t next = text.find('\n', at);
            after_newline_ = false;
            if (next == std::string_view::npos) break;
            at = next;
        }
        if (after_newline_) {
            event_complete_ = true;
            text = text.substr(0, at + 1);
        }
        after_newline_ = !event_complete_;
    }
    keep(text);
    event_bytes_ += text.size();
    chunk_at_ += text.size();
    chunk_left_ -= text.size();
    if (chunk_left_ == 0) state_ = State::payload_end;
    return text.size();
}

void EventScanner::keep(std::string_view text) {
    visible_.append(text);
    // An event made of many chunks: keep its first and its newest bytes.
    if (visible_.size() > kMaxVisible) visible_.erase(2 * kWindow, visible_.size() - kMaxVisible);
}

SeenEvent EventScanner::read_event() const {
    SeenEvent event;
    event.bytes = event_bytes_;
    event.is_frame = visible_.find("\"newImage\"") != std::string::npos;
    if (!event.is_frame) return event;
    const auto stamp = member(visible_, "\"user_data\"");
    event.has_stamp = stamp.has_value();
    event.stamp = stamp.value_or(0);
    event.dropped = member(visible_, "\"dropped\"").value_or(0);
    return event;
}

}  // namespace octane::bench
