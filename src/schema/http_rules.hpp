// Room: schema. By which verbs and paths a schema's own annotations (google.api.http) want its methods to be called.
//
// Pure. Read once per schema; what it gives never changes and is read by all threads.
#pragma once

#include <string>
#include <vector>

#include "schema/path_template.hpp"
#include "schema/schema.hpp"

namespace octane::schema {

// One verb and path of a method. Every variable of the path is a singular field of the request that is no message.
struct HttpBinding {
    std::string verb;  // "GET", or what a custom pattern says, as it is written there; "*": any
    PathTemplate path;
    std::string body;  // the field of the request that the HTTP body is; "*": all that the path leaves; "": there is none
    std::string response_body;       // the field of the answer that alone is answered; "": all of it
    const Method* method = nullptr;  // lives as long as the schema
};

struct HttpBindings {
    std::vector<HttpBinding> bindings;  // by the services' full names, then as the methods and their rules are declared
    std::vector<std::string> problems;  // one sentence per binding left out, in the same order
};

// Left out are bindings that cannot be served as they are written: a bad template; a variable that is no scalar field of the
// request; a body or response_body that is no field of its message; a body with GET or HEAD, or one that the path gives already;
// a custom verb that is none; no pattern at all; a binding inside a binding.
HttpBindings read_http_bindings(const Schema& schema);

}  // namespace octane::schema
