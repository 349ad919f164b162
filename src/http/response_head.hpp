// Room: http. The status line and header lines of a response as text.
#pragma once

#include <string>
#include <string_view>

#include "http/message.hpp"

namespace octane::http {

enum class BodyFraming : unsigned char {
    length,   // Content-Length says it
    chunked,  // a stream in HTTP/1.1
    closing,  // a stream in HTTP/1.0: the end of the connection is the end of the body
    none,     // 204 and 304: no body and no word about one
};

struct HeadStyle {
    BodyFraming framing = BodyFraming::length;
    std::string_view connection;  // value of the Connection header, or empty for none
    std::string_view date;        // a whole header line
    std::string_view more;        // whole header lines
    std::string_view vary;        // what the answer depends on besides its own Vary header
};

// Appends the head including its empty line. Control characters in header values become spaces, so no value can start a new line.
void append_head(std::string& out, const Response& response, const HeadStyle& style);

}  // namespace octane::http
