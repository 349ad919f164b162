#include "schema/unknown_names.hpp"

#include "base/nearest.hpp"
#include "schema/name_index.hpp"
#include "schema/plain_text.hpp"

namespace octane::schema {

base::Error no_service(std::string_view wanted, const std::vector<std::string_view>& known) {
    const auto brief = without_suffix(wanted);
    const auto hint = base::did_you_mean(base::nearest_names(brief.substr(brief.rfind('.') + 1), known));
    return base::make_error(base::ErrorCode::service_not_found,
                            "The loaded schema has no service \"" + plain_text(wanted) + "\"" +
                                (hint.empty() ? "; GET [/<upstream>]/services lists those that there are" : hint));
}

base::Error no_method(std::string_view wanted, const std::string& service, const std::vector<std::string_view>& known) {
    const auto hint = base::did_you_mean(base::nearest_names(wanted, known));
    return base::make_error(base::ErrorCode::method_not_found,
                            service + " has no method \"" + plain_text(wanted) + "\"" +
                                (hint.empty() ? "; GET /services/" + service + " lists those it has" : hint));
}

}  // namespace octane::schema
