#include "wire/json_to_wire.hpp"

#include <google/protobuf/descriptor.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "wire/late_types.hpp"
#include "wire/request_reader.hpp"

namespace octane::wire {
namespace {

bool parse(std::string_view json, RequestReader& reader) {
    return nlohmann::json::sax_parse(json.data(), json.data() + json.size(), &reader);
}

base::Result<WireRequest> outcome(bool is_read, RequestReader& reader) {
    if (reader.error()) return *reader.error();
    if (!is_read) return base::make_error(base::ErrorCode::bad_json, "the body is not JSON");
    return reader.finish();
}

}  // namespace

base::Result<WireRequest> json_to_wire(const google::protobuf::Descriptor& message, std::string_view json,
                                       const JsonReadOptions& options) {
    if (json.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        if (message.file()->syntax() != google::protobuf::FileDescriptor::SYNTAX_PROTO2) return WireRequest{};
        json = "{}";  // which may lack a required member
    }
    if (json.find('\0') != std::string_view::npos) {  // the parser would take it for the end
        return base::make_error(base::ErrorCode::bad_json, "the body is not JSON: it contains a NUL character");
    }
    RequestReader reader(message, options, json);
    if (const bool is_read = parse(json, reader); !reader.needs_late_types()) return outcome(is_read, reader);
    const std::optional<LateTypes> types = LateTypes::find(json, options.max_depth);
    RequestReader again(message, options, json, types ? &*types : nullptr);
    if (!types) again.ignore_all();  // only what is wrong with the text as a whole counts now
    return outcome(parse(json, again), again);
}

}  // namespace octane::wire
