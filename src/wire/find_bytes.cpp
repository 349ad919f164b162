// Room: wire. find_bytes(): the way from an answer to one of its byte fields.
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <vector>

#include "base/nearest.hpp"
#include "wire/answer_fields.hpp"
#include "wire/reader.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::size_t kMostSteps = 32;
constexpr std::size_t kMostListed = 20;
constexpr std::size_t kMostListedDepth = 8;

struct Step {
    const FieldDescriptor* field = nullptr;
    std::size_t index = 0;   // of a repeated field
    std::size_t passed = 0;  // elements seen so far
};

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t dot = path.find('.');
        parts.push_back(path.substr(0, dot));
        if (dot == std::string_view::npos) return parts;
        path.remove_prefix(dot + 1);
    }
}

const FieldDescriptor* find_field(const Descriptor& message, std::string_view name) {
    for (int i = 0; i < message.field_count(); ++i) {
        if (message.field(i)->name() == name || message.field(i)->json_name() == name) return message.field(i);
    }
    return nullptr;
}

// The fields that the path names, down to one of text or bytes; empty if it names none.
std::vector<Step> parse_path(const Descriptor& message, std::string_view path) {
    const std::vector<std::string_view> parts = split(path);
    std::vector<Step> steps;
    const Descriptor* type = &message;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!type || steps.size() == kMostSteps) return {};
        Step step{.field = find_field(*type, parts[i])};
        if (!step.field || step.field->is_map()) return {};
        if (step.field->is_repeated() && i + 1 < parts.size()) {
            const std::string_view next = parts[i + 1];
            const auto [end, status] = std::from_chars(next.data(), next.data() + next.size(), step.index);
            if (status == std::errc{} && end == next.data() + next.size())
                ++i;
            else
                step.index = 0;
        }
        type = step.field->message_type();
        steps.push_back(step);
    }
    if (steps.back().field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return {};
    return steps;
}

void list_paths(const Descriptor& message, const std::string& prefix, FieldDescriptor::Type wanted,
                std::set<const Descriptor*>& open, std::vector<std::string>& paths) {
    if (open.size() == kMostListedDepth || !open.insert(&message).second) return;
    for (int i = 0; i < message.field_count() && paths.size() < kMostListed; ++i) {
        const FieldDescriptor& field = *message.field(i);
        if (field.is_map()) continue;
        const std::string path = prefix + field.name() + (field.is_repeated() ? ".0" : "");
        if (field.type() == wanted)
            paths.push_back(path);
        else if (field.message_type())
            list_paths(*field.message_type(), path + ".", wanted, open, paths);
    }
    open.erase(&message);
}

base::Error no_such_path(const Descriptor& message, std::string_view path) {
    std::vector<std::string> paths;
    std::set<const Descriptor*> open;
    list_paths(message, "", FieldDescriptor::TYPE_BYTES, open, paths);
    if (paths.empty()) list_paths(message, "", FieldDescriptor::TYPE_STRING, open, paths);
    const std::vector<std::string_view> names(paths.begin(), paths.end());
    const std::string known = names.empty() ? "it has none" : "it has " + base::join_names(names, kMostListed);
    return base::make_error(base::ErrorCode::bad_query, "\"" + std::string(path.substr(0, 100)) + "\" is not a bytes field of " +
                                                            message.full_name() + "; " + known);
}

// Follows steps[at…] through one message. A later occurrence replaces an earlier one, as does another member of the same one-of.
// False if the bytes are malformed.
bool follow(std::vector<Step>& steps, std::size_t at, Reader reader, const std::shared_ptr<const void>& owner,
            base::ByteChain& found) {
    Step& step = steps[at];
    const FieldDescriptor& wanted = *step.field;
    const auto* one_of = wanted.real_containing_oneof();
    while (reader.next()) {
        const FieldDescriptor* field = known_field(*wanted.containing_type(), reader);
        if (field != &wanted) {
            if (field && one_of && field->real_containing_oneof() == one_of) found = {};
            continue;
        }
        if (wanted.is_repeated() && step.passed++ != step.index) continue;
        if (at + 1 == steps.size())
            found = reader.share_bytes(owner);
        else if (!follow(steps, at + 1, reader.read_message(), owner, found))
            return false;
    }
    return !reader.failed();
}

}  // namespace

base::Result<base::ByteChain> find_bytes(const Descriptor& message, const base::ByteChain& answer, std::string_view path) {
    std::vector<Step> steps = parse_path(message, path);
    if (steps.empty()) return no_such_path(message, path);
    // The chain itself, kept alive by a copy: copying it copies views, never bytes.
    const auto owner = std::make_shared<const base::ByteChain>(answer);
    base::ByteChain found;
    if (follow(steps, 0, Reader(*owner), owner, found)) return found;
    return base::make_error(base::ErrorCode::bad_answer, "the answer is not a well-formed " + message.full_name() + " message");
}

}  // namespace octane::wire
