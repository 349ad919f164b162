#include "schema/load_files.hpp"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/api.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/source_context.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/stubs/common.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/type.pb.h>
#include <google/protobuf/wrappers.pb.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "schema/google_files.hpp"
#include "schema/plain_text.hpp"

namespace octane::schema {
namespace {

namespace pb = google::protobuf;

// Each level is one stack frame; real schemas stay below twenty.
constexpr std::size_t kMaxImportDepth = 256;

class FirstError final : public pb::DescriptorPool::ErrorCollector {
  public:
    void AddError(const std::string& /*file*/, const std::string& /*element*/, const pb::Message* /*descriptor*/,
                  ErrorLocation /*location*/, const std::string& message) override {
        if (count_++ == 0) first_ = message;
    }

    [[nodiscard]] std::string sentence() const {
        std::string text = plain_text(first_);
        while (text.ends_with('.')) text.pop_back();
        if (count_ == 2) text += " (and one more error)";
        if (count_ > 2) text += " (and " + std::to_string(count_ - 1) + " more errors)";
        return text;
    }

  private:
    std::string first_;
    std::size_t count_ = 0;
};

// Naming a message of each file also makes the linker keep that file.
const pb::FileDescriptor* well_known_file(std::string_view name) {
    static const std::array<const pb::FileDescriptor*, 11> files = {
        pb::Any::descriptor()->file(),      pb::Api::descriptor()->file(),       pb::FileDescriptorProto::descriptor()->file(),
        pb::Duration::descriptor()->file(), pb::Empty::descriptor()->file(),     pb::FieldMask::descriptor()->file(),
        pb::Struct::descriptor()->file(),   pb::Timestamp::descriptor()->file(), pb::SourceContext::descriptor()->file(),
        pb::Type::descriptor()->file(),     pb::BoolValue::descriptor()->file(),
    };
    const auto* found = std::find_if(files.begin(), files.end(), [&](const auto* file) { return file->name() == name; });
    return found == files.end() ? nullptr : *found;
}

// Of a file that schemas import without bringing it; nothing if it is none of those.
std::optional<pb::FileDescriptorProto> supplied_contents(std::string_view name) {
    if (const auto* file = google_file(name)) return *file;
    const auto* file = well_known_file(name);
    if (file == nullptr) return std::nullopt;
    std::optional<pb::FileDescriptorProto> contents(std::in_place);
    file->CopyTo(&*contents);
    return contents;
}

std::string shown(std::string_view name) {
    return name.empty() ? "An unnamed file" : plain_text(name);
}

class Loader {
  public:
    explicit Loader(std::vector<Candidate> candidates) {
        out_.pool = std::make_unique<pb::DescriptorPool>();
        for (auto& candidate : candidates) add(std::move(candidate));
    }

    LoadedFiles run() {
        for (auto& [name, entry] : entries_) load(entry);
        for (const auto& [name, entry] : entries_) {
            if (!entry.fault.empty()) out_.problems.push_back(shown(name) + " left out: " + entry.fault + ".");
        }
        for (const auto& name : repeated_) {
            out_.problems.push_back(shown(name) + " left out: a different file of this name comes before it.");
        }
        std::sort(out_.problems.begin(), out_.problems.end());
        return std::move(out_);
    }

  private:
    enum class State { waiting, open, loaded, left_out };
    struct Entry {
        pb::FileDescriptorProto contents;
        std::string fault;
        State state = State::waiting;
    };

    void add(Candidate candidate) {
        const auto earlier = entries_.find(candidate.name);
        if (earlier == entries_.end()) {
            if (candidate.is_only_imported) out_.only_imported.insert(candidate.name);
            entries_.emplace(std::move(candidate.name), Entry{std::move(candidate.contents), std::move(candidate.fault)});
        } else if (earlier->second.contents.SerializeAsString() != candidate.contents.SerializeAsString()) {
            repeated_.insert(std::move(candidate.name));
        }
    }

    void load(Entry& entry) {
        if (entry.state != State::waiting) return;
        entry.state = State::open;
        if (entry.fault.empty()) entry.fault = fault_of_imports(entry.contents);
        if (entry.fault.empty()) entry.fault = build(entry.contents);
        entry.state = entry.fault.empty() ? State::loaded : State::left_out;
        entry.contents.Clear();
    }

    // Loads what the file imports. Empty if all of it is there.
    std::string fault_of_imports(const pb::FileDescriptorProto& file) {
        if (++depth_ > kMaxImportDepth) {
            --depth_;
            return "it is reached through more than " + std::to_string(kMaxImportDepth) + " imports in a row";
        }
        std::string fault;
        for (int i = 0; i < file.dependency_size() && fault.empty(); ++i) fault = fault_of_import(file.dependency(i));
        --depth_;
        return fault;
    }

    std::string fault_of_import(const std::string& name) {
        const auto found = entries_.find(name);
        if (found == entries_.end()) { return supply(name) ? "" : "it imports " + plain_text(name) + ", which is not there"; }
        if (found->second.state == State::open) return "it imports " + plain_text(name) + ", which imports it in turn";
        load(found->second);
        if (found->second.state == State::loaded || supply(name)) return "";
        return "it depends on " + plain_text(name) + ", which was left out";
    }

    std::string build(const pb::FileDescriptorProto& contents) {
        FirstError errors;
        const auto* file = out_.pool->BuildFileCollectingErrors(contents, &errors);
        if (file == nullptr) return contents.syntax() == "editions" ? edition_fault() : errors.sentence();
        out_.files.push_back(file);
        return "";
    }

    bool supply(const std::string& name) {
        if (out_.pool->FindFileByName(name) != nullptr) return true;
        const auto contents = supplied_contents(name);
        if (!contents) return false;
        for (const std::string& import : contents->dependency()) {
            if (!fault_of_import(import).empty()) return false;
        }
        FirstError errors;
        return out_.pool->BuildFileCollectingErrors(*contents, &errors) != nullptr;
    }

    LoadedFiles out_;
    std::map<std::string, Entry> entries_;
    std::set<std::string> repeated_;
    std::size_t depth_ = 0;
};

}  // namespace

std::string edition_fault() {
    return "it is written in a protobuf edition, which the protobuf " + pb::internal::VersionString(GOOGLE_PROTOBUF_VERSION) +
           " in this program does not know; written with syntax = \"proto3\" it can be loaded";
}

LoadedFiles load_files(std::vector<Candidate> candidates) {
    return Loader(std::move(candidates)).run();
}

}  // namespace octane::schema
