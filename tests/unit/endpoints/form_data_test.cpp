#include "endpoints/form_data.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace octane::endpoints {
namespace {

constexpr std::string_view kFormType = "multipart/form-data; boundary=b";

struct ReadPart {
    std::string name;
    std::string file_name;  // "-" if it has none
    std::string content_type;
    std::string data = {};
    bool is_ended = false;
    bool operator==(const ReadPart&) const = default;
};

struct ReadForm {
    std::vector<ReadPart> parts;
    std::string error;
    bool is_ended = false;
    std::size_t most_kept = 0;
    bool operator==(const ReadForm& other) const {
        return parts == other.parts && error == other.error && is_ended == other.is_ended;
    }
};

ReadForm read_pieces(const std::vector<std::string_view>& pieces, std::string_view content_type = kFormType) {
    auto made = FormReader::for_content_type(content_type);
    REQUIRE(made.has_value());
    FormReader reader = *std::move(made);
    ReadForm read;
    const auto take = [&] {
        for (;;) {
            const auto event = reader.next();
            read.most_kept = std::max(read.most_kept, reader.kept());
            if (!event) {
                read.error = event.error().message;
                CHECK(reader.next().error().message == read.error);
                return false;
            }
            if (!*event) return true;
            REQUIRE_FALSE(read.is_ended);
            switch ((*event)->step) {
                case FormStep::part_begin:
                    CHECK((read.parts.empty() || read.parts.back().is_ended));
                    read.parts.push_back({reader.part().name, reader.part().file_name.value_or("-"), reader.part().content_type});
                    CHECK(reader.parts() == read.parts.size());
                    break;
                case FormStep::part_data:
                    REQUIRE_FALSE(read.parts.empty());
                    CHECK_FALSE(read.parts.back().is_ended);
                    CHECK_FALSE((*event)->data.empty());
                    read.parts.back().data += (*event)->data;
                    break;
                case FormStep::part_end:
                    REQUIRE_FALSE(read.parts.empty());
                    CHECK_FALSE(read.parts.back().is_ended);
                    read.parts.back().is_ended = true;
                    break;
                case FormStep::end: read.is_ended = true; break;
            }
        }
    };
    for (const auto piece : pieces) {
        const std::string own(piece);  // memory of its own: a step beyond its end, or a view kept for too long, is seen
        reader.add(own);
        if (!take()) return read;
    }
    reader.end();
    take();
    return read;
}

std::vector<std::string_view> cut(std::string_view body, std::size_t size) {
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < body.size(); at += size) pieces.push_back(body.substr(at, size));
    return pieces;
}

std::vector<std::string_view> cut_at_random(std::string_view body, std::mt19937& random, std::size_t longest) {
    std::vector<std::string_view> pieces;
    for (; !body.empty(); body.remove_prefix(pieces.back().size())) pieces.push_back(body.substr(0, 1 + random() % longest));
    return pieces;
}

ReadForm read_whole(std::string_view body, std::string_view content_type = kFormType) {
    return read_pieces({body}, content_type);
}

// The one part of a form with this header.
ReadPart part_with(const std::string& header) {
    const auto read = read_whole("--b\r\n" + header + "\r\n\r\nx\r\n--b--\r\n");
    CHECK(read.error == "");
    REQUIRE(read.parts.size() == 1);
    CHECK(read.parts[0].data == "x");
    return read.parts[0];
}

std::string header_fault(const std::string& header) {
    const auto read = read_whole("--b\r\n" + header + "\r\n\r\nx\r\n--b--\r\n");
    CHECK(read.parts.empty());
    return read.error;
}

std::string type_fault(std::string_view content_type) {
    const auto made = FormReader::for_content_type(content_type);
    if (made) return "";
    CHECK(made.error().code == base::ErrorCode::bad_header);
    return made.error().message;
}

constexpr std::string_view kName = "Content-Disposition: form-data; name=\"a\"";

