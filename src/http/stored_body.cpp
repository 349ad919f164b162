#include "http/stored_body.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

#include "http/content_coding.hpp"
#include "http/header_list.hpp"
#include "http/media_type.hpp"

namespace octane::http {
namespace {

constexpr std::size_t kLeastZipped = 512;  // bytes; below, the header costs what compression gains

// FNV-1a: tells versions of one thing apart, nothing more.
std::string make_tag(std::string_view bytes) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const unsigned char c : bytes) hash = (hash ^ c) * 1099511628211ULL;
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), hash, 16).ptr;
    return {digits.data(), end};
}

base::ByteChain share(const std::shared_ptr<const std::string>& bytes) {
    std::vector<std::string_view> segments;
    if (!bytes->empty()) segments.emplace_back(*bytes);
    return {std::move(segments), bytes};
}

}  // namespace

bool is_known_to_client(const Request& request, std::string_view etag, std::string_view last_modified) {
    std::string_view known = request.header("If-None-Match");
    if (known.empty()) return !last_modified.empty() && request.header("If-Modified-Since") == last_modified;
    while (!known.empty()) {
        auto one = take_item(known);
        if (one.starts_with("W/")) one.remove_prefix(2);
        if (one == "*" || one == etag) return true;
    }
    return false;
}

StoredBody::StoredBody(std::string bytes, Facts facts)
    : facts_(std::move(facts)),
      bytes_(std::make_shared<const std::string>(std::move(bytes))),
      tag_(make_tag(*bytes_)),
      varies_(is_compressible(facts_.media_type)) {
    if (!varies_ || !facts_.coding.empty() || bytes_->size() < kLeastZipped) return;
    auto zipped = gzip(*bytes_);
    if (!zipped.empty()) zipped_ = std::make_shared<const std::string>(std::move(zipped));
}

Response StoredBody::answer(const Request& request, std::string_view cache) const {
    const bool is_zipped = zipped_ && accepts_coding(request.header("Accept-Encoding"), "gzip");
    const std::string_view coding = is_zipped ? std::string_view("gzip") : std::string_view(facts_.coding);
    const std::string etag = '"' + tag_ + (coding.empty() ? "" : "-") + std::string(coding) + '"';
    Response response;
    response.content_type = facts_.media_type;
    response.headers.emplace_back("ETag", etag);
    if (!facts_.last_modified.empty()) response.headers.emplace_back("Last-Modified", facts_.last_modified);
    response.headers.emplace_back("Cache-Control", cache);
    if (varies_) response.headers.emplace_back("Vary", "Accept-Encoding");
    if (is_known_to_client(request, etag, facts_.last_modified)) {
        response.status = 304;
        return response;
    }
    if (!coding.empty()) response.headers.emplace_back("Content-Encoding", coding);
    response.chain = share(is_zipped ? zipped_ : bytes_);
    return response;
}

}  // namespace octane::http
