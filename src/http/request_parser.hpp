// Room: http. Beast's incremental HTTP/1 parser, filling our Request without a copy of its own.
//
// Feed it with put(); with eager(false) it stops behind the header, so that the header can be judged before a body is taken in.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "http/message.hpp"

namespace octane::http {

struct RequestLimits {
    std::size_t header;  // bytes of all header lines together
    std::size_t body;    // bytes of the body, chunked or not
};

class RequestParser final : public boost::beast::http::basic_parser<true> {
  public:
    // The request must outlive the parser.
    RequestParser(Request& request, RequestLimits limit);

    // What is wrong with a complete header; nothing if it is fine. Beast has checked the syntax of each line by then.
    [[nodiscard]] std::optional<base::Error> header_fault() const;

    // The error for a failure that put() reported.
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
    void on_body_init_impl(const boost::optional<std::uint64_t>& size, Failure& failed) override;
    std::size_t on_body_impl(Text bytes, Failure& failed) override;
    void on_chunk_header_impl(std::uint64_t size, Text extensions, Failure& failed) override;
    std::size_t on_chunk_body_impl(std::uint64_t remaining, Text bytes, Failure& failed) override;
    void on_finish_impl(Failure&) override {}

    void take_target(std::string_view target);

    Request& request_;
    RequestLimits limit_;
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
