#include "schema/google_files.hpp"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace octane::schema {
namespace {

namespace pb = google::protobuf;

struct GoogleText {
    std::string_view name;
    std::string_view text;
};

constexpr std::array<GoogleText, 6> kGoogleTexts = {{
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
    {"google/rpc/code.proto", R"(
syntax = "proto3";
package google.rpc;
enum Code {
  OK = 0;
  CANCELLED = 1;
  UNKNOWN = 2;
  INVALID_ARGUMENT = 3;
  DEADLINE_EXCEEDED = 4;
  NOT_FOUND = 5;
  ALREADY_EXISTS = 6;
  PERMISSION_DENIED = 7;
  UNAUTHENTICATED = 16;
  RESOURCE_EXHAUSTED = 8;
  FAILED_PRECONDITION = 9;
  ABORTED = 10;
  OUT_OF_RANGE = 11;
  UNIMPLEMENTED = 12;
  INTERNAL = 13;
  UNAVAILABLE = 14;
  DATA_LOSS = 15;
}
)"},
    {"google/rpc/error_details.proto", R"(
syntax = "proto3";
package google.rpc;
import "google/protobuf/duration.proto";
message ErrorInfo {
  string reason = 1;
  string domain = 2;
  map<string, string> metadata = 3;
}
message RetryInfo {
  google.protobuf.Duration retry_delay = 1;
}
message DebugInfo {
  repeated string stack_entries = 1;
  string detail = 2;
}
message QuotaFailure {
  message Violation {
    string subject = 1;
    string description = 2;
    string api_service = 3;
    string quota_metric = 4;
    string quota_id = 5;
    map<string, string> quota_dimensions = 6;
    int64 quota_value = 7;
    optional int64 future_quota_value = 8;
  }
  repeated Violation violations = 1;
}
message PreconditionFailure {
  message Violation {
    string type = 1;
    string subject = 2;
    string description = 3;
  }
  repeated Violation violations = 1;
}
message BadRequest {
  message FieldViolation {
    string field = 1;
    string description = 2;
    string reason = 3;
    LocalizedMessage localized_message = 4;
  }
  repeated FieldViolation field_violations = 1;
}
message RequestInfo {
  string request_id = 1;
  string serving_data = 2;
}
message ResourceInfo {
  string resource_type = 1;
  string resource_name = 2;
  string owner = 3;
  string description = 4;
}
message Help {
  message Link {
    string description = 1;
    string url = 2;
  }
  repeated Link links = 1;
}
message LocalizedMessage {
  string locale = 1;
  string message = 2;
}
)"},
    {"google/rpc/status.proto", R"(
syntax = "proto3";
package google.rpc;
import "google/protobuf/any.proto";
message Status {
  int32 code = 1;
  string message = 2;
  repeated google.protobuf.Any details = 3;
}
)"},
}};

class NoSyntaxError final : public pb::io::ErrorCollector {
  public:
    void AddError(int /*line*/, pb::io::ColumnNumber /*column*/, const std::string& /*message*/) override {
        assert(false && "the texts above are valid");
    }
};

pb::FileDescriptorProto compile_google_file(const GoogleText& file) {
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

const pb::FileDescriptorProto* google_file(std::string_view name) {
    static const auto kFiles = [] {
        std::array<pb::FileDescriptorProto, kGoogleTexts.size()> files;
        std::ranges::transform(kGoogleTexts, files.begin(), compile_google_file);
        return files;
    }();
    const auto found = std::ranges::find(kGoogleTexts, name, &GoogleText::name);
    return found == kGoogleTexts.end() ? nullptr : &kFiles[static_cast<std::size_t>(found - kGoogleTexts.begin())];
}

const pb::DescriptorPool& error_types() {
    static const auto kPool = [] {
        auto pool = std::make_unique<pb::DescriptorPool>();
        for (const auto* known : {pb::Any::descriptor(), pb::Duration::descriptor()}) {
            pb::FileDescriptorProto contents;
            known->file()->CopyTo(&contents);
            pool->BuildFile(contents);
        }
        for (const char* name : {"google/rpc/error_details.proto", "google/rpc/status.proto"})
            pool->BuildFile(*google_file(name));
        return pool;
    }();
    return *kPool;
}

}  // namespace octane::schema
