// Room: http. Reads one request after the other from a connection, within the limits, and judges each header before its body.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <cstdint>
#include <optional>

#include "http/connection.hpp"
#include "http/request_parser.hpp"

namespace octane::http {

enum class ReadOutcome : std::uint8_t {
    complete,  // the request is whole
    refused,   // `fault` says why
    closed,    // the client left, or was too slow, or the server drains
};

struct Received {
    ReadOutcome outcome = ReadOutcome::closed;
    std::optional<base::Error> fault;
    bool keeps_alive = false;  // another request may follow on the connection
    bool is_let_in = true;     // false: host or origin were refused, and the answer carries no CORS headers
};

class RequestReader {
  public:
    // The connection must outlive the reader.
    explicit RequestReader(Connection& connection) : connection_(connection) {}

    // Bytes behind the request stay for the next call.
    boost::asio::awaitable<Received> read(Request& request);

    // Bytes have come that belong to no request yet.
    [[nodiscard]] bool has_rest() const { return buffer_.size() > 0; }

    [[nodiscard]] bool is_http_1_0() const { return parser_ && parser_->is_http_1_0(); }

  private:
    boost::asio::awaitable<bool> fill(std::size_t size);
    boost::asio::awaitable<bool> invite_body();
    [[nodiscard]] std::optional<base::Error> judge_header(const Request& request, Received& received) const;
    [[nodiscard]] Received refuse(base::Error fault, const Request& request) const;
    void skip_empty_lines();
    void release_memory();

    Connection& connection_;
    boost::beast::flat_buffer buffer_;
    std::optional<RequestParser> parser_;
};

}  // namespace octane::http
