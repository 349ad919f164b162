// Room: endpoints. In which form the answers of a streaming method are sent over HTTP, and what stands around them. docs/api.md
// §2 "Streaming methods".
//
// Pure. One StreamText for each response; what a call returns refers to its arguments and to itself until the next call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "http/message.hpp"

namespace octane::endpoints {

enum class StreamForm : std::uint8_t {
    events,  // Server-Sent Events
    lines,   // JSON lines
    array,   // one JSON array
    parts,   // multipart/x-mixed-replace, of bytes
    bytes,   // one after the other, of bytes
};

// By ?stream=, else by Accept, else JSON lines. Nothing where ?raw= without ?stream= asks for the first message alone. Errors:
// 40006 for another word, or bytes in a form of text; 40601 where none of the types in Accept can be had.
base::Result<std::optional<StreamForm>> choose_stream_form(const http::Query& query, std::string_view accept, bool is_http_body);

class StreamText {
  public:
    using Parts = std::vector<std::string_view>;

    explicit StreamText(StreamForm form) : form_(form) {}

    [[nodiscard]] bool is_text() const { return form_ != StreamForm::parts && form_ != StreamForm::bytes; }
    // Of the response. `first`: of the first bytes, where they are sent as they are.
    [[nodiscard]] std::string content_type(std::string_view first) const;

    // The `number`th message of the stream, from 1 on.
    const Parts& message(std::string_view json, std::uint64_t number);
    // The bytes must live until the next one, since heart_beat() may give them again.
    const Parts& message(const base::ByteChain& bytes, std::string_view type, std::uint64_t number, std::uint64_t dropped);
    // Between messages, to show that the stream is alive; empty for a form that has no room for it. Of parts it is the newest one
    // once more, with its number; nothing before the first.
    const Parts& heart_beat();
    // Whether the newest message is to be written again as soon as nothing newer follows.
    [[nodiscard]] bool needs_repeat() const { return form_ == StreamForm::parts; }
    // `summary`, one JSON object, tells how the stream went: of one that has failed, the error's.
    const Parts& end(std::string_view summary, bool has_failed);

  private:
    std::string_view opening();

    const StreamForm form_;
    std::string head_;
    Parts parts_;
    bool is_open_ = false;
    bool has_message_ = false;
};

}  // namespace octane::endpoints
