#include "app/route_options.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "app/option_values.hpp"

namespace octane::app {
namespace {

std::pair<std::string, std::string> split_pair(const std::string& value, const char* form) {
    const auto mark = value.find('=');
    if (mark == 0 || mark == std::string::npos) throw std::invalid_argument(show_value(value) + " is not of the form " + form);
    return {value.substr(0, mark), value.substr(mark + 1)};
}

void set_verb(RouteSpec& spec, const std::string& value) {
    static constexpr std::array<std::string_view, 5> kVerbs = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    if (std::ranges::find(kVerbs, value) == kVerbs.end())
        throw std::invalid_argument(show_value(value) + " is none of GET, POST, PUT, PATCH, DELETE");
    spec.verb = value;
}

void set_shape(RouteSpec& spec, const std::string& value) {
    if (value != "plain" && value != "drake") throw std::invalid_argument(show_value(value) + " is neither plain nor drake");
    spec.terms.errors = value == "drake" ? endpoints::ErrorShape::short_ : endpoints::ErrorShape::plain;
}

constexpr std::array<RouteOption, 13> kRouteTable = {{
    {"path", "TEMPLATE", "the path, as in google.api.http: /a/{field}/b, * for one segment, ** for the rest, :verb at the end",
     "none; needed", false, [](RouteSpec& spec, const std::string& value) { spec.path = value; }},
    {"verb", "VERB", "GET, POST, PUT, PATCH or DELETE", "GET; of a form POST", false, set_verb},
    {"method", "METHOD", "what is called, as Service/method or upstream/Service/method", "none; needed", false,
     [](RouteSpec& spec, const std::string& value) { spec.method = value; }},
    {"body", "FIELD", "the field of the request that the JSON body is; * for all of it", "none: no body is taken", false,
     [](RouteSpec& spec, const std::string& value) { spec.terms.body = value; }},
    {"response-body", "FIELD", "the field of the answer that alone is answered", "all of it", false,
     [](RouteSpec& spec, const std::string& value) { spec.terms.response_body = value; }},
    {"raw", "FIELD", "answer with the bytes of that field, as ?raw=", "none", false,
     [](RouteSpec& spec, const std::string& value) { spec.terms.options.emplace_back("raw", value); }},
    {"type", "MEDIA TYPE", "of these bytes, as ?type=", "recognised", false,
     [](RouteSpec& spec, const std::string& value) { spec.terms.options.emplace_back("type", value); }},
    {"picture", "FORMAT", "a picture of raw pixels, as ?picture=", "none", false,
     [](RouteSpec& spec, const std::string& value) { spec.terms.options.emplace_back("picture", value); }},
    {"stream", "FORM", "how the answers of a stream are sent, as ?stream=", "by Accept", false,
     [](RouteSpec& spec, const std::string& value) { spec.terms.options.emplace_back("stream", value); }},
    {"set", "FIELD=VALUE", "a field of the request that always has this value", "none", true,
     [](RouteSpec& spec, const std::string& value) { spec.terms.constants.push_back(split_pair(value, "field=value")); }},
    {"name", "NAME=FIELD", "a name of the client's that stands for a field; for several, several times",
     "fields by their own names", true,
     [](RouteSpec& spec, const std::string& value) { spec.terms.names.push_back(split_pair(value, "name=field")); }},
    {"ignore", "NAME", "names of the client's that mean nothing", "none: an unknown name is refused", true,
     [](RouteSpec& spec, const std::string& value) { spec.terms.ignored.push_back(value); }},
    {"error-shape", "SHAPE", "plain, or drake: {\"error\":true,\"message\":…,\"code\":…} below 8192 bytes", "plain", false,
     set_shape},
}};

}  // namespace

std::span<const RouteOption> route_option_table() {
    return kRouteTable;
}

endpoints::OwnRoute make_route(const RouteSpec& spec) {
    const auto fail = [&spec](const std::string& what) -> endpoints::OwnRoute {
        throw std::invalid_argument(std::string(spec.is_form ? "form " : "route ") + show_value(spec.name) + " " + what);
    };
    if (spec.path.empty()) return fail("has no path");
    auto path = schema::PathTemplate::parse(spec.path);
    if (!path) return fail("has the path " + show_value(spec.path) + ": " + path.error().message);
    const auto last = spec.method.rfind('/');
    if (last == std::string::npos || last == 0 || last + 1 == spec.method.size())
        return fail("has the method " + show_value(spec.method) + "; it takes Service/method or upstream/Service/method");
    const std::string owner = spec.method.substr(0, last);
    const auto slash = owner.find('/');
    if (spec.is_form && !spec.terms.body.empty()) return fail("has body, which a form does not: its parts are the fields");
    endpoints::BindingTerms terms = spec.terms;
    terms.is_form = spec.is_form;
    return {spec.name,
            !spec.verb.empty() ? spec.verb
            : spec.is_form     ? "POST"
                               : "GET",
            *std::move(path),
            slash == std::string::npos ? "" : owner.substr(0, slash),
            slash == std::string::npos ? owner : owner.substr(slash + 1),
            spec.method.substr(last + 1),
            std::move(terms)};
}

std::vector<endpoints::OwnRoute> make_own_routes(std::span<const RouteSpec> specs) {
    const auto shown = [](const RouteSpec& spec) {
        return std::string(spec.is_form ? "form " : "route ") + show_value(spec.name);
    };
    std::vector<endpoints::OwnRoute> routes;
    for (const auto& spec : specs) {
        auto route = make_route(spec);
        for (std::size_t i = 0; i < routes.size(); ++i) {
            if (routes[i].verb != route.verb || !routes[i].path.is_rival_of(route.path)) continue;
            throw std::invalid_argument(shown(specs[i]) + " and " + shown(spec) + " fit the same requests, " + route.verb + " " +
                                        show_value(routes[i].path.text()) +
                                        (routes[i].path == route.path ? "" : " and " + show_value(route.path.text())) +
                                        "; one of them needs another path or verb");
        }
        routes.push_back(std::move(route));
    }
    return routes;
}

}  // namespace octane::app
