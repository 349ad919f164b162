// Room: schema. The sentences for services and methods that no schema has, with the nearest names that there are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace octane::schema {

// Error 40401 service_not_found. `known`: short names.
base::Error no_service(std::string_view wanted, const std::vector<std::string_view>& known);

// Error 40402 method_not_found. `service`: its short name; `known`: its methods.
base::Error no_method(std::string_view wanted, const std::string& service, const std::vector<std::string_view>& known);

}  // namespace octane::schema
