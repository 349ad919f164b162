// Room: http. An exchange over HTTP/1.1 and 1.0.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "http/client_connection.hpp"
#include "http/exchange.hpp"
#include "http/http1_reader.hpp"
#include "http/response_head.hpp"

namespace octane::http {

// What is to become of the connection.
enum class AfterAnswer : std::uint8_t {
    unanswered,
    next_request,
    linger,   // all is said, but the client may still be sending
    nothing,  // it is broken, or somebody else's now
};

// Memory for what is being sent; a connection uses it for one answer after the other.
struct Http1Output {
    std::string head;
    std::string lines;
    Gather bytes;
};

class Http1Exchange final : public Exchange {
  public:
    // Reader, output and request must outlive the exchange. One who is not let in gets no CORS headers.
    Http1Exchange(std::shared_ptr<ClientConnection> connection, Http1Reader& reader, Http1Output& output, Request& request,
                  bool is_let_in);

    [[nodiscard]] BodySource& body() override { return reader_; }
    boost::asio::awaitable<void> answer(Response& response) override;
    boost::asio::awaitable<std::shared_ptr<ResponseWriter>> open(Response& head) override;

    void close_afterwards() { may_keep_alive_ = false; }
    [[nodiscard]] AfterAnswer after() const { return after_; }

  private:
    // Whether the writer looks out for the client's leaving: not while somebody reads the body.
    enum class Watch : bool { no, yes };

    boost::asio::awaitable<std::shared_ptr<ResponseWriter>> start_stream(Response& head, Watch watch);
    void upgrade(Response& response);
    void compose_head(const Response& response, BodyFraming framing, bool keeps_alive);
    void begin_write();
    boost::asio::awaitable<void> write_rest();
    void note_answer(int status);

    std::shared_ptr<ClientConnection> connection_;
    Http1Reader& reader_;
    Http1Output& output_;
    AfterAnswer after_ = AfterAnswer::unanswered;
    bool is_let_in_;
    bool is_head_request_;
    bool may_keep_alive_ = true;
    bool is_broken_ = false;
};

}  // namespace octane::http
