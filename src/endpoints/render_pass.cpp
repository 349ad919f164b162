#include "endpoints/render_pass.hpp"

#include <google/protobuf/descriptor.h>

#include <charconv>
#include <string>
#include <system_error>
#include <vector>

#include "base/nearest.hpp"

namespace octane::endpoints {
namespace {

constexpr std::string_view kPrefix = "RENDER_PASS_";

std::string_view without_prefix(std::string_view name) {
    const bool has_prefix = base::equals_ignoring_case(name.substr(0, kPrefix.size()), kPrefix);
    return has_prefix ? name.substr(kPrefix.size()) : name;
}

}  // namespace

base::Result<std::int32_t> find_render_pass(std::string_view word, const schema::Schema& schema) {
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error == std::errc() && end == word.data() + word.size()) return number;
    std::vector<std::string_view> known;
    if (const auto* passes = schema.pool().FindEnumTypeByName("octaneapi.RenderPassId")) {
        for (int i = 0; i < passes->value_count(); ++i) {
            const std::string_view name = without_prefix(passes->value(i)->name());
            if (base::equals_ignoring_case(name, without_prefix(word))) return passes->value(i)->number();
            known.push_back(name);
        }
    }
    const auto hint = base::did_you_mean(base::nearest_names(without_prefix(word), known));
    return base::make_error(base::ErrorCode::bad_query, "?pass= is '" + std::string(word.substr(0, 40)) +
                                                            "'; it takes a render pass by number or by name, such as 0, BEAUTY "
                                                            "or RENDER_PASS_DIFFUSE" +
                                                            hint);
}

}  // namespace octane::endpoints