const std::string kBody =
    "what stands before\r\nthe first boundary --b\r\n"
    "\r\n--b\r\n"
    "Content-Disposition: form-data; name=\"json\"\r\nContent-Type: application/json\r\n\r\n"
    "{\"a\":1}\r\n--b \t\r\n"
    "content-disposition:form-data;name=file;filename=\"a b.png\"\r\nX-Other: 1\r\n\r\n"
    "\r\n\r--\r\n--\n--b\r\r\n-\r\n\r\n--a\r\n--b--\r\n"
    "this is what stands after\r\n--b\r\n";

}  // namespace

TEST_CASE("a form is the same however its body is cut") {
    const ReadForm whole = read_whole(kBody);
    REQUIRE(whole.error == "");
    CHECK(whole.is_ended);
    REQUIRE(whole.parts.size() == 2);
    CHECK(whole.parts[0] == ReadPart{"json", "-", "application/json", "{\"a\":1}", true});
    CHECK(whole.parts[1] == ReadPart{"file", "a b.png", "", "\r\n\r--\r\n--\n--b\r\r\n-\r\n\r\n--a", true});
    const std::string_view body = kBody;
    for (std::size_t first = 0; first <= body.size(); ++first) {
        CHECK(read_pieces({body.substr(0, first), body.substr(first)}) == whole);
        for (std::size_t second = first; second <= std::min(body.size(), first + 12); ++second)
            CHECK(read_pieces({body.substr(0, first), body.substr(first, second - first), body.substr(second)}) == whole);
    }
    for (std::size_t size = 1; size < body.size(); ++size) CHECK(read_pieces(cut(body, size)) == whole);
}

TEST_CASE("a form that is cut short anywhere is refused, and what has come of it is right") {
    const ReadForm whole = read_whole(kBody);
    const std::size_t end = kBody.find("--b--") + 5;
    for (std::size_t size = 0; size < end; ++size) {
        CAPTURE(size);
        const ReadForm read = read_whole(std::string_view(kBody).substr(0, size));
        CHECK_FALSE(read.is_ended);
        CHECK(read.error.find(" never came") != std::string::npos);
        CHECK(read.parts.size() <= whole.parts.size());
        for (std::size_t i = 0; i < std::min(read.parts.size(), whole.parts.size()); ++i)
            CHECK(whole.parts[i].data.starts_with(read.parts[i].data));
    }
    for (std::size_t size = end; size < kBody.size(); ++size) CHECK(read_whole(std::string_view(kBody).substr(0, size)) == whole);
}

TEST_CASE("what is missing at the end is named") {
    CHECK(read_whole("").error == "the form has no part: the line --b, which its Content-Type announces, never came");
    CHECK(read_whole("{\"a\":1}").error == "the form has no part: the line --b, which its Content-Type announces, never came");
    CHECK(read_whole("--b").error == "the form was cut short after its first boundary: its last line, --b--, never came");
    const std::string begun = "--b\r\n" + std::string(kName);
    CHECK(read_whole(begun).error == "the form was cut short in part 1 of the form: its last line, --b--, never came");
    CHECK(read_whole(begun + "\r\n\r\nx").error ==
          "the form was cut short in part 1 of the form: its last line, --b--, never came");
    CHECK(read_whole(begun + "\r\n\r\nx\r\n--b-").error ==
          "the form was cut short after part 1 of the form: its last line, --b--, never came");
}

TEST_CASE("parts may be empty, have no content at all, or be none") {
    const std::string head = "--b\r\n" + std::string(kName) + "\r\n";
    CHECK(read_whole(head + "\r\n\r\n--b--").parts == std::vector<ReadPart>{{"a", "-", "", "", true}});
    CHECK(read_whole(head + "\r\n--b--").parts == std::vector<ReadPart>{{"a", "-", "", "", true}});
    CHECK(read_whole(head + "\r\n\r\n\r\n--b--").parts == std::vector<ReadPart>{{"a", "-", "", "\r\n", true}});
    CHECK(read_whole("--b--\r\n") == ReadForm{{}, "", true, 0});
}

