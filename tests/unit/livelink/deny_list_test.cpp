#include "livelink/deny_list.hpp"
#include "livelink/builtin_schemas.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "wire/writer.hpp"

namespace octane::livelink {
namespace {

const std::string* reason(const DenyList& list, const char* service, const char* method, const schema::Schema& schema) {
    const auto found = schema.find_method(service, method);
    REQUIRE(found);
    return list.reason(**found);
}

// In all built-in releases alike.
bool is_denied(const DenyList& list, const char* service, const char* method) {
    std::size_t denied = 0;
    for (const auto& schema : livelink::builtin_schemas()) {
        if (reason(list, service, method, *schema) != nullptr) ++denied;
    }
    const bool is_same_everywhere = denied == 0 || denied == livelink::builtin_schemas().size();
    CHECK(is_same_everywhere);
    return denied > 0;
}

DenyList make(const std::vector<std::string>& deny, const std::vector<std::string>& allow = {}) {
    return {deny, allow, livelink::builtin_schemas()};
}

struct Known {
    const char* service;
    const char* method;
};
// What is known to crash the renderer, and the method that reads any file of its machine.
constexpr Known kKnown[] = {{"LiveLink", "GetFile"},
                            {"ApiImageComponent", "create"},
                            {"ApiGeometryExporter", "create"},
                            {"ApiRenderEngine", "asyncTonemapBufferType"},
                            {"ApiMaterialXGlobal", "getAllMxNodeCategories"}};

TEST_CASE("without any option the dangerous methods are refused, each with its reason and the way to let it through") {
    const DenyList list = make({});
    for (const auto& known : kKnown) {
        CAPTURE(known.method);
        for (const auto& schema : livelink::builtin_schemas()) {
            const auto* const why = reason(list, known.service, known.method, *schema);
            REQUIRE(why != nullptr);
            CHECK(why->find(std::string(known.service) + "/" + known.method) != std::string::npos);
            CHECK(why->find(" refused: ") != std::string::npos);
            CHECK(why->find("--allow " + std::string(known.service) + "/" + known.method) != std::string::npos);
        }
    }
}

TEST_CASE("without any option nothing else is refused") {
    const DenyList list = make({});
    for (const auto& schema : livelink::builtin_schemas()) {
        std::size_t refused = 0;
        for (const auto* service : schema->services()) {
            for (int i = 0; i < service->method_count(); ++i) {
                const auto method = schema->find_method(service->full_name(), service->method(i)->name());
                REQUIRE(method);
                if (list.reason(**method) != nullptr) ++refused;
            }
        }
        CHECK(refused == std::size(kKnown));
    }
}

TEST_CASE("a refused method is refused under each of its names, in any case") {
    const DenyList list = make({});
    for (const char* service :
         {"LiveLink", "LiveLinkService", "livelinkapi.LiveLink", "livelinkapi.LiveLinkService", "livelink"}) {
        CAPTURE(service);
        CHECK(is_denied(list, service, "GetFile"));
    }
    CHECK(is_denied(list, "LiveLink", "getfile"));
}

TEST_CASE("--allow lets a method of the built-in list through, and only that one") {
    const DenyList list = make({}, {"LiveLink/GetFile"});
    CHECK_FALSE(is_denied(list, "LiveLink", "GetFile"));
    CHECK(is_denied(list, "ApiImageComponent", "create"));
}

TEST_CASE("a pattern fits a service in its short and in its full form, with and without Service") {
    for (const char* pattern :
         {"LiveLink/GetFile", "LiveLinkService/GetFile", "livelinkapi.LiveLink/GetFile", "livelinkapi.LiveLinkService/GetFile",
          "LiveLink/*", "*/GetFile", "*", "LiveLink*/Get*", "livelinkapi.*", "**/**"}) {
        CAPTURE(pattern);
        CHECK_FALSE(is_denied(make({}, {pattern}), "LiveLink", "GetFile"));
    }
    for (const char* pattern : {"LiveLink", "GetFile", "LiveLink/", "LiveLink/Get", "LiveLink/GetFiles", "iveLink/GetFile",
                                "*.LiveLink", "", "ApiItem/*"}) {
        CAPTURE(pattern);
        CHECK(is_denied(make({}, {pattern}), "LiveLink", "GetFile"));
    }
}

TEST_CASE("--deny refuses further methods and says which pattern did it") {
    const DenyList list = make({"ApiProjectManager/*", "*/destroy*"});
    CHECK(is_denied(list, "ApiProjectManager", "resetProject"));
    CHECK(is_denied(list, "ApiItem", "destroy"));
    CHECK_FALSE(is_denied(list, "ApiItem", "name"));
    const auto* const why = reason(list, "ApiItem", "destroy", *livelink::builtin_schemas().back());
    REQUIRE(why != nullptr);
    CHECK(why->find("ApiItem/destroy") != std::string::npos);
    CHECK(why->find("--deny") != std::string::npos);
    CHECK(why->find("(*/destroy*)") != std::string::npos);
}

TEST_CASE("--deny wins over --allow, for the built-in list too") {
    CHECK(is_denied(make({"ApiItem/name"}, {"ApiItem/name", "*"}), "ApiItem", "name"));
    CHECK(is_denied(make({"LiveLink/*"}, {"LiveLink/GetFile"}), "LiveLink", "GetFile"));
}

TEST_CASE("a star in the middle takes as much as it must") {
    const DenyList list = make({"Api*Engine/get*Statistics"});
    CHECK(is_denied(list, "ApiRenderEngine", "getRenderStatistics"));
    CHECK_FALSE(is_denied(list, "ApiRenderEngine", "grabRenderResult"));
}

TEST_CASE("node types that kill Octane are refused to nodeInfo, the deprecated ones too, unless --allow says otherwise") {
    const auto& schema = *livelink::builtin_schemas().back();
    const auto method = schema.find_method("ApiInfo", "nodeInfo");
    REQUIRE(method);
    const DenyList list = make({});
    for (const std::uint64_t type : {0, 7, 116, 408, 40000, 50000, 50106, 50107, 50108, 50136, 50137}) {
        CAPTURE(type);
        const auto why = list.reason(**method, type);
        REQUIRE(why);
        CHECK(why->find("--allow ApiInfo/nodeInfo") != std::string::npos);
    }
    CHECK(list.judged_argument(**method) == 1);
    CHECK_FALSE(list.reason(**method, 17));
    CHECK_FALSE(make({}, {"ApiInfo/nodeInfo"}).reason(**method, 116));
    CHECK_FALSE(is_denied(list, "ApiInfo", "nodeInfo"));
    const auto other = schema.find_method("ApiInfo", "octaneName");
    REQUIRE(other);
    CHECK_FALSE(list.reason(**other, 116));
}

}  // namespace
}  // namespace octane::livelink
