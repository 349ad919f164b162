#include "client.hpp"

#include <poll.h>

#include <array>
#include <boost/asio/write.hpp>
#include <cctype>
#include <stdexcept>

namespace octane::http::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

tcp::endpoint local(std::uint16_t port) {
    return {asio::ip::address_v4::loopback(), port};
}

}  // namespace

Client::Client(std::uint16_t port) {
    socket_.connect(local(port));
}

Client::Client(std::uint16_t port, int receive_buffer) {
    socket_.open(tcp::v4());
    socket_.set_option(asio::socket_base::receive_buffer_size(receive_buffer));
    socket_.connect(local(port));
}

void Client::send(std::string_view bytes) {
    asio::write(socket_, asio::buffer(bytes));
}

std::size_t Client::send_while_taken(std::string_view bytes) {
    boost::system::error_code ended;
    return asio::write(socket_, asio::buffer(bytes), ended);
}

bool Client::fill() {
    pollfd state{socket_.native_handle(), POLLIN, 0};
    if (::poll(&state, 1, 20'000) <= 0) throw std::runtime_error("the server sent nothing for 20 s");
    std::array<char, 65536> bytes{};
    boost::system::error_code ended;
    const auto size = socket_.read_some(asio::buffer(bytes), ended);
    pending_.append(bytes.data(), size);
    return !ended;
}

std::string Client::read_exactly(std::size_t size) {
    while (pending_.size() < size) {
        if (!fill()) throw std::runtime_error("the server closed after " + std::to_string(pending_.size()) + " bytes");
    }
    auto bytes = pending_.substr(0, size);
    pending_.erase(0, size);
    return bytes;
}

std::string Client::read_line() {
    std::size_t end = 0;
    while ((end = pending_.find("\r\n")) == std::string::npos) {
        if (!fill()) throw std::runtime_error("the server closed inside a line");
    }
    auto line = pending_.substr(0, end);
    pending_.erase(0, end + 2);
    return line;
}

std::string Client::read_chunk() {
    const auto size = std::stoul(read_line(), nullptr, 16);
    auto bytes = read_exactly(size);
    if (read_exactly(2) != "\r\n") throw std::runtime_error("a chunk does not end with CRLF");
    return bytes;
}

Reply Client::read_head() {
    Reply reply;
    std::string line = read_line();
    reply.head = line + "\r\n";
    reply.status = std::stoi(line.substr(9));
    while (!(line = read_line()).empty()) {
        reply.head += line + "\r\n";
        const auto colon = line.find(": ");
        std::string name = line.substr(0, colon);
        for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        if (reply.has(name)) throw std::runtime_error("the header " + name + " stands twice");
        reply.headers[name] = line.substr(colon + 2);
    }
    return reply;
}

Reply Client::read_reply(BodyOf body) {
    Reply reply = read_head();
    if (body == BodyOf::head) return reply;
    if (reply.has("content-length")) {
        reply.body = read_exactly(std::stoul(reply.get("content-length")));
    } else if (reply.get("transfer-encoding") == "chunked") {
        for (auto chunk = read_chunk(); !chunk.empty(); chunk = read_chunk()) reply.body += chunk;
    }
    return reply;
}

std::string Client::read_to_end() {
    while (fill()) continue;
    return std::move(pending_);
}

bool Client::is_closed_by_server() {
    return pending_.empty() && !fill() && pending_.empty();
}

void Client::shutdown_send() {
    socket_.shutdown(tcp::socket::shutdown_send);
}

void Client::close() {
    socket_.close();
}

}  // namespace octane::http::test
