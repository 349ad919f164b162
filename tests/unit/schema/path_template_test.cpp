#include "schema/path_template.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace octane::schema::tests {
namespace {

PathTemplate parsed(std::string_view text) {
    auto made = PathTemplate::parse(text);
    REQUIRE_MESSAGE(made.has_value(), std::string(text), ": ", (made ? "" : made.error().message));
    return *std::move(made);
}

std::string template_fault(std::string_view text) {
    const auto made = PathTemplate::parse(text);
    if (made) return "";
    CHECK(made.error().code == base::ErrorCode::bad_path);
    return made.error().message;
}

// "name=shelves/5 book=7", or "-" where the path does not fit.
std::string captured(std::string_view text, std::string_view path) {
    const auto captures = parsed(text).match(path);
    if (!captures) return "-";
    std::string out;
    for (const auto& [field, value] : *captures) out += (out.empty() ? "" : " ") + field + "=" + value;
    return out;
}

bool does_match(std::string_view text, std::string_view path) {
    return parsed(text).match(path).has_value();
}

// Sorts the templates, and gives the first that matches.
std::string winner(std::vector<std::string_view> texts, std::string_view path) {
    std::vector<PathTemplate> table;
    for (const auto text : texts) table.push_back(parsed(text));
    std::sort(table.begin(), table.end());
    for (const auto& one : table) {
        if (one.match(path)) return one.text();
    }
    return "-";
}

}  // namespace

TEST_CASE("A variable takes one segment, or as many as its own template has") {
    CHECK(captured("/v1/{name}", "/v1/a") == "name=a");
    CHECK(captured("/v1/{name=*}", "/v1/a") == "name=a");
    CHECK(captured("/v1/{name=shelves/*}", "/v1/shelves/5") == "name=shelves/5");
    CHECK(captured("/v1/{name=shelves/*/books/*}", "/v1/shelves/5/books/7") == "name=shelves/5/books/7");
    CHECK(captured("/v1/{shelf.name=shelves/*}/books/{book_id}", "/v1/shelves/5/books/7") == "shelf.name=shelves/5 book_id=7");
    CHECK(captured("/v1/{name=messages/**}", "/v1/messages/a/b/c") == "name=messages/a/b/c");
    CHECK(captured("/{_a.b2}/{_a.B}", "/1/2") == "_a.b2=1 _a.B=2");
    CHECK(captured("/v1/{state=on}", "/v1/on") == "state=on");
    CHECK(captured("/v1/{name=a:b}", "/v1/a:b") == "name=a:b");
    CHECK(captured("/v1/{name=**}", "/v1/a//b/") == "name=a//b/");
}

TEST_CASE("Wildcards outside of variables match, and are not captured") {
    CHECK(captured("/v1/*/{x}", "/v1/a/b") == "x=b");
    CHECK(captured("/v1/**", "/v1/a/b").empty());
    CHECK(captured("/*", "/a").empty());
    CHECK(captured("/", "/").empty());
    CHECK(captured("/v1/health", "/v1/health").empty());
}

TEST_CASE("What does not fit does not match") {
    for (const char* path : {"", "v1/a", "/", "/v1", "/v1/", "/v1//", "/v1/a/", "/v1/a/b", "//v1/a", "/V1/a", "/v1x/a"}) {
        CAPTURE(path);
        CHECK_FALSE(does_match("/v1/{name}", path));
    }
    for (const char* path : {"", "/v1", "/v1/shelf/5", "/v1/shelves", "/v1/shelves/", "/v1/shelves/5/6"}) {
        CAPTURE(path);
        CHECK_FALSE(does_match("/v1/{name=shelves/*}", path));
    }
    CHECK_FALSE(does_match("/", "/a"));
    CHECK_FALSE(does_match("/", "//"));
    CHECK_FALSE(does_match("/", ""));
}

