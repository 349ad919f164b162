// Room: schema. What the proxy says of an API: lists of services and methods, and JSON to paste into curl. docs/api.md §4.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "schema/request_template.hpp"
#include "schema/schema.hpp"

namespace octane::schema {

// Another name under which a service's methods can be called, and the methods it stands for: several where the request decides.
struct MethodAlias {
    std::string name;
    std::vector<std::string> methods;
};
using FindAliases = std::function<std::vector<MethodAlias>(const google::protobuf::ServiceDescriptor& service)>;

// {"schema":"alpha5","services":[{"name":"ApiItem","fullName":"octaneapi.ApiItemService","methods":["…"],"aliases":ALIASES},…]}
// ALIASES, where there are any: {"getValueByAttrID":"getByAttrID"}, other releases' names and the methods they stand for; a list
// of methods where the request decides.
std::string describe_services(const Schema& schema, const FindAliases& find_aliases = {});

// {"name":…,"fullName":…,"methods":[{"name","path":"/ApiItem/name","request":TYPE,"response":TYPE,"streaming":bool,"template":{…}}],
// "aliases":ALIASES}
// where TYPE is {"name":…,"fields":[{"name","number","type","repeated","oneof","enum":[names…],"fields":[… of a sub-message]}]}
// A field that comes without its "fields" or "enum" says why: "leftOut" is "recursion" where a message contains itself, "depth"
// below sixteen levels, "size" after 20 000 fields, the deepest left out first; the type then says of how many fields the latter
// two hold. "template" is a request that the proxy accepts as it stands: every field with its default, one member of each one-of;
// enums inside messages as `enum_defaults` has them; "templateLeftOut", if not 0, counts what it lacks for depth or size.
std::string describe_service(const Schema& schema, const google::protobuf::ServiceDescriptor& service,
                             const EnumDefaults& enum_defaults = {}, const FindAliases& find_aliases = {});

}  // namespace octane::schema
