#include "endpoints/stream_form.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace octane::endpoints {
namespace {

std::string join(const StreamText::Parts& parts) {
    std::string text;
    for (const auto part : parts) text += part;
    return text;
}

std::optional<StreamForm> form_of(std::string_view query, std::string_view accept = {}, bool is_http_body = false) {
    const auto form = choose_stream_form(http::Query(query), accept, is_http_body);
    REQUIRE(form);
    return *form;
}

std::string form_refusal(std::string_view query, std::string_view accept = {}) {
    const auto form = choose_stream_form(http::Query(query), accept, false);
    return form ? "" : form.error().message;
}

TEST_CASE("the query counts before Accept, and JSON lines are what is given to who says nothing") {
    CHECK(form_of("", "") == StreamForm::lines);
    CHECK(form_of("", "*/*") == StreamForm::lines);
    CHECK(form_of("", "application/json, text/plain, */*") == StreamForm::array);
    CHECK(form_of("", "text/event-stream") == StreamForm::events);
    CHECK(form_of("", "application/json;q=0.5, text/event-stream") == StreamForm::events);
    CHECK(form_of("stream=sse", "application/json") == StreamForm::events);
    CHECK(form_of("raw=data") == std::nullopt);
    CHECK(form_of("raw=data&stream=multipart") == StreamForm::parts);
    CHECK(form_of("raw=data", "multipart/x-mixed-replace") == StreamForm::parts);
    CHECK(form_of("", "", true) == StreamForm::bytes);
    CHECK(form_of("stream=multipart", "", true) == StreamForm::parts);
}

TEST_CASE("what cannot be is said with what would be right") {
    CHECK(form_refusal("stream=xml") == "?stream= is 'xml'; it takes sse, ndjson, json, multipart or bytes");
    CHECK(form_refusal("stream=bytes") == "?stream=bytes sends bytes: ?raw= has to say which field they are in");
    CHECK(form_refusal("raw=a&stream=json") == "?raw= gives bytes, which ?stream=json cannot carry; multipart and bytes can");
    CHECK(form_refusal("", "image/png").find("application/x-ndjson") != std::string::npos);
}

TEST_CASE("an array is one, whatever comes first") {
    StreamText none(StreamForm::array);
    CHECK(join(none.end("{}", false)) == "[]\n");
    StreamText failed(StreamForm::array);
    CHECK(join(failed.end("{\"error\":1}", true)) == "[{\"error\":1}]\n");
    StreamText late(StreamForm::array);
    std::string text = join(late.heart_beat());
    text += join(late.message("1", 1));
    text += join(late.heart_beat());
    text += join(late.message("2", 2));
    text += join(late.end("{\"error\":1}", true));
    CHECK(text == "[\n1\n,\n2,\n{\"error\":1}]\n");
}

TEST_CASE("JSON lines have an empty one as a sign of life, and say no more than an error at their end") {
    StreamText lines(StreamForm::lines);
    CHECK(join(lines.heart_beat()) == "\n");
    CHECK(join(lines.message("{}", 3)) == "{}\n");
    CHECK(join(lines.heart_beat()) == "\n");
    CHECK(join(lines.end("{}", false)).empty());
    CHECK(join(lines.end("{\"error\":1}", true)) == "{\"error\":1}\n");
}

TEST_CASE("among bytes nothing is a sign of life") {
    StreamText bytes(StreamForm::bytes);
    CHECK(bytes.heart_beat().empty());
    CHECK(join(bytes.message(base::ByteChain::own("abc"), "", 1, 0)) == "abc");
    CHECK(bytes.heart_beat().empty());
    CHECK_FALSE(bytes.needs_repeat());
}

TEST_CASE("the sign of life of parts is the newest one once more, as it was, and nothing before the first") {
    StreamText parts(StreamForm::parts);
    CHECK(parts.needs_repeat());
    CHECK(parts.heart_beat().empty());
    const auto picture = base::ByteChain::own("abc");
    const std::string first = join(parts.message(picture, "image/png", 1, 0));
    CHECK(join(parts.heart_beat()) == first);
    const auto newer = base::ByteChain::own("def");
    const std::string second = join(parts.message(newer, "image/png", 4, 2));
    CHECK(second.find("\r\nX-Seq: 4\r\nX-Dropped: 2\r\n\r\ndef\r\n") != std::string::npos);
    CHECK(join(parts.heart_beat()) == second);
    CHECK(join(parts.heart_beat()) == second);
}

TEST_CASE("events have their number, and their end has a name") {
    StreamText events(StreamForm::events);
    CHECK(join(events.message("{}", 7)) == "id: 7\ndata: {}\n\n");
    CHECK(join(events.heart_beat()) == ": still here\n\n");
    CHECK(join(events.end("{}", false)) == "event: end\ndata: {}\n\n");
    CHECK(join(events.end("{}", true)) == "event: error\ndata: {}\n\n");
}

TEST_CASE("a part says how long it is, which it is and what was dropped") {
    StreamText parts(StreamForm::parts);
    const std::string text = join(parts.message(base::ByteChain::own("abc"), "image/png", 5, 2));
    CHECK(text.find("\r\nContent-Type: image/png\r\nContent-Length: 3\r\nX-Seq: 5\r\nX-Dropped: 2\r\n\r\nabc\r\n") !=
          std::string::npos);
}

}  // namespace
}  // namespace octane::endpoints