TEST_CASE("Two stars stand for any number of segments, none included") {
    for (const char* path : {"/a", "/a/", "/a/b", "/a/b/c", "/a//", "/a/b:c"}) {
        CAPTURE(path);
        CHECK(does_match("/a/**", path));
        CHECK(does_match("/a/{rest=**}", path));
        CHECK(does_match("/**", path));
    }
    CHECK(does_match("/**", "/"));
    CHECK_FALSE(does_match("/a/**", "/ab"));
    CHECK_FALSE(does_match("/a/*/**", "/a"));
    CHECK(does_match("/a/*/**", "/a/b"));
    CHECK(captured("/a/{rest=**}", "/a") == "rest=");
    CHECK(captured("/a/{rest=b/**}", "/a/b") == "rest=b");
    CHECK(captured("/a/{rest=b/**}", "/a/b/") == "rest=b/");
    std::string deep = "/a";
    for (int i = 0; i < 1000; ++i) deep += "/x";
    CHECK(captured("/a/{rest=**}", deep) == "rest=" + deep.substr(3));
}

TEST_CASE("A verb is what follows the last colon, and only where it is not encoded") {
    CHECK(captured("/v1/{name=shelves/*}:publish", "/v1/shelves/5:publish") == "name=shelves/5");
    CHECK(captured("/v1/{name}:publish", "/v1/a:b:publish") == "name=a:b");
    CHECK(captured("/v1/{name=**}:publish", "/v1/a/b:publish") == "name=a/b");
    CHECK(captured("/v1/{name=**}:publish", "/v1:publish") == "name=");
    CHECK(captured("/v1/books:search", "/v1/books:search").empty());
    CHECK(captured("/v1/{name}", "/v1/a:publish") == "name=a:publish");
    CHECK(captured("/v1/{name}", "/v1/a%3Apublish") == "name=a:publish");
    CHECK(does_match("/a:b:c", "/a:b:c"));
    CHECK(does_match("/a:x%2Fy", "/a:x%2fy"));
    CHECK(does_match("/a:b/c", "/a%3Ab/c"));
    for (const char* path :
         {"/v1/a", "/v1/a:", "/v1/a:publis", "/v1/a:publish/", "/v1/:publish", "/v1/a%3Apublish", "/v1:publish"}) {
        CAPTURE(path);
        CHECK_FALSE(does_match("/v1/{name}:publish", path));
    }
    CHECK_FALSE(does_match("/a:x%2Fy", "/a:x/y"));
}

TEST_CASE("One segment is decoded whole; in several an encoded slash stays") {
    CHECK(captured("/v1/{name}", "/v1/a%2Fb%20c%C3%A9+d") == "name=a/b c\xC3\xA9+d");
    CHECK(captured("/v1/{name=*}", "/v1/%2f") == "name=/");
    CHECK(captured("/v1/{name=x/*}", "/v1/x/a%2Fb%20%2fc%25") == "name=x/a%2Fb %2fc%");
    CHECK(captured("/v1/{name=**}", "/v1/a%2Fb%20c/d%2525") == "name=a%2Fb c/d%25");
    CHECK(captured("/v1/{name=%61/*}", "/v1/a/b") == "name=a/b");
}

TEST_CASE("Literals are the same however they are encoded") {
    for (const char* path : {"/a b/x", "/a%20b/x", "/%61%20%62/%78"}) {
        CAPTURE(path);
        CHECK(does_match("/a%20b/x", path));
    }
    CHECK(does_match("/a%2Fb", "/a%2fb"));
    CHECK_FALSE(does_match("/a%2Fb", "/a/b"));
    CHECK(does_match("/%2A%7Bx%7D", "/*{x}"));
}

