// Room: http. Beast's incremental HTTP/1 parser, filling the head of our Request; the body is handed on where it lies.
//
// Feed it with put(). It stops behind the header, so that the header can be judged before a body is taken in, and behind each
// piece of the body.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/message.hpp"

namespace octane::http {

class Http1Parser final : public boost::beast::http::basic_parser<true> {
  public:
    // The request must outlive the parser.
    Http1Parser(Request& request, std::size_t max_header);  // bytes of all header lines together

    // Bytes of the body, chunked or not; `option` is what people set the limit with. Set before a body is put.
    void limit_body(std::size_t bytes, std::string_view option) {
        max_body_ = bytes;
        body_option_ = option;
    }

    // The piece of the body that the last put() has come upon, in the buffer that it was given; empty if there was none.
    [[nodiscard]] std::string_view take_piece() { return std::exchange(piece_, {}); }

    // What is wrong with a complete header; nothing if it is fine. Beast has checked the syntax of each line by then. Errors:
    // 40001 bad_path for a broken path; 40007 bad_http where Host is missing, where Host or Origin stands twice, and for a
    // Transfer-Encoding that is not understood.
    [[nodiscard]] std::optional<base::Error> header_fault() const;

    // The error for a failure that put() reported: 43101 header_too_large, 41301 body_too_large, 40007 bad_http for all else.
    [[nodiscard]] base::Error describe(boost::system::error_code failure) const;

    [[nodiscard]] bool is_http_1_0() const { return version_ < 11; }
    [[nodiscard]] bool wants_continue() const { return wants_continue_ && !is_http_1_0(); }

  private:
    using Failure = boost::beast::error_code;
    using Text = boost::beast::string_view;

    void on_request_impl(boost::beast::http::verb verb, Text verb_text, Text target, int version, Failure& failed) override;
    void on_response_impl(int, Text, int, Failure&) override {}
    void on_field_impl(boost::beast::http::field field, Text name, Text value, Failure& failed) override;
    void on_header_impl(Failure& failed) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>&, Failure&) override {}
    std::size_t on_body_impl(Text bytes, Failure& failed) override;
    void on_chunk_header_impl(std::uint64_t size, Text extensions, Failure& failed) override;
    std::size_t on_chunk_body_impl(std::uint64_t remaining, Text bytes, Failure& failed) override;
    void on_finish_impl(Failure&) override {}

    void take_target(std::string_view target);

    Request& request_;
    std::size_t max_header_;
    std::size_t max_body_ = 0;
    std::string_view body_option_;
    std::size_t body_bytes_ = 0;
    std::string_view piece_;
    std::size_t header_bytes_ = 0;
    int version_ = 11;
    int hosts_ = 0;
    int origins_ = 0;
    bool has_header_ = false;
    bool has_bad_target_ = false;
    bool has_bad_encoding_ = false;
    bool has_encoding_ = false;
    bool wants_continue_ = false;
    std::string authority_;  // of a target in absolute form; it stands for the Host header then
};

}  // namespace octane::http
