// Room: wire. parse_bytes_path() and find_bytes(): the way from an answer to one of its byte fields.
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/nearest.hpp"
#include "wire/answer_fields.hpp"
#include "wire/field_path.hpp"
#include "wire/reader.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::size_t kMostSteps = 32;
constexpr std::size_t kMostPathsListed = 20;
constexpr std::size_t kMostListedDepth = 8;
// A user's schema may fan out so far that a walk to this depth would never end, and it runs on an I/O loop.
constexpr std::size_t kMostVisited = 2000;

// The fields that the path names, down to one of text or bytes; empty if it names none.
BytesPath parse_path(const Descriptor& message, std::string_view path) {
    const std::vector<std::string_view> parts = split_field_path(path);
    BytesPath steps;
    const Descriptor* type = &message;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!type || steps.size() == kMostSteps) return {};
        BytesStep step{.field = find_field(*type, parts[i])};
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

// Walks through the types below a message for the paths of all fields of one type, within the bounds above.
class PathList {
  public:
    PathList(const Descriptor& message, FieldDescriptor::Type wanted) : wanted_(wanted) { walk(message, ""); }
    [[nodiscard]] const std::vector<std::string>& paths() const { return paths_; }
    [[nodiscard]] bool was_cut_short() const { return left_ == 0; }

  private:
    void walk(const Descriptor& message, const std::string& prefix) {
        if (open_.size() == kMostListedDepth || !open_.insert(&message).second) return;
        for (int i = 0; i < message.field_count() && left_ > 0 && paths_.size() < kMostPathsListed; ++i) {
            --left_;
            const FieldDescriptor& field = *message.field(i);
            if (field.is_map()) continue;
            const std::string path = prefix + field.name() + (field.is_repeated() ? ".0" : "");
            if (field.type() == wanted_)
                paths_.push_back(path);
            else if (field.message_type())
                walk(*field.message_type(), path + ".");
        }
        open_.erase(&message);
    }

    FieldDescriptor::Type wanted_;
    std::size_t left_ = kMostVisited;
    std::set<const Descriptor*> open_;
    std::vector<std::string> paths_;
};

base::Error no_such_path(const Descriptor& message, std::string_view path) {
    PathList list(message, FieldDescriptor::TYPE_BYTES);
    if (list.paths().empty()) list = PathList(message, FieldDescriptor::TYPE_STRING);
    const std::vector<std::string_view> names(list.paths().begin(), list.paths().end());
    const std::string known = !names.empty()         ? "it has " + base::join_names(names, kMostPathsListed)
                              : list.was_cut_short() ? "none is among its first " + std::to_string(kMostVisited) + " fields"
                                                     : "it has none";
    return base::make_error(base::ErrorCode::bad_query, "\"" + std::string(path.substr(0, 100)) + "\" is not a bytes field of " +
                                                            message.full_name() + "; " + known);
}

// Follows a path through one answer. A later occurrence replaces an earlier one, as does another member of the same one-of.
class Follower {
  public:
    Follower(const BytesPath& path, std::shared_ptr<const void> owner)
        : path_(path), owner_(std::move(owner)), passed_(path.size()) {}

    // Takes the steps from `at` on. False if the bytes are malformed.
    bool follow(Reader reader, std::size_t at) {
        const FieldDescriptor& wanted = *path_[at].field;
        const auto* one_of = wanted.real_containing_oneof();
        while (reader.next()) {
            const FieldDescriptor* field = known_field(*wanted.containing_type(), reader);
            if (field != &wanted) {
                if (field && one_of && field->real_containing_oneof() == one_of) forget(at);
                continue;
            }
            if (wanted.is_repeated() && passed_[at]++ != path_[at].index) continue;
            if (at + 1 == path_.size())
                found_ = reader.share_bytes(owner_);
            else if (!follow(reader.read_message(), at + 1))
                return false;
        }
        return !reader.failed();
    }
    base::ByteChain take_found() { return std::move(found_); }
    // The first step of which the answer has no such element.
    [[nodiscard]] std::optional<std::size_t> missing() const {
        for (std::size_t at = 0; at < path_.size(); ++at) {
            if (path_[at].field->is_repeated() && passed_[at] <= path_[at].index) return at;
        }
        return std::nullopt;
    }
    [[nodiscard]] std::size_t elements_at(std::size_t step) const { return passed_[step]; }

  private:
    // What was found below a member that has been unset.
    void forget(std::size_t at) {
        found_ = {};
        std::fill(passed_.begin() + static_cast<std::ptrdiff_t>(at), passed_.end(), 0);
    }

    const BytesPath& path_;
    std::shared_ptr<const void> owner_;
    std::vector<std::size_t> passed_;  // by step: elements of a repeated field seen so far
    base::ByteChain found_;
};

// "images.items[1].chunks" for the third step of images.items[1].chunks[4].
std::string text_of_list(const BytesPath& path, std::size_t step) {
    std::string text;
    for (std::size_t i = 0; i <= step; ++i) {
        text += (i > 0 ? "." : "") + path[i].field->name();
        if (i < step && path[i].field->is_repeated()) text += "[" + std::to_string(path[i].index) + "]";
    }
    return text;
}

base::Error no_such_element(const BytesPath& path, std::size_t step, std::size_t count) {
    const std::string has = count == 0 ? "no elements" : count == 1 ? "1 element" : std::to_string(count) + " elements";
    return base::make_error(base::ErrorCode::path_not_found, "in the answer " + text_of_list(path, step) + " has " + has +
                                                                 ", so that there is no [" + std::to_string(path[step].index) +
                                                                 "]");
}

}  // namespace

base::Result<BytesPath> parse_bytes_path(const Descriptor& message, std::string_view path) {
    BytesPath steps = parse_path(message, path);
    if (steps.empty()) return no_such_path(message, path);
    return steps;
}

base::Result<base::ByteChain> find_bytes(const BytesPath& path, const base::ByteChain& answer) {
    assert(!path.empty());
    // The chain itself, kept alive by a copy: copying it copies views, never bytes.
    const auto owner = std::make_shared<const base::ByteChain>(answer);
    Follower follower(path, owner);
    if (follower.follow(Reader(*owner), 0)) {
        if (const auto missing = follower.missing()) return no_such_element(path, *missing, follower.elements_at(*missing));
        return follower.take_found();
    }
    return base::make_error(base::ErrorCode::bad_answer,
                            "the answer is not a well-formed " + path.front().field->containing_type()->full_name() + " message");
}

}  // namespace octane::wire
