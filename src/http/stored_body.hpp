// Room: http. A body that is sent many times: compressed once, sent without copying, and not at all to who has it already.
//
// Immutable; any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace octane::http {

// True if the client has this version by its If-None-Match, or where it sends none, by its If-Modified-Since.
bool is_known_to_client(const Request& request, std::string_view etag, std::string_view last_modified);

class StoredBody {
  public:
    struct Facts {
        std::string media_type;
        std::string coding;         // not empty: the bytes are compressed already
        std::string last_modified;  // an HTTP date, or empty
    };

    StoredBody(std::string bytes, Facts facts);

    // 200 in the best coding that the client takes, or 304; `cache` is the value of Cache-Control.
    [[nodiscard]] Response answer(const Request& request, std::string_view cache) const;

    [[nodiscard]] std::size_t memory() const { return bytes_->size() + (zipped_ ? zipped_->size() : 0); }

  private:
    Facts facts_;
    std::shared_ptr<const std::string> bytes_;
    std::shared_ptr<const std::string> zipped_;  // null: not worth it
    std::string tag_;                            // of the bytes, without quotes
    bool varies_ = false;
};

}  // namespace octane::http