TEST_CASE("Broken escapes and NUL bytes match nothing") {
    for (const char* segment : {"%", "%4", "%4g", "%g4", "a%", "%%20", "%00", "a%00b"}) {
        CAPTURE(segment);
        for (const char* text : {"/{x}", "/*", "/**", "/{x=**}", "/{x=*/**}"})
            CHECK_FALSE(does_match(text, std::string("/") + segment));
        CHECK_FALSE(does_match("/%25", std::string("/") + segment));
        CHECK_FALSE(does_match("/*:v", std::string("/") + segment + ":v"));
        CHECK_FALSE(does_match("/*:v", std::string("/a:") + segment));
    }
    CHECK_FALSE(does_match("/{x}", std::string_view("/a\0b", 4)));
    CHECK_FALSE(does_match("/**", std::string_view("/a\0b", 4)));
}

TEST_CASE("What is no template is refused with what is wrong") {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"", "does not begin with a slash"},
        {"v1", "does not begin with a slash"},
        {"*", "does not begin with a slash"},
        {"//", "has an empty segment"},
        {"/v1/", "has an empty segment"},
        {"/v1//a", "has an empty segment"},
        {"/:verb", "has an empty segment"},
        {"/{a=/b}", "has an empty segment"},
        {"/{a=b/}", "has an empty segment"},
        {"/v1/{name", "has a brace that is not closed"},
        {"/v1/{name=a/b", "has a brace that is not closed"},
        {"/v1/{name:verb", "has a brace that is not closed"},
        {"/v1/name}", "has a brace inside the segment \"name}\"; a variable is a whole segment, or several"},
        {"/v1/a{name}", "has a brace inside the segment \"a{name}\"; a variable is a whole segment, or several"},
        {"/v1/{a}b", "has something else than a slash after \"{a}\"; a variable is a whole segment, or several"},
        {"/v1/{a}{b}", "has something else than a slash after \"{a}\"; a variable is a whole segment, or several"},
        {"/v1/{a}:b/c", "has something else than a slash after \"{a}\"; a variable is a whole segment, or several"},
        {"/**/a", "has something after **, which stands for all the rest"},
        {"/{a=**}/b", "has something after **, which stands for all the rest"},
        {"/{a=**/b}", "has something after **, which stands for all the rest"},
        {"/**/{a=**}", "has something after **, which stands for all the rest"},
        {"/{a}/{a}", "has the variable \"a\" twice"},
        {"/{a.b=x/*}/{a.b}", "has the variable \"a.b\" twice"},
        {"/{a={b}}", "has a variable inside a variable"},
        {"/{a=x/{b}/c}", "has a variable inside a variable"},
        {"/{a=}", "says nothing after the = of \"a\""},
        {"/{}", "has a variable \"\", which is no path of a field"},
        {"/{=*}", "has a variable \"\", which is no path of a field"},
        {"/{*}", "has a variable \"*\", which is no path of a field"},
        {"/{1a}", "has a variable \"1a\", which is no path of a field"},
        {"/{a.}", "has a variable \"a.\", which is no path of a field"},
        {"/{.a}", "has a variable \".a\", which is no path of a field"},
        {"/{a..b}", "has a variable \"a..b\", which is no path of a field"},
        {"/{a b}", "has a variable \"a b\", which is no path of a field"},
        {"/{a-b}", "has a variable \"a-b\", which is no path of a field"},
        {"/a*", "has a * inside the segment \"a*\"; it stands alone, and is written %2A where it means itself"},
        {"/***", "has a * inside the segment \"***\"; it stands alone, and is written %2A where it means itself"},
        {"/a:*", "has a * inside the segment \"*\"; it stands alone, and is written %2A where it means itself"},
        {"/a?b=c", "has a character that no path has in \"a?b=c\""},
        {"/a b", "has a character that no path has in \"a b\""},
        {"/a#b", "has a character that no path has in \"a#b\""},
        {"/a\n", "has a character that no path has in \"a \""},
        {"/%4", "has a broken percent escape in \"%4\""},
        {"/%00", "has a broken percent escape in \"%00\""},
        {"/a:%zz", "has a broken percent escape in \"%zz\""},
        {"/a:", "ends with a colon, after which a verb should stand"},
        {"/{a}:", "ends with a colon, after which a verb should stand"},
    };
    for (const auto& [text, fault] : cases) {
        CAPTURE(std::string(text));
        CHECK(template_fault(text) == "the path template " + std::string(fault));
    }
}