TEST_CASE("bytes that look like a boundary are data until they are one") {
    const std::string head = "--b\r\n" + std::string(kName) + "\r\n\r\n";
    for (const std::string data : {"--", "-", "--a", "\r", "\r\n", "\r\n-", "\r\n--", "\r\r\n--", "\r\n\r\n--a", "x--b", "x\n--b",
                                   "x\r--b", "\n\r", "\r\n -- b"}) {
        CAPTURE(data);
        const std::string body = head + data + "\r\n--b--";
        for (std::size_t size = 1; size <= body.size(); ++size)
            CHECK(read_pieces(cut(body, size)).parts == std::vector<ReadPart>{{"a", "-", "", data, true}});
    }
}

TEST_CASE("the boundary is taken from the Content-Type, in quotes or not") {
    const auto reads = [](std::string_view content_type, const std::string& boundary) {
        const auto body = "--" + boundary + "\r\n" + std::string(kName) + "\r\n\r\nx\r\n--" + boundary + "--";
        return read_whole(body, content_type).is_ended;
    };
    CHECK(reads("multipart/form-data; boundary=----WebKitFormBoundaryAB12", "----WebKitFormBoundaryAB12"));
    CHECK(reads("Multipart/Form-Data;BOUNDARY=x=y ; charset=utf-8", "x=y"));
    CHECK(reads("multipart/form-data; charset=\"a;boundary=no\"; boundary=\"a b;c\"", "a b;c"));
    CHECK(reads("multipart/form-data; boundary=\"a\\\"b\"", "a\"b"));
    CHECK(reads("multipart/form-data; boundary=" + std::string(70, 'x'), std::string(70, 'x')));
    CHECK(type_fault("application/json") == "the Content-Type of the body is not multipart/form-data");
    CHECK(type_fault("") == "the Content-Type of the body is not multipart/form-data");
    CHECK(type_fault("multipart/mixed; boundary=b") == "the Content-Type of the body is not multipart/form-data");
    CHECK(type_fault("multipart/form-data") ==
          "the Content-Type multipart/form-data names no boundary, so its parts cannot be told apart");
    CHECK(type_fault("multipart/form-data; boundary=\"b") ==
          "the parameters of the Content-Type multipart/form-data cannot be read");
    CHECK(type_fault("multipart/form-data; boundary=a; boundary=b") ==
          "the parameters of the Content-Type multipart/form-data cannot be read");
    for (const std::string bad : {"", "\"\"", "\"a \"", "a\x01", "\xC3\xA9"})
        CHECK(type_fault("multipart/form-data; boundary=" + bad) != "");
    CHECK(type_fault("multipart/form-data; boundary=" + std::string(71, 'x')) ==
          "the boundary of the Content-Type has to be 1 to 70 visible characters; it may have spaces, but not at its end");
}

TEST_CASE("the kind of a form is told by its Content-Type") {
    CHECK(form_kind("multipart/form-data; boundary=b") == FormKind::multipart);
    CHECK(form_kind("MULTIPART/form-data") == FormKind::multipart);
    CHECK(form_kind("application/x-www-form-urlencoded; charset=UTF-8") == FormKind::url_encoded);
    CHECK(form_kind("application/json") == FormKind::none);
    CHECK(form_kind("multipart/form-datax") == FormKind::none);
    CHECK(form_kind("") == FormKind::none);
}

