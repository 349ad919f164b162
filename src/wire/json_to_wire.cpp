#include "wire/json_to_wire.hpp"

#include <google/protobuf/descriptor.h>

#include <nlohmann/json.hpp>

#include "wire/request_reader.hpp"

namespace octane::wire {

base::Result<WireRequest> json_to_wire(const google::protobuf::Descriptor& message, std::string_view json,
                                       const JsonReadOptions& options) {
    if (json.find_first_not_of(" \t\r\n") == std::string_view::npos) return WireRequest{};
    if (json.find('\0') != std::string_view::npos) {  // the parser would take it for the end
        return base::make_error(base::ErrorCode::bad_json, "the body is not JSON: it contains a NUL character");
    }
    RequestReader reader(message, options, json);
    const bool is_read = nlohmann::json::sax_parse(json.data(), json.data() + json.size(), &reader);
    if (reader.error()) return *reader.error();
    if (!is_read) return base::make_error(base::ErrorCode::bad_json, "the body is not JSON");
    return reader.finish();
}

}  // namespace octane::wire
