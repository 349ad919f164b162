// Room: http. A request as handlers see it, and the response they return. Beast stays behind the drivers of the protocols.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "http/body_budget.hpp"

namespace octane::http {

class ResponseWriter;
class WebSocket;

// Decoded query parameters; where one value is asked for of a name that stands twice, the last one counts. A '+' is a space, but
// in `token` it stays what it is: a secret is pasted as it stands in its file.
class Query {
  public:
    Query() = default;
    explicit Query(std::string_view raw);  // what follows '?', percent-encoded
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] bool flag(std::string_view name) const;  // present and not "0", "false" or "no"
    void set(const std::string& name, std::string value);  // instead of whatever it was
    void remove(std::string_view name);
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const { return pairs_; }  // in their order

  private:
    std::vector<std::pair<std::string, std::string>> pairs_;
};

// Lives on the connection's loop from the parsed header until the response is written.
class Request {
  public:
    std::string verb;  // "GET"
    std::string path;  // percent-decoded, without query: "/ApiItem/name"
    Query query;
    std::string body;                         // empty until it has been read whole (read_whole_body); at most the route's limit
    BodyShare body_share;                     // what it takes of the memory for all bodies
    std::string remote;                       // "127.0.0.1:52044"; only an address where a trusted proxy names it
    std::string forwarded_for;                // the client's address as a trusted proxy names it; empty: the peer is the client
    bool is_secure = false;                   // the client speaks HTTPS, with this server or with a trusted proxy
    bool has_token_in_query = false;          // `token` stands in the query and is the right one
    std::string encoded_path;                 // as it was sent, where that is not `path`
    std::vector<std::string> captures;        // what the route's {…} matched, in order
    boost::asio::io_context* loop = nullptr;  // the loop this connection lives on
    unsigned loop_index = 0;                  // its place among the server's loops

    // The path as it was sent, percent-encoded.
    [[nodiscard]] std::string_view sent_path() const { return encoded_path.empty() ? path : encoded_path; }

    // Names without regard to case; empty if absent.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    // Who calls: an address without a port, "127.0.0.1" or "[::1]". A browser spreads one page's requests over several ports.
    [[nodiscard]] std::string_view client() const;
    // X-Call-Id, if it is one that may come back: 1 to 128 visible ASCII characters. Otherwise empty.
    [[nodiscard]] std::string_view call_id() const;

    // Emitted on the loop when the client goes away while the handler runs; one that only has nothing more to send still reads,
    // and is not gone. A handler that waits for others connects its slot.
    boost::asio::cancellation_signal client_gone;

    std::vector<std::pair<std::string, std::string>> headers;
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers;  // besides Content-Type, Content-Length and CORS
    std::string body;
    base::ByteChain chain;  // written after body, without copying

    // If set, the handler writes the body: the head goes out, then this is called once, on the loop, with the writer.
    std::function<void(std::shared_ptr<ResponseWriter>)> on_stream;
    std::optional<std::uint64_t> stream_size;  // bytes, if they are known beforehand; the stream must then write as many

    // If set, the connection becomes a WebSocket and this is called once, on the loop. A request that asks for no WebSocket gets
    // 426 instead and this is not called. Status, body and headers do not count.
    std::function<void(std::shared_ptr<WebSocket>)> on_web_socket;
};

using Handler = std::function<boost::asio::awaitable<Response>(Request&)>;

// The one place where an Error becomes a reply: {"success":false,"error":…,"status":…,"code":…,"details":[…],"callId":…} with
// the status of its number; details only where an upstream gave them.
// X-Call-Id is the caller's to add, as on any other answer.
Response error_response(const base::Error& error, std::string_view call_id = {});

// What an error says in headers, in whatever form its body is: how to authenticate, when to try again.
void append_error_headers(Response& response, base::ErrorCode code);

}  // namespace octane::http
