#include "endpoints/page.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "endpoints/content_type.hpp"
#include "endpoints/page_files.hpp"
#include "http/access.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kLargestFile = 64UL << 20U;  // bytes; what a page is made of is far smaller

std::string file_name_of(const http::Request& request) {
    return request.path.ends_with('/') ? request.path + "index.html" : request.path;
}

std::optional<std::string> read_builtin(const std::string& name) {
    const auto files = page_files();
    const auto found = std::ranges::find(files, std::string_view(name), &PageFile::path);
    if (found == files.end()) return std::nullopt;
    return std::string(found->bytes);
}

// Nothing outside the directory, whatever the path or a link in it says.
std::optional<std::string> read_from(const fs::path& root, const std::string& name) {
    std::error_code error;
    const fs::path base = fs::canonical(root, error);
    if (error || name.find('\0') != std::string::npos) return std::nullopt;
    const fs::path file = fs::canonical(base / fs::path(name).relative_path(), error);
    if (error || std::mismatch(base.begin(), base.end(), file.begin(), file.end()).first != base.end()) return std::nullopt;
    if (!fs::is_regular_file(file, error) || fs::file_size(file, error) > kLargestFile || error) return std::nullopt;
    std::ifstream in(file, std::ios::binary);
    if (!in) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(in), {});
}

// FNV-1a: tells versions of one file apart, nothing more.
std::string make_etag(std::string_view bytes) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const unsigned char c : bytes) hash = (hash ^ c) * 1099511628211ULL;
    return "\"" + std::to_string(hash) + "\"";
}

bool is_cookie_character(char c) {
    return c > ' ' && c < 0x7F && std::string_view("\",;\\").find(c) == std::string_view::npos;
}

std::optional<http::Response> find_file(const Context& context, const http::Request& request) {
    const std::string name = file_name_of(request);
    auto bytes = context.web_root.empty() ? read_builtin(name) : read_from(context.web_root, name);
    if (!bytes) return std::nullopt;
    http::Response response;
    const std::string etag = make_etag(*bytes);
    response.headers.emplace_back("ETag", etag);
    response.headers.emplace_back("Cache-Control", "no-cache");
    response.content_type = content_type_of(name);
    if (request.header("If-None-Match") == etag) {
        response.status = 304;
    } else {
        response.body = std::move(*bytes);
    }
    // The page's own files come without the token in their URL: a cookie carries it, for this site's own requests only.
    const auto token = request.query.find("token");
    if (token && std::ranges::all_of(*token, is_cookie_character)) {
        response.headers.emplace_back("Set-Cookie", std::string(http::AccessPolicy::kTokenCookie) + "=" + std::string(*token) +
                                                        "; Path=/; HttpOnly; SameSite=Strict");
    }
    return response;
}

http::Response not_found(const http::Request& request) {
    return http::error_response(base::make_error(
        base::ErrorCode::path_not_found, "there is nothing at " + request.path.substr(0, 200) +
                                             "; methods are called with POST /<service>/<method>, GET /services lists them"));
}

}  // namespace

asio::awaitable<http::Response> page_file(const Context& context, http::Request& request) {
    auto file = find_file(context, request);
    co_return file ? std::move(*file) : not_found(request);
}

asio::awaitable<http::Response> page_file_or_method(const Context& context, http::Request& request) {
    auto file = find_file(context, request);
    if (file) co_return std::move(*file);
    auto response = http::error_response(
        base::make_error(base::ErrorCode::verb_not_allowed,
                         "methods are called with POST, not GET: curl -XPOST …" + request.path.substr(0, 200) + " -d '{}'"));
    response.headers.emplace_back("Allow", "POST, OPTIONS");
    co_return response;
}

asio::awaitable<http::Response> no_such_path(const Context& context, http::Request& request) {
    if (request.verb == "GET" || request.verb == "HEAD") {
        auto file = co_await page_file(context, request);
        co_return file;
    }
    if (request.verb == "POST") {
        co_return http::error_response(base::make_error(
            base::ErrorCode::bad_path,
            "Invalid path format: " + request.path.substr(0, 200) + " is not /<service>/<method>, such as /ApiItem/name"));
    }
    co_return not_found(request);
}

}  // namespace octane::endpoints
