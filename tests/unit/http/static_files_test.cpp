#include "http/static_files.hpp"

#include <doctest/doctest.h>
#include <libdeflate.h>

#include <fstream>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "http/content_coding.hpp"
#include "http/file_stream.hpp"
#include "running_server.hpp"

using namespace octane::http;
using namespace octane::http::test;
namespace fs = std::filesystem;

namespace {

class Folder {
  public:
    Folder() : path_(fs::temp_directory_path() / ("octane-static-" + octane::base::make_uuid())) {
        fs::create_directories(path_);
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] const fs::path& path() const { return path_; }
    void write(const std::string& name, std::string_view text) const {
        fs::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << text;
    }
    // Seconds after 2020, so that no test depends on the clock.
    void touch(const std::string& name, int seconds) const {
        const auto when = fs::file_time_type(
            std::chrono::file_clock::from_sys(std::chrono::sys_seconds(std::chrono::seconds(1577836800 + seconds))));
        fs::last_write_time(path_ / name, when);
    }

  private:
    fs::path path_;
};

struct Answer {
    std::optional<Response> response;

    [[nodiscard]] int status() const { return response ? response->status : 0; }
    [[nodiscard]] std::string text() const { return response->body + response->chain.flatten(); }
    [[nodiscard]] std::string header(std::string_view name) const {
        for (const auto& [key, value] : response->headers) {
            if (key == name) return value;
        }
        return {};
    }
};

Answer get(const Folder& folder, const std::string& name, std::vector<std::pair<std::string, std::string>> headers,
           BodyCache& cache) {
    Request request;
    request.verb = "GET";
    request.path = name;
    request.headers = std::move(headers);
    return {find_static_file(folder.path(), name, request, cache)};
}

Answer get(const Folder& folder, const std::string& name, std::vector<std::pair<std::string, std::string>> headers = {}) {
    BodyCache cache;
    return get(folder, name, std::move(headers), cache);
}

std::string unzip(const std::string& bytes, std::size_t size) {
    std::string out(size, '\0');
    auto* const machine = libdeflate_alloc_decompressor();
    const auto result = libdeflate_gzip_decompress(machine, bytes.data(), bytes.size(), out.data(), out.size(), nullptr);
    libdeflate_free_decompressor(machine);
    return result == LIBDEFLATE_SUCCESS ? out : "not gzip";
}

const std::string kScript = [] {
    std::string text;
    for (int i = 0; i < 500; ++i) text += "console.log(" + std::to_string(i) + ");\n";
    return text;
}();

}  // namespace

TEST_CASE("codings are chosen as RFC 9110 reads Accept-Encoding") {
    CHECK(accepts_coding("gzip, deflate, br", "br"));
    CHECK(accepts_coding("GZIP", "gzip"));
    CHECK(accepts_coding("*", "gzip"));
    CHECK(accepts_coding(" br ; q=0.5 ,gzip", "br"));
    CHECK(accepts_coding("*;q=0, gzip", "gzip"));
    CHECK_FALSE(accepts_coding("", "gzip"));
    CHECK_FALSE(accepts_coding("identity", "gzip"));
    CHECK_FALSE(accepts_coding("gzip;q=0", "gzip"));
    CHECK_FALSE(accepts_coding("gzip;q=0.000, *", "gzip"));
    CHECK_FALSE(accepts_coding("*;q=0", "gzip"));
    CHECK_FALSE(accepts_coding("xgzip", "gzip"));
}

TEST_CASE("names that hold a hash are kept for ever, all others are asked about") {
    for (const char* name : {"/assets/index-BkH7fK3d.js", "/assets/index-DiwrgTda.css", "/assets/a-B-7dQx_1.js",
                             "/main.3f2a9c1b.js", "/chunk-ABCDEFG2.js", "/logo.5d5d9eef.svg"}) {
        CAPTURE(name);
        CHECK(cache_rule_of(name) == "max-age=31536000, immutable");
    }
    for (const char* name :
         {"/index.html", "/index-BkH7fK3d.html", "/app.js", "/main-component.js", "/photo-20240131.jpg", "/IMG_20240131.jpg",
          "/favicon.svg", "/no-extension-BkH7fK3d", "/vite-polyfills.js", "/deadbeef.js"}) {
        CAPTURE(name);
        CHECK(cache_rule_of(name) == "no-cache");
    }
}