TEST_CASE("names of fields and files may have quotes, backslashes and any UTF-8") {
    const auto file_name = [](const std::string& parameters) {
        return part_with("Content-Disposition: form-data; name=\"a\"; " + parameters).file_name;
    };
    CHECK(file_name(R"(filename="plain.txt")") == "plain.txt");
    CHECK(file_name(R"(filename="a \"b\".txt")") == R"(a "b".txt)");
    CHECK(file_name(R"(filename="a %22b%22 %0A %25.txt")") == R"(a "b" %0A %25.txt)");
    CHECK(file_name(R"(filename="C:\dir\a.txt")") == R"(C:\dir\a.txt)");
    CHECK(file_name(R"(filename="a\\b.txt")") == R"(a\b.txt)");
    CHECK(file_name(R"(filename="a;b=c, d.txt"; x=y)") == "a;b=c, d.txt");
    CHECK(file_name("filename=\"na\xC3\xAFve \xE2\x82\xAC \xF0\x9F\x98\x80\"") == "na\xC3\xAFve \xE2\x82\xAC \xF0\x9F\x98\x80");
    CHECK(file_name("filename=plain text.txt") == "plain text.txt");
    CHECK(file_name("FileName=\"a\" ; ;") == "a");
    CHECK(file_name("filename=\"\"") == "");
    CHECK(file_name("x=y") == "-");
    CHECK(file_name("filename*=UTF-8''na%C3%AFve%20%25+.txt") == "na\xC3\xAFve %+.txt");
    CHECK(file_name("filename=\"x\"; filename*=utf-8'en'%e2%82%ac") == "\xE2\x82\xAC");
    CHECK(file_name("filename*=UTF-8''a; filename=\"x\"") == "a");
    CHECK(file_name("filename*=ISO-8859-1''%E9; filename=\"x\"") == "x");
    CHECK(file_name("filename*=UTF-8''%E; filename=\"x\"") == "x");
    CHECK(part_with("Content-Disposition: form-data; name=\"a.b[0]; \\\"c\\\"\"").name == "a.b[0]; \"c\"");
    CHECK(part_with("Content-Disposition: form-data; name=a").name == "a");
    CHECK(part_with("Content-Disposition: form-data;\r\n name=\"a\";\r\n\tfilename=\"b\"").file_name == "b");
}

TEST_CASE("a part's header is understood, and what it should not have is refused") {
    const std::string name(kName);
    CHECK(part_with(name + "\r\nContent-Type:  text/plain; charset=utf-8 ").content_type == "text/plain; charset=utf-8");
    CHECK(part_with(name + "\r\nContent-Type:").content_type == "");
    for (const char* encoding : {"binary", "8bit", "7bit", "BINARY"})
        part_with(name + "\r\nContent-Transfer-Encoding: " + encoding);
    for (const char* encoding : {"base64", "quoted-printable", "x", ""})
        CHECK(header_fault(name + "\r\nContent-Transfer-Encoding: " + encoding) ==
              "part 1 of the form has a Content-Transfer-Encoding other than binary, 8bit or 7bit");
    const std::string no_name = "part 1 of the form has no name: its Content-Disposition lacks name=\"…\"";
    CHECK(header_fault("Content-Disposition: form-data") == no_name);
    CHECK(header_fault("Content-Disposition: form-data; name=\"\"") == no_name);
    CHECK(header_fault("Content-Disposition: form-data; filename=\"a\"") == no_name);
    CHECK(header_fault("Content-Type: text/plain") ==
          "part 1 of the form has no name: its header lacks Content-Disposition: form-data; name=\"…\"");
    const std::string no_form = "the Content-Disposition of part 1 of the form is not one form-data; name=\"…\"";
    for (const std::string value :
         {"attachment; name=\"a\"", "", "form-data; name=\"a", "form-data; name", "form-data; x; name=a", "form-data; =a",
          "form-data; name=a; name=b", "form-data; name=\"a\"x", "form-data; name=\"a\\\""})
        CHECK(header_fault("Content-Disposition: " + value) == no_form);
    CHECK(header_fault(name + "\r\n" + name) == no_form);
    const std::string no_text = "the name of part 1 of the form is not UTF-8, or has control characters";
    for (const std::string bad : {"\xFF", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xF0\x80\x80\x80", "\xED\xA0\x80",
                                  "\xF4\x90\x80\x80", "\xE2\x82", "a\x01", "a\n", "\x7F"}) {
        CHECK(header_fault("Content-Disposition: form-data; name=\"" + bad + "\"") == no_text);
        const auto file = read_whole("--b\r\n" + name + "; filename=\"" + bad + "\"\r\n\r\nx\r\n--b--\r\n");
        CHECK((file.parts.size() == 1 && file.parts[0].file_name.empty()));
        CHECK(header_fault(name + "\r\nContent-Type: " + bad + "x") ==
              "the Content-Type of part 1 of the form is not UTF-8, or has control characters");
    }
    CHECK(header_fault(name + "; filename*=latin1''x") ==
          "the filename* of part 1 of the form is not UTF-8''… with percent escapes");
    CHECK(header_fault(name + "; filename*=x") == "the filename* of part 1 of the form is not UTF-8''… with percent escapes");
    const std::string no_line = "the header of part 1 of the form has a line that is not \"name: value\"";
    CHECK(header_fault("no colon") == no_line);
    CHECK(header_fault(": value") == no_line);
    CHECK(header_fault(name + "\r\n--b") == no_line);
    CHECK(read_whole("--b\r\n\r\nx\r\n--b--").error ==
          "part 1 of the form has no name: its header lacks Content-Disposition: form-data; name=\"…\"");
}

TEST_CASE("a boundary line that is none is refused") {
    CHECK(read_whole("--b\nContent-Disposition: form-data; name=\"a\"\n\nx\n--b--\n").error ==
          "a line of the form ends with a line feed alone; before it a carriage return has to stand");
    const std::string other = "something else follows the boundary --b of the form than the end of its line";
    for (const char* body : {"--bx\r\n", "--b-x", "--b \r\r\n", "--b -", "--b\rx"}) CHECK(read_whole(body).error == other);
    CHECK(read_whole("--b\r\n" + std::string(kName) + "\r\n\r\nx\r\n--boundary").error == other);
}

TEST_CASE("a part's header may have 8 KiB, and a form 1000 parts") {
    const auto with_header = [](std::size_t size) {
        std::string header = std::string(kName) + "\r\nX: ";
        header += std::string(size - header.size() - 4, 'x') + "\r\n\r\n";
        return "--b\r\n" + header + "x\r\n--b--";
    };
    CHECK(read_whole(with_header(FormReader::kLongestHeader)).is_ended);
    const std::string longer = with_header(FormReader::kLongestHeader + 1);
    for (const std::size_t size : {1U, 100U, 100000U})
        CHECK(read_pieces(cut(longer, size)).error == "the header of part 1 of the form is longer than 8192 bytes");
    std::string body;
    for (std::size_t i = 0; i < FormReader::kMostParts; ++i) body += "--b\r\n" + std::string(kName) + "\r\n\r\n\r\n";
    CHECK(read_whole(body + "--b--").parts.size() == 1000);
    const auto more = read_whole(body + "--b\r\n");
    CHECK(more.error == "the form has more than 1000 parts");
    CHECK(more.parts.size() == 1000);
}

TEST_CASE("however large a form is, only a boundary and one header are kept") {
    std::string body = "--b\r\n" + std::string(kName) + "\r\nX: " + std::string(8000, 'x') + "\r\n\r\n";
    for (int i = 0; i < 200000; ++i) body += "\r\n--";
    body += "\r\n--b--" + std::string(100000, '\r');
    const ReadForm read = read_pieces(cut(body, 1000));
    CHECK(read.is_ended);
    CHECK(read.parts.at(0).data.size() == 800000);
    CHECK(read.most_kept < 2 * FormReader::kLongestHeader + 1000);
}

TEST_CASE("what follows the last boundary in a later piece means nothing") {
    CHECK(read_pieces({"--b-", "-", "x", "\r\n--b\r\n\r\n", "--b--"}) == ReadForm{{}, "", true, 0});
}

TEST_CASE("any parts come back from the body that they make, however it is cut") {
    std::mt19937 random(2);
    const auto below = [&random](std::size_t limit) { return random() % limit; };
    constexpr std::string_view kLetters = "\r\n--bb\"\\%; =a\xC3";
    for (int round = 0; round < 2000; ++round) {
        std::vector<ReadPart> expected;
        std::string body = below(3) == 0 ? "preamble\r\n" : "";
        for (auto count = below(4); expected.size() < count;) {
            ReadPart part{"n" + std::to_string(below(100)), "-", below(2) == 0 ? "" : "image/png", "", true};
            for (auto size = below(20); part.data.size() < size;) part.data += kLetters[below(kLetters.size())];
            if (part.data.starts_with("--bb") || part.data.find("\r\n--bb") != std::string::npos) continue;
            body += "--bb" + std::string(below(3), ' ') + "\r\nContent-Disposition: form-data; name=\"" + part.name + "\"";
            if (below(2) == 0) {
                part.file_name.clear();
                std::string quoted;
                for (auto size = below(8); part.file_name.size() < size;) {
                    const char c = "a\"\\; ="[below(6)];
                    part.file_name += c;
                    quoted += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
                }
                body += "; filename=\"" + quoted + "\"";
            }
            if (!part.content_type.empty()) body += "\r\nContent-Type: " + part.content_type;
            body += "\r\n\r\n" + part.data + "\r\n";
            expected.push_back(part);
        }
        body += "--bb--" + std::string(below(2) == 0 ? "" : "\r\nepilogue");
        CAPTURE(body);
        const ReadForm read = read_pieces(cut_at_random(body, random, 10), "multipart/form-data; boundary=bb");
        CHECK(read.error == "");
        CHECK(read.is_ended);
        CHECK(read.parts == expected);
    }
}

TEST_CASE("a damaged form is read or refused alike, however it is cut") {
    std::mt19937 random(4);
    for (int round = 0; round < 2000; ++round) {
        std::string body = kBody;
        for (auto flips = 1 + random() % 4; flips > 0; --flips) body[random() % body.size()] = "\r\n-b:;=\"\0"[random() % 9];
        const ReadForm whole = read_whole(body);
        CHECK(read_pieces(cut_at_random(body, random, 30)) == whole);
    }
}

TEST_CASE("a URL-encoded form is its names and values, decoded") {
    using Pairs = std::vector<std::pair<std::string, std::string>>;
    const auto pairs = [](std::string_view body) {
        const auto read = read_url_encoded(body);
        REQUIRE(read.has_value());
        return *read;
    };
    CHECK(pairs("") == Pairs{});
    CHECK(pairs("a=1&b.c=x+y%20z%2B&a=2") == Pairs{{"a", "1"}, {"b.c", "x y z+"}, {"a", "2"}});
    CHECK(pairs("&a&=b&&c=d=e&") == Pairs{{"a", ""}, {"", "b"}, {"c", "d=e"}});
    CHECK(pairs("token=a+b%3D%26&%C3%A9=%FF") == Pairs{{"token", "a b=&"}, {"\xC3\xA9", "\xFF"}});
    const auto fault = [](const std::string& body) { return read_url_encoded(body).error().message; };
    for (const char* bad : {"a=1&b=%", "a=1&b=%4", "a=1&%zz=1", "a=1&b=%00"})
        CHECK(fault(bad) == "field 2 of the form has a broken percent escape or a NUL byte");
    std::string many;
    for (std::size_t i = 0; i < FormReader::kMostParts; ++i) many += "a=b&";
    CHECK(pairs(many).size() == 1000);
    CHECK(fault(many + "c") == "the form has more than 1000 fields");
}

}  // namespace octane::endpoints
