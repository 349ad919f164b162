#include "endpoints/page.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "endpoints/page_files.hpp"
#include "idle_proxy.hpp"

namespace octane::endpoints {
namespace {

namespace fs = std::filesystem;
using tests::header;
using tests::IdleProxy;
using tests::json_of;
using tests::text_of;

// A web root beside which lies what must never be served.
class WebRoot {
  public:
    WebRoot() : top_(fs::temp_directory_path() / ("octane-page-" + base::make_uuid())) {
        write("root/index.html", "<title>mine</title>");
        write("root/app.js", "run();");
        write("root/sub/index.html", "sub page");
        write("root/sub/deep/data.json", "{}");
        write("root/with space.txt", "spaced");
        write("root/..dots", "dots");
        write("root/empty.css", "");
        write("secret.txt", "SECRET");
        write("root-beside/secret.txt", "SECRET");
        fs::create_symlink("../secret.txt", root() / "link-out.txt");
        fs::create_symlink(top_ / "secret.txt", root() / "link-out-absolute.txt");
        fs::create_directory_symlink(top_ / "root-beside", root() / "folder-out");
        fs::create_symlink("app.js", root() / "link-in.js");
        fs::create_directory_symlink(root(), root() / "self");
        fs::create_symlink("nowhere", root() / "dangling");
        fs::create_symlink("loop", root() / "loop");
    }
    ~WebRoot() {
        std::error_code ignored;
        fs::remove_all(top_, ignored);
    }
    WebRoot(const WebRoot&) = delete;
    WebRoot& operator=(const WebRoot&) = delete;

    [[nodiscard]] fs::path root() const { return top_ / "root"; }
    [[nodiscard]] const fs::path& top() const { return top_; }
    void write(const std::string& name, std::string_view text) const {
        fs::create_directories((top_ / name).parent_path());
        std::ofstream(top_ / name, std::ios::binary) << text;
    }

