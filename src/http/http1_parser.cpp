#include "http/http1_parser.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

#include "http/percent.hpp"

namespace octane::http {
namespace {

namespace beast = boost::beast;
using base::ErrorCode;
using base::make_error;
using beast::http::field;

constexpr std::size_t kLineOverhead = 4;  // ": " and the line's end
constexpr std::size_t kUsualHeaders = 16;

}  // namespace

Http1Parser::Http1Parser(Request& request, std::size_t max_header) : request_(request), max_header_(max_header) {
    header_limit(static_cast<std::uint32_t>(max_header));
    // Beast would refuse a long body before anybody has seen the header; the session and on_chunk_header_impl do it instead.
    body_limit(boost::none);
    eager(false);
}

std::optional<base::Error> Http1Parser::header_fault() const {
    if (has_bad_target_)
        return make_error(ErrorCode::bad_path, "the request's path is not valid: it has a broken %-escape or no leading '/'");
    if (hosts_ == 0 && !is_http_1_0()) return make_error(ErrorCode::bad_http, "an HTTP/1.1 request needs a Host header");
    if (hosts_ > 1 || origins_ > 1) return make_error(ErrorCode::bad_http, "the Host and Origin headers may stand only once");
    // A coding nobody undoes would leave the length of the body to guesswork.
    if (has_encoding_ && (has_bad_encoding_ || is_http_1_0())) {
        return make_error(ErrorCode::bad_http, "the only Transfer-Encoding understood here is chunked, in HTTP/1.1");
    }
    return std::nullopt;
}

base::Error Http1Parser::describe(boost::system::error_code failure) const {
    if (failure == beast::http::error::header_limit) {
        return make_error(ErrorCode::header_too_large,
                          "the request's header is larger than " + std::to_string(max_header_) + " bytes");
    }
    if (failure == beast::http::error::body_limit) {
        return make_error(ErrorCode::body_too_large,
                          "the request's body is larger than " + std::to_string(max_body_) + " bytes" +
                              (body_option_.empty() ? std::string(", the limit of this path")
                                                    : " (" + std::string(body_option_) + " sets the limit)"));
    }
    return make_error(ErrorCode::bad_http, "this is not a valid HTTP/1.1 request: " + failure.message());
}

void Http1Parser::on_request_impl(beast::http::verb, Text verb_text, Text target, int version, Failure&) {
    request_.verb.assign(verb_text.data(), verb_text.size());
    request_.headers.reserve(kUsualHeaders);
    version_ = version;
    header_bytes_ = verb_text.size() + target.size();
    take_target(std::string_view(target.data(), target.size()));
}

void Http1Parser::take_target(std::string_view target) {
    std::string with_path;  // where the target names a host and no path
    if (const auto mark = target.find("://"); !target.starts_with('/') && mark != std::string_view::npos) {
        const auto authority_start = mark + 3;
        const auto path_start = std::min(target.find_first_of("/?#", authority_start), target.size());
        authority_ = target.substr(authority_start, path_start - authority_start);
        target.remove_prefix(path_start);
        if (!target.starts_with('/')) {
            with_path = "/" + std::string(target);
            target = with_path;
        }
    }
    target = target.substr(0, target.find('#'));
    const auto question = target.find('?');
    const auto path = target.substr(0, question);
    if (question != std::string_view::npos) request_.query = Query(target.substr(question + 1));
    if (auto decoded = percent_decode(path, PlusSign::literal)) request_.path = std::move(*decoded);
    if (path != request_.path) request_.encoded_path = path;
    has_bad_target_ = !request_.path.starts_with('/') && !(request_.path == "*" && request_.verb == "OPTIONS");
}

void Http1Parser::on_field_impl(field name_id, Text name, Text value, Failure& failed) {
    if (has_header_) return;  // a trailer changes nothing that was decided by the header
    header_bytes_ += name.size() + value.size() + kLineOverhead;
    if (header_bytes_ > max_header_) {
        failed = beast::http::error::header_limit;
        return;
    }
    const std::string_view text(value.data(), value.size());
    switch (name_id) {
        case field::host: ++hosts_; break;
        case field::origin: ++origins_; break;
        case field::expect: wants_continue_ = beast::iequals(value, "100-continue"); break;
        case field::transfer_encoding:
            has_bad_encoding_ = has_encoding_ || !beast::iequals(value, "chunked");
            has_encoding_ = true;
            break;
        default: break;
    }
    request_.headers.emplace_back(std::string_view(name.data(), name.size()), text);
}

void Http1Parser::on_header_impl(Failure&) {
    has_header_ = true;
    if (authority_.empty()) return;
    for (auto& [name, value] : request_.headers) {
        if (beast::iequals(name, "Host")) value = authority_;
    }
    if (hosts_ == 0) request_.headers.emplace_back("Host", authority_);
}

std::size_t Http1Parser::on_body_impl(Text bytes, Failure&) {
    piece_ = {bytes.data(), bytes.size()};
    return bytes.size();
}

void Http1Parser::on_chunk_header_impl(std::uint64_t size, Text, Failure& failed) {
    if (size > max_body_ - body_bytes_) {
        failed = beast::http::error::body_limit;
    } else {
        body_bytes_ += static_cast<std::size_t>(size);
    }
}

std::size_t Http1Parser::on_chunk_body_impl(std::uint64_t, Text bytes, Failure& failed) {
    return on_body_impl(bytes, failed);
}

}  // namespace octane::http