TEST_CASE("A template has at most 32 segments and 4096 bytes") {
    std::string text;
    std::string path;
    for (std::size_t i = 0; i < PathTemplate::kMostSegments; ++i) {
        text += i % 2 == 0 ? "/*" : "/x";
        path += "/x";
    }
    CHECK(does_match(text, path));
    CHECK_FALSE(does_match(text, path + "/x"));
    CHECK(template_fault(text + "/x") == "the path template has more than 32 segments");
    CHECK(template_fault("/{a=" + text.substr(1) + "}/x") == "the path template has more than 32 segments");
    const std::string longest = "/" + std::string(PathTemplate::kLongestText - 1, 'x');
    CHECK(does_match(longest, longest));
    CHECK(template_fault(longest + "x") == "the path template is longer than 4096 bytes");
}

TEST_CASE("A template says which fields it gives") {
    using Fields = std::vector<std::string_view>;
    const auto several = parsed("/{a.b=x/*}/*/{c}:d");
    CHECK(several.fields() == Fields{"a.b", "c"});
    CHECK(several.text() == "/{a.b=x/*}/*/{c}:d");
    CHECK(parsed("/a/**").fields() == Fields{});
}

TEST_CASE("The closest template wins, in whatever order they were given") {
    std::vector<std::string_view> texts = {"/**",      "/a/**",     "/a/*",     "/a/b",    "/*/b",     "/a",     "/a/*/**",
                                           "/a/*/c/*", "/a/{x=**}", "/a/*/*:v", "/a/**:v", "/a/{y}/*", "/a/*/c", "/a/b/**"};
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"/a/b", "/a/b"},
        {"/a/x", "/a/*"},
        {"/x/b", "/*/b"},
        {"/a", "/a"},
        {"/x", "/**"},
        {"/a/x/c", "/a/*/c"},
        {"/a/x/c/y", "/a/*/c/*"},
        {"/a/x/y", "/a/{y}/*"},
        {"/a/x/y/z", "/a/*/**"},
        {"/a/b/c", "/a/b/**"},
        {"/a/x/y:v", "/a/*/*:v"},
        {"/a/x:v", "/a/**:v"},
        {"/a/x/y/z:v", "/a/**:v"},
        {"/x/y", "/**"},
    };
    std::mt19937 random(1);
    for (int round = 0; round < 20; ++round) {
        std::shuffle(texts.begin(), texts.end(), random);
        for (const auto& [path, text] : cases) {
            CAPTURE(std::string(path));
            CHECK(winner(texts, path) == text);
        }
    }
}

TEST_CASE("The order is total: any two templates that differ are ordered, and consistently") {
    std::vector<PathTemplate> all;
    for (const char* text : {"/", "/a", "/b", "/a/b", "/*", "/{x}", "/{y}", "/**", "/{x=**}", "/a/**", "/a/*", "/a/*/b", "/a:v",
                             "/*:v", "/**:v", "/a:w", "/{x=a/*}", "/{x=a}/*", "/a/*/**"})
        all.push_back(parsed(text));
    for (const auto& a : all) {
        for (const auto& b : all) {
            CHECK(((a < b) + (b < a) + (a == b)) == 1);
            if (a.is_rival_of(b)) CHECK(b.is_rival_of(a));
            for (const auto& c : all) {
                if (a < b && b < c) CHECK(a < c);
            }
        }
    }
}