TEST_CASE("a file is compressed once if the client takes it and it is worth it") {
    const Folder folder;
    folder.write("app.js", kScript);
    folder.write("small.js", "run();");
    folder.write("picture.png", kScript);
    BodyCache cache;
    const auto zipped = get(folder, "/app.js", {{"Accept-Encoding", "gzip"}}, cache);
    CHECK(zipped.header("Content-Encoding") == "gzip");
    CHECK(zipped.header("Vary") == "Accept-Encoding");
    CHECK(unzip(zipped.text(), kScript.size()) == kScript);
    const auto again = get(folder, "/app.js", {{"Accept-Encoding", "gzip"}}, cache);
    CHECK(again.response->chain.segments()[0].data() == zipped.response->chain.segments()[0].data());

    const auto plain = get(folder, "/app.js", {}, cache);
    CHECK(plain.header("Content-Encoding").empty());
    CHECK(plain.header("Vary") == "Accept-Encoding");
    CHECK(plain.text() == kScript);
    CHECK(plain.header("ETag") != zipped.header("ETag"));
    CHECK(get(folder, "/small.js", {{"Accept-Encoding", "gzip"}}).header("Content-Encoding").empty());
    CHECK(get(folder, "/picture.png", {{"Accept-Encoding", "gzip"}}).header("Content-Encoding").empty());
    CHECK(get(folder, "/picture.png", {{"Accept-Encoding", "gzip"}}).header("Vary").empty());
}

TEST_CASE("a file compressed beforehand is sent as it is, unless it is older than what it was made of") {
    const Folder folder;
    folder.write("app.js", kScript);
    folder.write("app.js.gz", "ZIPPED");
    folder.write("app.js.br", "BROTLI");
    folder.touch("app.js", 10);
    folder.touch("app.js.gz", 10);
    folder.touch("app.js.br", 20);
    const auto best = get(folder, "/app.js", {{"Accept-Encoding", "gzip, br"}});
    CHECK(best.text() == "BROTLI");
    CHECK(best.header("Content-Encoding") == "br");
    CHECK(best.response->content_type == "text/javascript; charset=utf-8");
    CHECK(get(folder, "/app.js", {{"Accept-Encoding", "gzip"}}).text() == "ZIPPED");
    CHECK(get(folder, "/app.js").text() == kScript);
    folder.touch("app.js", 15);
    CHECK(unzip(get(folder, "/app.js", {{"Accept-Encoding", "gzip"}}).text(), kScript.size()) == kScript);
}

TEST_CASE("who has the file is told so by tag or date, until it changes") {
    const Folder folder;
    folder.write("app.js", kScript);
    folder.touch("app.js", 0);
    BodyCache cache;
    const auto first = get(folder, "/app.js", {}, cache);
    const auto tag = first.header("ETag");
    CHECK(first.header("Last-Modified") == "Wed, 01 Jan 2020 00:00:00 GMT");
    for (const auto& known : {tag, "\"other\", " + tag, "W/" + tag, std::string("*")}) {
        CAPTURE(known);
        const auto answer = get(folder, "/app.js", {{"If-None-Match", known}}, cache);
        CHECK(answer.status() == 304);
        CHECK(answer.text().empty());
        CHECK(answer.header("ETag") == tag);
    }
    CHECK(get(folder, "/app.js", {{"If-Modified-Since", first.header("Last-Modified")}}, cache).status() == 304);
    CHECK(get(folder, "/app.js", {{"If-Modified-Since", "Tue, 31 Dec 2019 00:00:00 GMT"}}, cache).status() == 200);
    CHECK(get(folder, "/app.js", {{"If-None-Match", "\"other\""}, {"If-Modified-Since", first.header("Last-Modified")}}, cache)
              .status() == 200);
    folder.write("app.js", "changed();");
    folder.touch("app.js", 1);
    const auto changed = get(folder, "/app.js", {{"If-None-Match", tag}}, cache);
    CHECK(changed.status() == 200);
    CHECK(changed.text() == "changed();");
}

