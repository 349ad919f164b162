#include "http/response_head.hpp"

#include <array>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>
#include <charconv>
#include <utility>

namespace octane::http {
namespace {

void append_number(std::string& out, std::size_t number) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void append_value(std::string& out, std::string_view value) {
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        out += byte < 0x20 || byte == 0x7F ? ' ' : c;
    }
}

std::string_view reason(int status) {
    if (status == 499) return "Client Closed Request";
    const auto known = boost::beast::http::int_to_status(static_cast<unsigned>(status));
    if (known == boost::beast::http::status::unknown) return "Unknown";
    const auto text = boost::beast::http::obsolete_reason(known);
    return {text.data(), text.size()};
}

}  // namespace

void append_head(std::string& out, const Response& response, const HeadStyle& style) {
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::size_t>(response.status));
    out += ' ';
    out += reason(response.status);
    out += "\r\n";
    out += style.date;
    if (style.framing != BodyFraming::none && !response.content_type.empty()) {
        out += "Content-Type: ";
        append_value(out, response.content_type);
        out += "\r\n";
    }
    if (style.framing == BodyFraming::length) {
        out += "Content-Length: ";
        append_number(out, response.stream_size.value_or(response.body.size() + response.chain.size()));
        out += "\r\n";
    } else if (style.framing == BodyFraming::chunked) {
        out += "Transfer-Encoding: chunked\r\n";
    }
    out += style.more;
    std::string_view vary = style.vary;
    for (const auto& [name, value] : response.headers) {
        append_value(out, name);
        out += ": ";
        append_value(out, value);
        if (!vary.empty() && boost::beast::iequals(name, "Vary")) {
            out += ", ";
            out += std::exchange(vary, {});
        }
        out += "\r\n";
    }
    if (!vary.empty()) {
        out += "Vary: ";
        out += vary;
        out += "\r\n";
    }
    if (!style.connection.empty()) {
        out += "Connection: ";
        out += style.connection;
        out += "\r\n";
    }
    out += "\r\n";
}

}  // namespace octane::http
