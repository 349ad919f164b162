#include "schema/google_api.hpp"

#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <string>
#include <utility>

namespace octane::schema {
namespace {

namespace pb = google::protobuf;

struct GoogleApiText {
    std::string_view name;
    std::string_view text;
};

constexpr std::array<GoogleApiText, 3> kGoogleApiTexts = {{
    {"google/api/annotations.proto", R"(
syntax = "proto3";
package google.api;
import "google/api/http.proto";
import "google/protobuf/descriptor.proto";
extend google.protobuf.MethodOptions {
  HttpRule http = 72295728;
}
)"},
    {"google/api/http.proto", R"(
syntax = "proto3";
package google.api;
message Http {
  repeated HttpRule rules = 1;
  bool fully_decode_reserved_expansion = 2;
}
message HttpRule {
  string selector = 1;
  oneof pattern {
    string get = 2;
    string put = 3;
    string post = 4;
    string delete = 5;
    string patch = 6;
    CustomHttpPattern custom = 8;
  }
  string body = 7;
  string response_body = 12;
  repeated HttpRule additional_bindings = 11;
}
message CustomHttpPattern {
  string kind = 1;
  string path = 2;
}
)"},
    {"google/api/httpbody.proto", R"(
syntax = "proto3";
package google.api;
import "google/protobuf/any.proto";
message HttpBody {
  string content_type = 1;
  bytes data = 2;
  repeated google.protobuf.Any extensions = 3;
}
)"},
}};

class NoSyntaxError final : public pb::io::ErrorCollector {
  public:
    void AddError(int /*line*/, pb::io::ColumnNumber /*column*/, const std::string& /*message*/) override {
        assert(false && "the texts above are valid");
    }
};

pb::FileDescriptorProto compile_google_api(const GoogleApiText& file) {
    pb::FileDescriptorProto contents;
    pb::io::ArrayInputStream stream(file.text.data(), static_cast<int>(file.text.size()));
    NoSyntaxError errors;
    pb::io::Tokenizer tokenizer(&stream, &errors);
    pb::compiler::Parser parser;
    parser.RecordErrorsTo(&errors);
    parser.Parse(&tokenizer, &contents);
    contents.set_name(std::string(file.name));
    contents.clear_source_code_info();
    return contents;
}

}  // namespace

const pb::FileDescriptorProto* google_api_file(std::string_view name) {
    static const std::array<pb::FileDescriptorProto, 3> kFiles = {
        compile_google_api(kGoogleApiTexts[0]), compile_google_api(kGoogleApiTexts[1]), compile_google_api(kGoogleApiTexts[2])};
    const auto found = std::ranges::find(kGoogleApiTexts, name, &GoogleApiText::name);
    return found == kGoogleApiTexts.end() ? nullptr : &kFiles[static_cast<std::size_t>(found - kGoogleApiTexts.begin())];
}

}  // namespace octane::schema