TEST_CASE("hidden names are not served, but .well-known is") {
    const Folder folder;
    folder.write(".env", "SECRET");
    folder.write(".git/config", "SECRET");
    folder.write(".well-known/security.txt", "ask us");
    CHECK(get(folder, "/.env").status() == 0);
    CHECK(get(folder, "/.git/config").status() == 0);
    CHECK(get(folder, "/.well-known/security.txt").text() == "ask us");
}

TEST_CASE("the cache holds what it may and forgets the rest") {
    const std::string big(BodyCache::kMaxMemory / 2, 'x');
    BodyCache cache;
    int made = 0;
    const auto make = [&]() -> std::optional<StoredBody> {
        ++made;
        return StoredBody(big, {"application/octet-stream", {}, {}});
    };
    const auto first = cache.get("a", "1", make);
    CHECK(cache.get("a", "1", make) == first);
    CHECK(made == 1);
    CHECK(cache.get("a", "2", make) != first);
    CHECK(cache.memory() == big.size());
    (void)cache.get("b", "1", make);
    CHECK(cache.memory() == 2 * big.size());
    (void)cache.get("c", "1", make);
    CHECK(cache.memory() == big.size());
    CHECK(made == 4);
    CHECK(cache.get("none", "1", [] { return std::optional<StoredBody>(); }) == nullptr);
    const auto too_big = cache.get("d", "1", [&] {
        return std::optional(StoredBody(std::string(BodyCache::kMaxMemory + 1, 'y'), {"application/octet-stream", {}, {}}));
    });
    CHECK(too_big != nullptr);
    CHECK(cache.memory() <= BodyCache::kMaxMemory);
}

