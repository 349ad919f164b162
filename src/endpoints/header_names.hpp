// Room: endpoints. The headers that pages of other origins may send and read, and the cookie of the token.
//
// The CORS headers of every answer are made from these tables; --forward-header adds to the first, and an answer that carries
// further headers names them itself. A header that the code reads and that a script can set has to stand in the first; a test
// goes through the sources for it.
#pragma once

#include <array>
#include <string_view>

namespace octane::endpoints {

inline constexpr std::array<std::string_view, 20> kRequestHeaders = {
    "Content-Type",
    "Accept",
    "Authorization",
    "Cache-Control",     // EventSource sends it
    "Last-Event-ID",     // and this
    "X-Grpc-Web",        // octaneWeb sends it
    "X-Requested-With",  // older HTTP libraries send it
    "X-Call-Id",         // names a call in answer and log
    "X-Request-Id",      // names a request across programs
    "traceparent",       // the same, by W3C Trace Context
    "tracestate",        // and what goes with it
    "X-Strict",          // whether members that a message lacks are errors
    "X-Timeout",         // deadlines, in three spellings
    "grpc-timeout",
    "Connect-Timeout-Ms",
    "X-Octane-Epoch",  // of the handles in a call
    "If-None-Match",   // what the page has already
    "If-Modified-Since",
    "If-Range",
    "Range",
};

inline constexpr std::array<std::string_view, 11> kExposedHeaders = {
    "X-Call-Id", "X-Octane-Epoch", "X-Warnings", "Retry-After", "ETag",     "X-Seq",
    "X-Epoch",   "X-Timestamp",    "X-Samples",  "X-Width",     "X-Height",
};

// What a page that was opened with ?token= sends along with its scripts and pictures, which cannot carry it otherwise.
inline constexpr std::string_view kTokenCookie = "octane_token";

}  // namespace octane::endpoints
