// Room: app. What the sections [route.NAME] and [form.NAME] of the configuration file say: paths of one's own for methods.
// docs/options.md.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "endpoints/bindings.hpp"

namespace octane::app {

struct RouteSpec {
    std::string name;  // of its section
    bool is_form = false;
    std::string verb;  // empty: GET, and of a form POST
    std::string path;
    std::string method;  // "Service/method" or "upstream/Service/method"
    endpoints::BindingTerms terms;
};

struct RouteOption {
    std::string_view name;      // "error-shape"
    std::string_view argument;  // "SHAPE"
    std::string_view meaning;
    std::string_view default_text;
    bool is_list;
    void (*apply)(RouteSpec& spec, const std::string& value);  // throws std::invalid_argument
};

std::span<const RouteOption> route_option_table();

// Throws std::invalid_argument with a sentence that names the section.
endpoints::OwnRoute make_route(const RouteSpec& spec);

// All of them. Throws also where two fit the same requests, and names both.
std::vector<endpoints::OwnRoute> make_own_routes(std::span<const RouteSpec> specs);

}  // namespace octane::app