TEST_CASE("a large file is sent while it is read, whole or in part") {
    const Folder folder;
    std::string big(6'000'000, '\0');
    for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>(i % 251);
    folder.write("scene.bin", big);
    BodyCache cache;
    RunningServer server([&](Router& router) {
        router.add("GET", "/scene.bin",
                   answering([&](Request& request) { return *find_static_file(folder.path(), request.path, request, cache); }));
    });
    const auto whole = server.connect().ask(get("/scene.bin"));
    CHECK(whole.status == 200);
    CHECK(whole.get("content-length") == "6000000");
    CHECK((whole.body == big));
    CHECK(cache.memory() == 0);
    const auto range = [&](const std::string& bytes, const std::string& more = {}) {
        return server.connect().ask(get("/scene.bin", "Range: " + bytes + "\r\n" + more));
    };
    const auto part = range("bytes=1000000-1999999");
    CHECK(part.status == 206);
    CHECK(part.get("content-range") == "bytes 1000000-1999999/6000000");
    CHECK((part.body == big.substr(1'000'000, 1'000'000)));
    CHECK((range("bytes=5999990-").body == big.substr(5'999'990)));
    CHECK((range("bytes=-10").body == big.substr(5'999'990)));
    CHECK(range("bytes=5999990-9999999").get("content-range") == "bytes 5999990-5999999/6000000");
    const auto beyond = range("bytes=6000000-");
    CHECK(beyond.status == 416);
    CHECK(beyond.get("content-range") == "bytes */6000000");
    for (const char* odd : {"bytes=1-2,4-5", "items=1-2", "bytes=5-1", "bytes=a-b", "bytes=-"}) {
        CAPTURE(odd);
        CHECK(range(odd).status == 200);
    }
    CHECK(range("bytes=0-9", "If-Range: " + whole.get("etag") + "\r\n").status == 206);
    CHECK(range("bytes=0-9", "If-Range: \"other\"\r\n").status == 200);
    CHECK(server.connect().ask(get("/scene.bin", "If-None-Match: " + whole.get("etag") + "\r\n")).status == 304);
    auto client = server.connect();
    client.send("HEAD /scene.bin HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(client.read_reply(BodyOf::head).get("content-length") == "6000000");
}

TEST_CASE("a compressed file is one thing by its own name and another as a coding") {
    const Folder folder;
    folder.write("app.js", kScript);
    folder.write("app.js.gz", gzip(kScript));
    folder.touch("app.js", 0);
    folder.touch("app.js.gz", 1);
    BodyCache cache;
    const auto archive = [&] { return get(folder, "/app.js.gz", {}, cache); };
    const auto script = [&] { return get(folder, "/app.js", {{"Accept-Encoding", "gzip"}}, cache); };
    for (int i = 0; i < 2; ++i) {
        const auto file = archive();
        CHECK(file.header("Content-Encoding").empty());
        CHECK(file.response->content_type == "application/octet-stream");
        CHECK(file.text() == gzip(kScript));
        const auto coded = script();
        CHECK(coded.header("Content-Encoding") == "gzip");
        CHECK(coded.response->content_type.starts_with("text/javascript"));
        CHECK(unzip(coded.text(), kScript.size()) == kScript);
    }
}

TEST_CASE("a client that has ended its own half gets the whole of a large file") {
    const Folder folder;
    folder.write("scene.bin", "");
    fs::resize_file(folder.path() / "scene.bin", 20'000'000);
    BodyCache cache;
    RunningServer server([&](Router& router) {
        router.add("GET", "/scene.bin",
                   answering([&](Request& request) { return *find_static_file(folder.path(), request.path, request, cache); }));
    });
    Client client(server.port(), 4096);
    client.send(get("/scene.bin"));
    client.shutdown_send();
    CHECK(client.read_reply().body.size() == 20'000'000);
    CHECK(client.is_closed_by_server());
    server.await_connections(0);
}

TEST_CASE("a download that its client does not read is ended") {
    const Folder folder;
    folder.write("scene.bin", "");
    fs::resize_file(folder.path() / "scene.bin", 50'000'000);
    RunningServer server([&](Router& router) {
        router.add("GET", "/scene.bin", answering([&](Request& request) {
                       Response response;
                       const auto file = std::make_shared<FileStream>(
                           *request.loop, std::ifstream(folder.path() / "scene.bin", std::ios::binary), 50'000'000,
                           std::chrono::milliseconds(200));
                       response.stream_size = 50'000'000;
                       response.on_stream = [file](std::shared_ptr<ResponseWriter> stream) { file->open(std::move(stream)); };
                       return response;
                   }));
    });
    Client client(server.port(), 4096);
    client.send(get("/scene.bin"));
    CHECK(client.read_head().status == 200);
    server.await_connections(0);
    CHECK(client.read_to_end().size() < 50'000'000);
}

TEST_CASE("what is larger than a kept file may be is not kept, and what is as large is") {
    const Folder folder;
    folder.write("kept.bin", std::string(kLargestKeptFile, 'x'));
    folder.write("large.bin", std::string(kLargestKeptFile + 1, 'x'));
    BodyCache cache;
    boost::asio::io_context loop;
    const auto ask = [&](const char* name) {
        Request request;
        request.verb = "GET";
        request.path = name;
        request.loop = &loop;
        return find_static_file(folder.path(), name, request, cache).has_value();
    };
    CHECK(ask("/large.bin"));
    CHECK(cache.memory() == 0);
    CHECK(ask("/kept.bin"));
    CHECK(cache.memory() >= kLargestKeptFile);
}

TEST_CASE("a client that leaves in the middle of a large file takes nothing with it") {
    const Folder folder;
    folder.write("scene.bin", "");
    fs::resize_file(folder.path() / "scene.bin", 50'000'000);
    BodyCache cache;
    RunningServer server([&](Router& router) {
        router.add("GET", "/scene.bin",
                   answering([&](Request& request) { return *find_static_file(folder.path(), request.path, request, cache); }));
    });
    auto client = server.connect();
    client.send(get("/scene.bin"));
    CHECK(client.read_head().status == 200);
    CHECK(client.read_exactly(1'000'000).size() == 1'000'000);
    client.close();
    server.await_connections(0);
}
