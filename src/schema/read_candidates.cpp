#include "schema/read_candidates.hpp"

#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/common.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "schema/plain_text.hpp"

namespace octane::schema {
namespace {

namespace fs = std::filesystem;
namespace pb = google::protobuf;

constexpr std::size_t kMaxFileBytes = std::size_t{16} << 20U;

class FirstSyntaxError final : public pb::io::ErrorCollector {
  public:
    void AddError(int line, pb::io::ColumnNumber column, const std::string& message) override {
        if (!fault_.empty()) return;
        fault_ = "line " + std::to_string(line + 1) + ", column " + std::to_string(column + 1) + ": " + plain_text(message);
        while (fault_.ends_with('.')) fault_.pop_back();
    }
    [[nodiscard]] const std::string& fault() const { return fault_; }

  private:
    std::string fault_;
};

base::Error cannot_load(std::string message) {
    return base::make_error(base::ErrorCode::internal, std::move(message));
}

// Reads at most one byte more than is allowed, whatever the file's size is said to be.
std::optional<std::string> read_text(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    std::string text;
    std::string block(std::size_t{64} << 10U, '\0');
    while (text.size() <= kMaxFileBytes && in) {
        in.read(block.data(), static_cast<std::streamsize>(block.size()));
        text.append(block, 0, static_cast<std::size_t>(in.gcount()));
    }
    if (in.bad()) return std::nullopt;
    return text;
}

// Comments and places. Clearing them would keep their memory for reuse, which is twice what the file itself takes.
void drop_source_info(pb::FileDescriptorProto& file) {
    const std::unique_ptr<pb::SourceCodeInfo> dropped(file.has_source_code_info() ? file.release_source_code_info() : nullptr);
}

// `edition = "2023";` stands where a syntax would.
bool begins_with_edition(std::string_view text) {
    pb::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
    FirstSyntaxError ignored;
    pb::io::Tokenizer tokenizer(&stream, &ignored);
    return tokenizer.Next() && tokenizer.current().text == "edition" && tokenizer.Next() && tokenizer.current().text == "=";
}

void parse(std::string_view text, Candidate& candidate) {
#if GOOGLE_PROTOBUF_VERSION < 4000000
    // The parser writes a remark to stderr where a file names no syntax; stderr belongs to the log. Start-up only: it is
    // process-wide.
    const pb::LogSilencer silencer;
#endif
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    pb::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
    FirstSyntaxError errors;
    pb::io::Tokenizer tokenizer(&stream, &errors);
    pb::compiler::Parser parser;
    parser.RecordErrorsTo(&errors);
    candidate.contents.set_name(candidate.name);
    const bool is_parsed = parser.Parse(&tokenizer, &candidate.contents);
    drop_source_info(candidate.contents);
    candidate.fault = errors.fault();
    if (!is_parsed && begins_with_edition(text)) candidate.fault = edition_fault();
    if (!is_parsed && candidate.fault.empty()) candidate.fault = "it does not parse";
}

Candidate read_candidate(const fs::path& path, std::string name) {
    Candidate candidate;
    candidate.name = std::move(name);
    const auto text = read_text(path);
    if (!text) {
        candidate.fault = "it cannot be read";
    } else if (text->size() > kMaxFileBytes) {
        candidate.fault = "it is larger than " + std::to_string(kMaxFileBytes >> 20U) + " MiB";
    } else {
        parse(*text, candidate);
    }
    return candidate;
}

}  // namespace

base::Result<std::vector<Candidate>> read_directory(const fs::path& directory, std::size_t most_files) {
    std::error_code error;
    std::vector<fs::path> paths;
    fs::recursive_directory_iterator entries(directory, fs::directory_options::skip_permission_denied, error);
    for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
        std::error_code ignored;
        if (entries->path().extension() != ".proto" || entries->is_directory(ignored)) continue;
        paths.push_back(entries->path());
        if (paths.size() > most_files) {
            return cannot_load("the directory holds more than " + std::to_string(most_files) + " .proto files");
        }
    }
    if (error) return cannot_load("the directory cannot be listed: " + error.message());
    if (paths.empty()) return cannot_load("the directory holds no .proto file");

    std::vector<Candidate> candidates;
    candidates.reserve(paths.size());
    for (const auto& path : paths) {
        candidates.push_back(read_candidate(path, path.lexically_relative(directory).generic_string()));
    }
    return candidates;
}

base::Result<std::vector<Candidate>> read_descriptor_set(std::string_view bytes) {
    pb::FileDescriptorSet set;
    const bool fits = bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max());
    if (!fits || !set.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        return cannot_load("this is not a descriptor set as protoc --descriptor_set_out writes it");
    }
    if (set.file_size() == 0) return cannot_load("the descriptor set holds no file");
    std::vector<Candidate> candidates;
    candidates.reserve(static_cast<std::size_t>(set.file_size()));
    for (auto& file : *set.mutable_file()) {
        drop_source_info(file);
        Candidate candidate;
        candidate.name = file.name();
        candidate.contents = std::move(file);
        if (candidate.name.empty()) candidate.fault = "a file needs a name";
        candidates.push_back(std::move(candidate));
    }
    return candidates;
}

}  // namespace octane::schema
