// Tests of room http: a client over a real socket that sees every byte. A read that takes 20 s fails the test.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace octane::http::test {

struct Reply {
    int status = 0;
    std::string head;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;                            // chunks joined

    [[nodiscard]] bool has(const std::string& name) const { return headers.contains(name); }
    [[nodiscard]] std::string get(const std::string& name) const { return has(name) ? headers.at(name) : std::string(); }
};

enum class BodyOf : bool { get, head };

class Client {
  public:
    explicit Client(std::uint16_t port);
    Client(std::uint16_t port, int receive_buffer);  // bytes the kernel keeps for us, set before connecting
    Client(std::uint16_t port, std::string_view first) : Client(port) { send(first); }

    void send(std::string_view bytes);
    // Sends until the other side takes no more or has closed; how much it took.
    std::size_t send_while_taken(std::string_view bytes);
    Reply read_reply(BodyOf body = BodyOf::get);
    Reply read_head();
    Reply ask(std::string_view request) {
        send(request);
        return read_reply();
    }
    std::string read_exactly(std::size_t size);
    std::string read_line();   // without its CRLF
    std::string read_chunk();  // the bytes of one chunk; empty for the last
    std::string read_to_end();
    bool has_bytes() { return !pending_.empty() || socket_.available() > 0; }  // to be read without waiting
    bool is_closed_by_server();  // waits for the end or a reset; false if bytes come
    void shutdown_send();
    void close();

  private:
    bool fill();  // false at the end

    boost::asio::io_context loop_;
    boost::asio::ip::tcp::socket socket_{loop_};
    std::string pending_;
};

}  // namespace octane::http::test
