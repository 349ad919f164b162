// Room: wire. The part of AnswerWriter that writes an Any with the members of what it holds.
#include "base/bytes.hpp"
#include "wire/answer_fields.hpp"
#include "wire/answer_writer.hpp"
#include "wire/json_text.hpp"

namespace octane::wire {

using google::protobuf::Descriptor;

bool AnswerWriter::any_message(const Descriptor& type, const Reader& reader, int depth) {
    std::string type_url;
    const base::ByteChain nothing;
    Reader content(nothing);
    Reader at = reader;
    while (at.next()) {
        if (is_value_of(*type.FindFieldByNumber(1), at)) {
            type_url.clear();
            at.append_bytes(type_url);
        } else if (is_value_of(*type.FindFieldByNumber(2), at)) {
            content = at.read_message();
        }
    }
    if (at.failed()) return false;
    if (type_url.empty() && content.at_end()) {  // also where members with default values are written
        if (!open('{', depth)) return false;
        out_ += '}';
        return true;
    }
    const std::size_t start = out_.size();
    const Descriptor* held = find_held_type(pool_, type_url);
    if (held == nullptr && options_.other_types != nullptr) held = find_held_type(*options_.other_types, type_url);
    if (held && held_message(*held, type_url, content, depth)) return true;
    out_.resize(start);
    is_too_deep_ = false;
    return plain_message(type, reader, depth);
}

bool AnswerWriter::held_message(const Descriptor& held, std::string_view type_url, const Reader& content, int depth) {
    if (!open('{', depth)) return false;
    out_ += "\"@type\":";
    append_json_string(out_, type_url);
    bool is_whole = false;
    if (well_known(held) == WellKnown::none) {
        is_whole = members(held, content, depth + 1);
    } else {
        out_ += ",\"value\":";
        is_whole = message(held, content, depth + 1);
    }
    out_ += '}';
    return is_whole;
}

}  // namespace octane::wire
