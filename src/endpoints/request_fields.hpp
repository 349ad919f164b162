// Room: endpoints. A request made of names and values, as a query, a form or a path has them: "pose.vec.x=1" becomes
// {"pose":{"vec":{"x":"1"}}}. docs/api.md §2 "GET".
//
// Pure; the descriptor must outlive it. The JSON is read like any other request, which judges the values.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace google::protobuf {
class Descriptor;
}

namespace octane::endpoints {

class RequestFields {
  public:
    explicit RequestFields(const google::protobuf::Descriptor& type) : type_(type) {}

    // Whether the message has a field of that name, in either spelling.
    static bool has(const google::protobuf::Descriptor& type, std::string_view name);

    // A path of field names with dots between; "[n]" or ".n" picks from a list, the key follows a map's name. A list of values is
    // given by its name several times. A message may be one JSON object. Error 40006 bad_query: no such field, or a value that
    // cannot be one of its type.
    base::Result<base::Done> add(std::string_view path, std::string_view value);
    // A whole message as a JSON object, under what has been and will be added by name. Error 40002.
    base::Result<base::Done> add_all(std::string_view json);

    // The same under one field. Error 40002.
    base::Result<base::Done> add_json(std::string_view field, std::string_view json);

    [[nodiscard]] std::string json() const { return message_.dump(); }

  private:
    const google::protobuf::Descriptor& type_;
    nlohmann::json message_ = nlohmann::json::object();
};

}  // namespace octane::endpoints
