#include "livelink/release_aliases.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "livelink/builtin_schemas.hpp"

namespace octane::livelink {
namespace {

std::vector<schema::MethodAlias> aliases(std::size_t release, const char* service) {
    const auto& schema = *builtin_schemas()[release];
    return release_aliases(schema)(*schema.find_service(service).value());
}

std::vector<std::string> methods(std::size_t release, const char* service, const std::string& alias) {
    const auto all = aliases(release, service);
    const auto found = std::ranges::find(all, alias, &schema::MethodAlias::name);
    return found == all.end() ? std::vector<std::string>() : found->methods;
}

using Names = std::vector<std::string>;

TEST_CASE("a service has the names that other releases give its methods, each with the methods it stands for") {
    CHECK(methods(0, "ApiItem", "getValueByAttrID") == Names{"getByAttrID"});
    CHECK(methods(1, "ApiItem", "getByAttrID") == Names{"getValueByAttrID"});
    CHECK(aliases(1, "ApiItem").size() == 6);
    CHECK(aliases(1, "ApiNode").size() == 108);
    CHECK(methods(1, "ApiNode", "getPinFloat21") == Names{"getPinValueByName"});
    CHECK(aliases(0, "ApiNode").size() == 6);
    CHECK(methods(0, "ApiNode", "getPinValueByIx").size() == 12);
    CHECK(methods(0, "ApiNode", "getPinValueByIx").front() == "getPinValueIx");
    CHECK(methods(1, "ApiGaussianSplatting", "ApiGaussianSplatCloudNode/create") == Names{"create"});
    CHECK(aliases(1, "ApiInfo").empty());
}

}  // namespace
}  // namespace octane::livelink
