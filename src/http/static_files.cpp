#include "http/static_files.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <ctime>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "http/content_coding.hpp"
#include "http/file_stream.hpp"
#include "http/media_type.hpp"

namespace octane::http {
namespace {

namespace fs = std::filesystem;

struct FoundFile {
    fs::path path;
    std::uintmax_t size = 0;
    fs::file_time_type changed;

    [[nodiscard]] std::string version() const {
        return std::to_string(changed.time_since_epoch().count()) + '-' + std::to_string(size);
    }
};

bool is_hidden(const fs::path& name) {
    return std::any_of(name.begin(), name.end(), [](const fs::path& part) {
        return part.native().starts_with('.') && part != "." && part != ".." && part != ".well-known";
    });
}

std::optional<FoundFile> locate(const fs::path& folder, const std::string& name) {
    std::error_code failed;
    const fs::path base = fs::canonical(folder, failed);
    if (failed || name.find('\0') != std::string::npos) return std::nullopt;
    const fs::path relative = fs::path(name).relative_path();
    if (is_hidden(relative)) return std::nullopt;
    FoundFile file;
    file.path = fs::canonical(base / relative, failed);
    if (failed || std::mismatch(base.begin(), base.end(), file.path.begin(), file.path.end()).first != base.end())
        return std::nullopt;
    if (!fs::is_regular_file(file.path, failed)) return std::nullopt;
    file.size = fs::file_size(file.path, failed);
    if (failed) return std::nullopt;
    file.changed = fs::last_write_time(file.path, failed);
    if (failed) return std::nullopt;
    return file;
}

std::optional<std::string> read_whole(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string http_date(fs::file_time_type time) {
    const auto system = std::chrono::time_point_cast<std::chrono::seconds>(
        std::chrono::file_clock::to_sys(std::chrono::time_point_cast<std::chrono::seconds>(time)));
    const std::time_t seconds = std::chrono::system_clock::to_time_t(system);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 40> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t size = 0;
};

enum class RangeIs : std::uint8_t { absent, good, impossible };

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// One range of bytes; whatever else RFC 9110 allows is answered with the whole file, which it allows too.
RangeIs read_range(std::string_view text, std::uint64_t size, ByteRange& range) {
    if (!text.starts_with("bytes=") || text.find(',') != std::string_view::npos) return RangeIs::absent;
    text.remove_prefix(6);
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return RangeIs::absent;
    const auto first = number(text.substr(0, dash));
    const auto last = number(text.substr(dash + 1));
    if (dash == 0) {
        if (!last) return RangeIs::absent;
        if (*last == 0) return RangeIs::impossible;
        range.size = std::min(*last, size);
        range.first = size - range.size;
        return RangeIs::good;
    }
    if (!first || (!last && dash + 1 < text.size()) || (last && *last < *first)) return RangeIs::absent;
    if (*first >= size) return RangeIs::impossible;
    range.first = *first;
    range.size = std::min(last.value_or(size - 1), size - 1) - *first + 1;
    return RangeIs::good;
}

std::optional<Response> kept(const FoundFile& file, std::string media_type, std::string coding, std::string_view cache_rule,
                             const Request& request, BodyCache& cache) {
    // NAME.gz is one thing when it is asked for and another as a coding of NAME.
    const std::string key = coding + ' ' + media_type + ' ' + file.path.native();
    const auto body = cache.get(key, file.version(), [&]() -> std::optional<StoredBody> {
        auto bytes = read_whole(file.path);
        if (!bytes) return std::nullopt;
        return StoredBody(std::move(*bytes), {std::move(media_type), std::move(coding), http_date(file.changed)});
    });
    if (!body) return std::nullopt;
    return body->answer(request, cache_rule);
}

std::optional<Response> streamed(const FoundFile& file, std::string media_type, std::string_view coding,
                                 std::string_view cache_rule, const Request& request) {
    std::ifstream in(file.path, std::ios::binary);
    if (!in) return std::nullopt;
    const std::string etag = '"' + file.version() + '"';
    const std::string last_modified = http_date(file.changed);
    Response response;
    response.content_type = std::move(media_type);
    response.headers.emplace_back("ETag", etag);
    response.headers.emplace_back("Last-Modified", last_modified);
    response.headers.emplace_back("Cache-Control", cache_rule);
    response.headers.emplace_back("Accept-Ranges", "bytes");
    if (is_compressible(response.content_type)) response.headers.emplace_back("Vary", "Accept-Encoding");
    if (is_known_to_client(request, etag, last_modified)) {
        response.status = 304;
        return response;
    }
    if (!coding.empty()) response.headers.emplace_back("Content-Encoding", coding);
    ByteRange range{0, file.size};
    const auto condition = request.header("If-Range");
    if (condition.empty() || condition == etag || condition == last_modified) {
        const auto verdict = read_range(request.header("Range"), file.size, range);
        if (verdict == RangeIs::impossible) {
            response.status = 416;
            response.headers.emplace_back("Content-Range", "bytes */" + std::to_string(file.size));
            return response;
        }
        if (verdict == RangeIs::good) {
            response.status = 206;
            response.headers.emplace_back("Content-Range", "bytes " + std::to_string(range.first) + '-' +
                                                               std::to_string(range.first + range.size - 1) + '/' +
                                                               std::to_string(file.size));
        }
    }
    in.seekg(static_cast<std::streamoff>(range.first));
    response.stream_size = range.size;
    const auto sender = std::make_shared<FileStream>(*request.loop, std::move(in), range.size);
    response.on_stream = [sender](std::shared_ptr<ResponseWriter> stream) { sender->open(std::move(stream)); };
    return response;
}

std::optional<Response> serve(const FoundFile& file, std::string media_type, std::string coding, std::string_view cache_rule,
                              const Request& request, BodyCache& cache) {
    if (file.size > kLargestKeptFile) return streamed(file, std::move(media_type), coding, cache_rule, request);
    return kept(file, std::move(media_type), std::move(coding), cache_rule, request, cache);
}

bool is_hex(std::string_view text) {
    return std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

template <typename Test>
bool has(std::string_view text, Test test) {
    return std::ranges::any_of(text, [test](unsigned char c) { return test(c) != 0; });
}

}  // namespace

std::string_view cache_rule_of(std::string_view file_name) {
    constexpr std::string_view kAsk = "no-cache";
    constexpr std::string_view kForEver = "max-age=31536000, immutable";
    constexpr std::size_t kShort = 8;  // characters: what Vite, Rollup and esbuild take
    auto name = file_name.substr(file_name.rfind('/') + 1);
    if (name.ends_with(".map")) name.remove_suffix(4);
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos || media_type_of(name).starts_with("text/html")) return kAsk;
    name = name.substr(0, dot);
    const auto is_digit = [](int c) { return std::isdigit(c); };
    if (name.size() > kShort && (name[name.size() - kShort - 1] == '-' || name[name.size() - kShort - 1] == '.')) {
        const auto hash = name.substr(name.size() - kShort);
        const bool is_base64 =
            std::ranges::all_of(hash, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
        const bool is_mixed = has(hash, [](int c) { return std::isupper(c); }) &&
                              (has(hash, [](int c) { return std::islower(c); }) || has(hash, is_digit));
        if (is_base64 && is_mixed) return kForEver;
    }
    const auto mark = name.find_last_of("-.");
    if (mark == std::string_view::npos) return kAsk;
    const auto hash = name.substr(mark + 1);
    const bool is_hash =
        hash.size() >= kShort && is_hex(hash) && has(hash, is_digit) && has(hash, [](int c) { return std::isalpha(c); });
    return is_hash ? kForEver : kAsk;
}

std::optional<Response> find_static_file(const fs::path& folder, const std::string& name, const Request& request,
                                         BodyCache& cache) {
    auto file = locate(folder, name);
    if (!file) return std::nullopt;
    auto media_type = media_type_of(name);
    const auto cache_rule = cache_rule_of(name);
    if (is_compressible(media_type)) {
        for (const auto& [coding, ending] : {std::pair("br", ".br"), std::pair("gzip", ".gz")}) {
            if (!accepts_coding(request.header("Accept-Encoding"), coding)) continue;
            const auto ready = locate(folder, name + ending);
            // One that is older than the file itself was made of something else.
            if (!ready || ready->changed < file->changed) continue;
            return serve(*ready, std::move(media_type), coding, cache_rule, request, cache);
        }
    }
    return serve(*file, std::move(media_type), {}, cache_rule, request, cache);
}

}  // namespace octane::http
