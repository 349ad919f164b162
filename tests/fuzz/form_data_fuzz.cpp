// Fuzz target: any bytes as a multipart form. However they are cut, the same parts must come out or the same refusal; never more
// may be kept than a boundary and a header; and what was read must be read again from a body that is made of it.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "endpoints/form_data.hpp"

namespace {

using namespace octane::endpoints;

constexpr std::string_view kType = "multipart/form-data; boundary=b";

void require(bool is_true) {
    if (!is_true) std::abort();
}

// Words of a form, which a fuzzer that starts from nothing does not find: in half of the inputs one byte stands for each.
std::string spelled(std::string_view bytes) {
    static constexpr std::array<std::string_view, 20> kWords = {"\r\n",
                                                                "\r\n\r\n",
                                                                "\r\n--b",
                                                                "--b",
                                                                "--b\r\nContent-Disposition: form-data; name=a",
                                                                "--",
                                                                "Content-Disposition: form-data",
                                                                "; name=",
                                                                "; name=\"",
                                                                "; filename=\"",
                                                                "; filename*=UTF-8''%C3%A9",
                                                                "\"",
                                                                "\\\"",
                                                                "%22",
                                                                "\r\nContent-Type: ",
                                                                "\r\nContent-Transfer-Encoding: binary",
                                                                "\r\n ",
                                                                " \t",
                                                                "\xC3\xA9",
                                                                "\r\n--b--"};
    std::string text;
    for (const char c : bytes) {
        const auto word = static_cast<std::size_t>(static_cast<unsigned char>(c));
        word < kWords.size() ? text += kWords[word] : text += c;
    }
    return text;
}

struct Part {
    FormPart head;
    std::string data;
    bool is_ended = false;
};

bool are_same(const Part& one, const Part& other) {
    return one.head.name == other.head.name && one.head.file_name == other.head.file_name &&
           one.head.content_type == other.head.content_type && one.data == other.data && one.is_ended == other.is_ended;
}

struct Form {
    std::vector<Part> parts;
    std::string error;
    bool is_ended = false;
};

// Each piece in memory of its own, so that a step beyond its end is seen.
Form read(std::string_view body, std::size_t size) {
    auto reader = *FormReader::for_content_type(kType);
    Form form;
    while (true) {
        const std::string piece(body.substr(0, size));
        body.remove_prefix(piece.size());
        if (piece.empty())
            reader.end();
        else
            reader.add(piece);
        while (true) {
            const auto event = reader.next();
            require(reader.kept() < 2 * FormReader::kLongestHeader + 200);
            if (!event) {
                form.error = event.error().message;
                require(!form.error.empty() && !form.is_ended);
                return form;
            }
            if (!*event) break;
            require(!form.is_ended);
            const bool is_inside = !form.parts.empty() && !form.parts.back().is_ended;
            const auto step = (*event)->step;
            require(is_inside == (step == FormStep::part_data || step == FormStep::part_end));
            require((step == FormStep::part_data) == !(*event)->data.empty());
            if (step == FormStep::part_begin) form.parts.push_back({reader.part(), "", false});
            if (step == FormStep::part_data) form.parts.back().data += (*event)->data;
            if (step == FormStep::part_end) form.parts.back().is_ended = true;
            if (step == FormStep::end) form.is_ended = true;
        }
        if (piece.empty()) {
            require(form.is_ended);
            return form;
        }
    }
}

bool are_same(const Form& one, const Form& other) {
    if (one.error != other.error || one.is_ended != other.is_ended || one.parts.size() != other.parts.size()) return false;
    for (std::size_t i = 0; i < one.parts.size(); ++i) {
        if (!are_same(one.parts[i], other.parts[i])) return false;
    }
    return true;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return out + "\"";
}

// As much as possible otherwise than the body that was read: another order, other spaces, no preamble.
std::string written(const Form& form) {
    std::string body;
    for (const auto& part : form.parts) {
        body += "--b \r\n";
        if (!part.head.content_type.empty()) body += "content-type:" + part.head.content_type + "\r\n";
        body += "CONTENT-DISPOSITION:form-data";
        if (part.head.file_name) body += ";filename=" + quoted(*part.head.file_name);
        body += ";name=" + quoted(part.head.name) + "\r\n\r\n" + part.data + "\r\n";
    }
    return body + "--b--";
}

// Percent signs are read in names: what has come from %2522 would be read as a quote.
bool has_written_quote(const Form& form) {
    for (const auto& part : form.parts) {
        if (part.head.name.find("%22") != std::string::npos) return true;
        if (part.head.file_name && part.head.file_name->find("%22") != std::string::npos) return true;
    }
    return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
    std::string body = (data[1] & 1U) != 0 ? spelled(bytes) : std::string(bytes);
    if ((data[1] & 2U) != 0) body = "--b\r\nContent-Disposition: form-data; name=" + body + "\r\n--b--";
    const Form whole = read(body, body.size() + 1);
    require(are_same(read(body, 1 + data[0] % 32), whole));
    require(are_same(read(body, 1), whole));
    (void)FormReader::for_content_type(bytes);
    (void)read_url_encoded(bytes);
    if (whole.is_ended && !has_written_quote(whole)) {
        const Form again = read(written(whole), 1 + data[0]);
        require(are_same(again, whole));
    }
    return 0;
}
