// Room: endpoints. A request made of names and values, as a query, a form or a path has them: "pose.vec.x=1" becomes
// {"pose":{"vec":{"x":"1"}}}. docs/api.md §2 "GET".
//
// Pure; the descriptor must outlive it. The JSON is read like any other request, which judges the values.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "endpoints/open_json.hpp"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace octane::endpoints {

class RequestFields {
  public:
    explicit RequestFields(const google::protobuf::Descriptor& type) : type_(type) {}

    // Whether the message has a field of that name, in either spelling.
    static bool has(const google::protobuf::Descriptor& type, std::string_view name);

    // A path of field names with dots between; "[n]" or ".n" picks from a list, the key follows a map's name. A list of values is
    // given by its name several times. A message may be one JSON object. The `value` of a wrapper is the wrapper, which is what
    // JSON writes. Error 40006 bad_query: no such field, or a value that cannot be one of its type.
    base::Result<base::Done> add(std::string_view path, std::string_view value);
    // The same of a field of type bytes, which are given as they are. Holds text of base64_size() of them, and no copy of it.
    base::Result<base::Done> add_bytes(std::string_view path, std::string_view bytes);
    // A whole message as a JSON object, before all that is added by name. It stays as it is written, for who reads the JSON to
    // judge. Errors as those of json_to_wire() where it is no JSON; 40002 where it is no object.
    base::Result<base::Done> add_all(std::string_view json);

    // The same of what is at the end of a path; of a list it is all of it. Errors 40002, 40006.
    base::Result<base::Done> add_json(std::string_view path, std::string_view json);

    [[nodiscard]] std::string json() const;

  private:
    // What a path leads to. A list or map without an index or key is meant as a whole.
    struct Place {
        OpenJson* json = nullptr;
        const google::protobuf::FieldDescriptor* field = nullptr;
        bool is_list = false;
    };
    base::Result<Place> find_place(std::string_view path);
    base::Result<Place> find_free_place(std::string_view path);
    base::Result<OpenJson*> element(OpenJson& list, std::string_view text, std::string_view path);
    base::Result<base::Done> put(const Place& place, OpenJson json, std::string_view path);

    const google::protobuf::Descriptor& type_;
    OpenJson message_;
    OpenJson::Room room_ = OpenJson::kMostOpened;
};

}  // namespace octane::endpoints