TEST_CASE("Templates that differ in nothing but how they name their variables are rivals") {
    const auto are_rivals = [](std::string_view one, std::string_view other) { return parsed(one).is_rival_of(parsed(other)); };
    CHECK(are_rivals("/a/{x}", "/a/{y=*}"));
    CHECK(are_rivals("/a/{x}", "/a/*"));
    CHECK(are_rivals("/{x=a/*}:v", "/a/{y}:v"));
    CHECK(are_rivals("/{x=**}", "/**"));
    CHECK(are_rivals("/a%20b", "/%61%20b"));
    CHECK_FALSE(are_rivals("/a/{x}", "/b/{x}"));
    CHECK_FALSE(are_rivals("/a/{x}", "/{x}/a"));
    CHECK_FALSE(are_rivals("/a/{x}", "/a/{x}:v"));
    CHECK_FALSE(are_rivals("/a/{x}:w", "/a/{x}:v"));
    CHECK_FALSE(are_rivals("/a", "/a/**"));
    CHECK_FALSE(are_rivals("/*", "/**"));
    CHECK(parsed("/a/{x=b/*}/**:v").sample("~") == "/a/b/~/~:v");
    CHECK(parsed("/").sample("~") == "/");
}

namespace {

constexpr std::string_view kUnreserved = "ABCxyz019-._~";

// As clients expand a variable: in one segment all but unreserved characters is encoded, in several the slash is not.
std::string encode_value(std::string_view value, bool is_one_segment) {
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : value) {
        const bool is_plain = kUnreserved.find(c) != std::string_view::npos || (c == '/' && !is_one_segment);
        const auto byte = static_cast<unsigned char>(c);
        if (is_plain)
            out += c;
        else
            out.append({'%', kHex[byte >> 4U], kHex[byte & 15U]});
    }
    return out;
}

}  // namespace

TEST_CASE("Any values come back from the path that they make") {
    std::mt19937 random(7);
    const auto below = [&random](std::size_t limit) { return random() % limit; };
    const auto any_value = [&](std::size_t least) {
        std::string value;
        for (std::size_t size = least + below(6); value.size() < size;) {
            const auto choice = below(4);
            value += choice == 0 ? '/' : choice == 1 ? '%' : static_cast<char>(1 + below(255));
        }
        return value;
    };
    for (int round = 0; round < 3000; ++round) {
        std::string text;
        std::string path;
        std::vector<PathCapture> expected;
        const std::size_t segments = 1 + below(6);
        for (std::size_t i = 0; i < segments; ++i) {
            const std::string field = "f" + std::to_string(i);
            const bool is_last = i + 1 == segments;
            std::string value = any_value(1);
            switch (below(is_last ? 4 : 3)) {
                case 0:
                    text += "/lit";
                    path += below(2) == 0 ? "/lit" : "/%6C%69t";
                    break;
                case 1:
                    text += "/{" + field + "}";
                    path += "/" + encode_value(value, true);
                    expected.push_back({field, value});
                    break;
                case 2: {
                    std::erase(value, '/');
                    value += 'x';
                    text += "/{" + field + "=s/*}";
                    path += "/s/" + encode_value(value, false);
                    expected.push_back({field, "s/" + value});
                    break;
                }
                default:
                    value = any_value(0);
                    text += "/{" + field + "=**}";
                    path += "/" + encode_value(value, false);
                    expected.push_back({field, value});
            }
        }
        if (below(3) == 0) {
            text += ":verb";
            path += ":verb";
        }
        CAPTURE(text);
        CAPTURE(path);
        const auto captures = parsed(text).match(path);
        REQUIRE(captures.has_value());
        CHECK(*captures == expected);
    }
}

TEST_CASE("Bytes at random are refused or make a template, and match paths at random without harm") {
    std::mt19937 random(11);
    constexpr std::string_view kLetters = "/{}*:=.%ab2F \xC3";
    const auto any_text = [&] {
        std::string text = "/";
        for (auto size = random() % 12; text.size() < size;) text += kLetters[random() % kLetters.size()];
        return text;
    };
    int good = 0;
    for (int round = 0; round < 20000; ++round) {
        const auto made = PathTemplate::parse(any_text());
        if (!made) continue;
        ++good;
        for (int i = 0; i < 4; ++i) {
            const auto captures = made->match(any_text());
            if (captures) CHECK(captures->size() == made->fields().size());
        }
    }
    CHECK(good > 500);
}

}  // namespace octane::schema::tests