  private:
    fs::path top_;
};

http::Response get(IdleProxy& proxy, std::string path) {
    return proxy.ask(page_file, "GET", std::move(path));
}

void check_absent(IdleProxy& proxy, const std::string& path) {
    CAPTURE(path);
    const auto response = get(proxy, path);
    CHECK(response.status == 404);
    CHECK(response.body.find("SECRET") == std::string::npos);
    CHECK(json_of(response)["success"] == false);
}

TEST_CASE("the built-in page is at / and its files at their names") {
    IdleProxy proxy;
    const auto page = get(proxy, "/");
    CHECK(page.status == 200);
    CHECK(page.content_type == "text/html; charset=utf-8");
    CHECK(text_of(page).find("<html") != std::string::npos);
    CHECK(text_of(get(proxy, "/index.html")) == text_of(page));
    REQUIRE(page_files().size() > 1);
    for (const auto& file : page_files()) {
        CAPTURE(file.path);
        const auto response = get(proxy, std::string(file.path));
        CHECK(response.status == 200);
        CHECK(text_of(response) == file.bytes);
        CHECK(response.content_type != "application/octet-stream");
    }
}

TEST_CASE("the built-in page has no other files, and nothing of the machine") {
    IdleProxy proxy;
    for (const char* path :
         {"/nothing", "/index.html/", "/../index.html", "//index.html", "/etc/passwd", "/../../../../etc/passwd"})
        check_absent(proxy, path);
}

TEST_CASE("a cookie carries the token on if the address had the right one, and only over HTTPS where that is spoken") {
    IdleProxy proxy;
    const auto cookie = [&proxy](bool is_right, bool is_secure, const char* path = "/") {
        http::Request request;
        request.verb = "GET";
        request.path = path;
        request.query = http::Query("token=s3cret");
        request.has_token_in_query = is_right;
        request.is_secure = is_secure;
        return header(proxy.ask(page_file, request), "Set-Cookie");
    };
    CHECK(cookie(true, false) == "octane_token=s3cret; HttpOnly; SameSite=Strict");
    CHECK(cookie(true, true) == "octane_token=s3cret; HttpOnly; SameSite=Strict; Secure");
    CHECK(cookie(true, false, "/index.html") == "octane_token=s3cret; HttpOnly; SameSite=Strict");
    CHECK_FALSE(cookie(false, false).has_value());  // no token is asked for
}

TEST_CASE("a web root serves its files, with index.html for a folder") {
    const WebRoot site;
    IdleProxy proxy(site.root());
    CHECK(text_of(get(proxy, "/")) == "<title>mine</title>");
    CHECK(text_of(get(proxy, "/app.js")) == "run();");
    CHECK(get(proxy, "/app.js").content_type == "text/javascript; charset=utf-8");
    CHECK(text_of(get(proxy, "/sub/")) == "sub page");
    CHECK(text_of(get(proxy, "/sub/deep/data.json")) == "{}");
    CHECK(text_of(get(proxy, "/with space.txt")) == "spaced");
    check_absent(proxy, "/..dots");  // a hidden name
    CHECK(get(proxy, "/empty.css").status == 200);
    CHECK(text_of(get(proxy, "/empty.css")).empty());
    CHECK(text_of(get(proxy, "/sub/../app.js")) == "run();");
}

TEST_CASE("a web root replaces the built-in page as a whole") {
    const WebRoot site;
    IdleProxy proxy(site.root());
    REQUIRE_FALSE(page_files().empty());
    check_absent(proxy, "/style.css");
}

TEST_CASE("no path leads out of the web root") {
    const WebRoot site;
    IdleProxy proxy(site.root());
    for (const char* path : {"/../secret.txt", "/../../secret.txt", "/sub/../../secret.txt", "/sub/deep/../../../secret.txt",
                             "/../root-beside/secret.txt", "/..", "/../", "/.", "/./../secret.txt", "//../secret.txt",
                             "/../root/../secret.txt", "/nothing/../../secret.txt"}) {
        check_absent(proxy, path);
    }
    check_absent(proxy, site.top().string() + "/secret.txt");
    check_absent(proxy, "/" + (site.top() / "secret.txt").string());
    check_absent(proxy, std::string("/app.js\0.txt", 12));
    check_absent(proxy, std::string("/../secret.txt\0.js", 18));
    check_absent(proxy, "/" + std::string(5000, 'a'));
    check_absent(proxy, "/" + std::string(2000, '/') + "../secret.txt");
}

TEST_CASE("a link that leads out of the web root is not followed, one that stays inside is") {
    const WebRoot site;
    IdleProxy proxy(site.root());
    for (const char* path :
         {"/link-out.txt", "/link-out-absolute.txt", "/folder-out/secret.txt", "/dangling", "/loop", "/self/../secret.txt"})
        check_absent(proxy, path);
    CHECK(text_of(get(proxy, "/link-in.js")) == "run();");
    CHECK(text_of(get(proxy, "/self/app.js")) == "run();");
}

TEST_CASE("a web root that is itself a link, or given with a trailing slash, is as good") {
    const WebRoot site;
    fs::create_directory_symlink(site.root(), site.top() / "linked");
    IdleProxy linked(site.top() / "linked");
    CHECK(text_of(get(linked, "/app.js")) == "run();");
    check_absent(linked, "/../secret.txt");
    IdleProxy slashed(site.root().string() + "/");
    CHECK(text_of(get(slashed, "/app.js")) == "run();");
    CHECK(text_of(get(slashed, "/")) == "<title>mine</title>");
    check_absent(slashed, "/../secret.txt");
}

TEST_CASE("folders, pipes and other things that are no files are not served") {
    const WebRoot site;
    REQUIRE(::mkfifo((site.root() / "pipe").c_str(), 0600) == 0);
    IdleProxy proxy(site.root());
    for (const char* path : {"/sub", "/sub/deep", "/sub/deep/", "/pipe", "/app.js/", "/app.js/x"}) check_absent(proxy, path);
}

TEST_CASE("a web root that is not there serves nothing and harms nobody") {
    IdleProxy proxy(fs::temp_directory_path() / ("octane-none-" + base::make_uuid()));
    check_absent(proxy, "/");
    check_absent(proxy, "/index.html");
}

TEST_CASE("a single-page application's own paths lead to its index, but only where a browser shows them") {
    const WebRoot site;
    IdleProxy proxy(site.root());
    const auto shown = [&](auto endpoint, const std::string& path, std::vector<std::string> captures = {}) {
        http::Request request;
        request.verb = "GET";
        request.path = path;
        request.captures = std::move(captures);
        request.headers.emplace_back("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        return proxy.ask(endpoint, request);
    };
    const auto deep = shown(no_such_path, "/scene/3/materials");
    CHECK(deep.status == 200);
    CHECK(text_of(deep) == "<title>mine</title>");
    CHECK(deep.content_type == "text/html; charset=utf-8");
    CHECK(header(deep, "Cache-Control") == "no-cache");
    CHECK(text_of(shown(page_file_or_method, "/scene/3", {"scene", "3"})) == "<title>mine</title>");
    CHECK(text_of(shown(page_file_or_method, "/sub/index.html", {"sub", "index.html"})) == "sub page");
    CHECK(shown(page_file_or_method, "/ApiItem/name", {"ApiItem", "name"}).status == 405);
    CHECK(shown(no_such_path, "/api/nothing/here").status == 404);
    CHECK(get(proxy, "/scene/3/materials").status == 404);
    IdleProxy builtin;
    http::Request request;
    request.verb = "GET";
    request.path = "/scene";
    request.headers.emplace_back("Accept", "text/html");
    CHECK(builtin.ask(page_file, request).status == 404);
}

TEST_CASE("the built-in page is compressed once, and its compressed form has a tag of its own") {
    IdleProxy proxy;
    http::Request request;
    request.verb = "GET";
    request.path = "/style.css";
    const auto plain = proxy.ask(page_file, request);
    request.headers.emplace_back("Accept-Encoding", "br, gzip");
    const auto zipped = proxy.ask(page_file, request);
    CHECK(header(zipped, "Content-Encoding") == "gzip");
    CHECK(header(zipped, "Vary") == "Accept-Encoding");
    CHECK(header(plain, "Vary") == "Accept-Encoding");
    CHECK(zipped.chain.size() < plain.chain.size());
    CHECK(header(zipped, "ETag") != header(plain, "ETag"));
    CHECK(proxy.ask(page_file, request).chain.segments().front().data() == zipped.chain.segments().front().data());
}

TEST_CASE("a file has an entity tag by which it is not sent again, until it changes") {
    const WebRoot site;
    IdleProxy proxy(site.root());
    const auto first = get(proxy, "/app.js");
    const auto tag = header(first, "ETag");
    REQUIRE(tag);
    CHECK(tag->size() > 2);
    CHECK(tag->front() == '"');
    CHECK(tag->back() == '"');
    CHECK(header(first, "Cache-Control") == "no-cache");  // kept, but asked about each time

    const auto ask_again = [&] {
        http::Request request;
        request.verb = "GET";
        request.path = "/app.js";
        request.headers.emplace_back("if-none-match", *tag);
        return proxy.ask(page_file, request);
    };
    const auto unchanged = ask_again();
    CHECK(unchanged.status == 304);
    CHECK(text_of(unchanged).empty());
    CHECK(header(unchanged, "ETag") == tag);

    site.write("root/app.js", "run2();");
    const auto changed = ask_again();
    CHECK(changed.status == 200);
    CHECK(text_of(changed) == "run2();");
    CHECK(header(changed, "ETag") != tag);
}

TEST_CASE("GET of a method's path says how methods are called, unless it is a file") {
    const WebRoot site;
    IdleProxy proxy(site.root());
    const auto get_two = [&](const std::string& first, const std::string& second) {
        http::Request request;
        request.verb = "GET";
        request.path = "/" + first + "/" + second;
        request.captures = {first, second};
        return proxy.ask(page_file_or_method, request);
    };
    const auto refused = get_two("ApiItem", "name");
    CHECK(refused.status == 405);
    CHECK(header(refused, "Allow") == "POST, OPTIONS");
    CHECK(json_of(refused)["error"].get<std::string>().find("POST") != std::string::npos);
    CHECK(text_of(get_two("sub", "index.html")) == "sub page");
    CHECK(get_two("folder-out", "secret.txt").status == 404);
    CHECK(get_two("assets", "gone.js").status == 404);
    CHECK(get_two(std::string(10000, 'x'), "y").body.size() < 1000);
}

TEST_CASE("a path that is none answers by its verb: a file or 404, 400 for a call that names no method") {
    const WebRoot site;
    IdleProxy proxy(site.root());
    CHECK(text_of(proxy.ask(no_such_path, "GET", "/app.js")) == "run();");
    CHECK(proxy.ask(no_such_path, "GET", "/a/b/c").status == 404);
    CHECK(proxy.ask(no_such_path, "HEAD", "/nothing").status == 404);
    CHECK(proxy.ask(no_such_path, "PUT", "/nothing").status == 404);
    const auto call = proxy.ask(no_such_path, "POST", "/ApiItem");
    CHECK(call.status == 400);
    CHECK(json_of(call)["error"].get<std::string>().starts_with("Invalid path format"));  // what octaneProxy's clients know
    CHECK(json_of(call)["status"] == "INVALID_ARGUMENT");
    CHECK(proxy.ask(no_such_path, "POST", "/octane/render/start").status == 404);
}

TEST_CASE("a long path is quoted only in part") {
    IdleProxy proxy;
    const std::string path = "/" + std::string(10000, 'x');
    CHECK(proxy.ask(no_such_path, "GET", path).body.size() < 1000);
    CHECK(proxy.ask(no_such_path, "POST", path).body.size() < 1000);
}

}  // namespace
}  // namespace octane::endpoints
