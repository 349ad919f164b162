#include "rpc/error_details.hpp"

#include <google/protobuf/descriptor.h>

#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "schema/google_files.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::rpc {

std::string error_details_json(const google::protobuf::DescriptorPool& pool, std::string_view status) {
    if (status.empty()) return {};
    wire::JsonWriteOptions options;
    options.other_types = &pool;
    std::string json;
    const auto* const type = schema::error_types().FindMessageTypeByName("google.rpc.Status");
    if (!wire::wire_to_json(*type, base::ByteChain::own(std::string(status)), options, json)) return {};
    const auto whole = nlohmann::ordered_json::parse(json);
    const auto details = whole.find("details");
    return details == whole.end() ? std::string() : details->dump();
}

}  // namespace octane::rpc
