#include "http/response_head.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>
#include <charconv>
#include <cstddef>
#include <utility>

namespace octane::http {
namespace {

void append_number(std::string& out, std::size_t number) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void append_value(std::string& out, std::string_view value) {
    const auto first = static_cast<std::ptrdiff_t>(out.size());
    out += value;
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    std::replace_if(out.begin() + first, out.end(), is_control, ' ');
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
    using namespace std::string_view_literals;  // whose lengths are known
    out += "HTTP/1.1 "sv;
    append_number(out, static_cast<std::size_t>(response.status));
    out += ' ';
    out += reason(response.status);
    out += "\r\n"sv;
    out += style.date;
    if (style.framing != BodyFraming::none && !response.content_type.empty()) {
        out += "Content-Type: "sv;
        append_value(out, response.content_type);
        out += "\r\n"sv;
    }
    if (style.framing == BodyFraming::length) {
        out += "Content-Length: "sv;
        append_number(out, response.stream_size.value_or(response.body.size() + response.chain.size()));
        out += "\r\n"sv;
    } else if (style.framing == BodyFraming::chunked) {
        out += "Transfer-Encoding: chunked\r\n"sv;
    }
    out += style.more;
    std::string_view vary = style.vary;
    for (const auto& [name, value] : response.headers) {
        append_value(out, name);
        out += ": "sv;
        append_value(out, value);
        if (!vary.empty() && boost::beast::iequals(name, "Vary")) {
            out += ", "sv;
            out += std::exchange(vary, {});
        }
        out += "\r\n"sv;
    }
    if (!vary.empty()) {
        out += "Vary: "sv;
        out += vary;
        out += "\r\n"sv;
    }
    if (!style.connection.empty()) {
        out += "Connection: "sv;
        out += style.connection;
        out += "\r\n"sv;
    }
    out += "\r\n"sv;
}

}  // namespace octane::http
