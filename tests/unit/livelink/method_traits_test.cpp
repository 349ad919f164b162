#include "livelink/method_traits.hpp"
#include "livelink/builtin_schemas.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include <cstring>
#include <string>
#include <string_view>

#include "messages.hpp"
#include "schema/schema.hpp"
#include "unit/schema/folders.hpp"

namespace octane::livelink {
namespace {

using tests::alpha5;
using tests::beta2;

MethodTraits traits_of(const schema::Schema& schema, std::string_view service, std::string_view method) {
    const auto found = schema.find_method(service, method);
    REQUIRE(found);
    return describe_method(**found);
}

TEST_CASE("names that ask are reads") {
    for (const char* name : {"getValueByAttrID", "isGraph", "hasAttr", "canRender", "pinCount", "attrCount", "name", "pinNameIx",
                             "pinInfo1", "outType", "octaneVersion", "GetCamera", "connectedNodeIx", "getPinValueByPinID"}) {
        CAPTURE(name);
        CHECK(is_read_name(name));
    }
}

TEST_CASE("names that change something, or may, are edits") {
    for (const char* name : {"setName",
                             "create",
                             "destroy",
                             "connectTo",
                             "update",
                             "grabRenderResult",
                             "releaseRenderResult",
                             "loadProject",
                             "SetCamera",
                             "issue",
                             "getaway",
                             "hash",
                             "canvas",
                             "setSampleCount",
                             "clearCount",
                             "get",
                             "names",
                             "sleep",
                             "delete",
                             "newRenderTask",
                             "fetchOrCreateInstance",
                             "copyFrom2",
                             "browseForDirectory",
                             "Count",
                             ""}) {
        CAPTURE(name);
        CHECK_FALSE(is_read_name(name));
    }
}

TEST_CASE("no method of either release whose name begins with a verb that changes things counts as a read") {
    for (const auto& schema : livelink::builtin_schemas()) {
        for (const auto* service : schema->services()) {
            for (int i = 0; i < service->method_count(); ++i) {
                const std::string name = service->method(i)->name();
                CAPTURE(name);
                for (const char* verb :
                     {"set", "Set", "create", "destroy", "delete", "add", "remove", "clear", "load", "save", "connect1",
                      "disconnect", "reset", "update", "start", "stop", "grab", "release", "copy"}) {
                    const std::string_view rest = name.starts_with(verb) ? std::string_view(name).substr(std::strlen(verb)) : "x";
                    const bool is_verb = rest.empty() || (rest.front() >= 'A' && rest.front() <= 'Z');
                    if (is_verb) CHECK_FALSE(is_read_name(name));
                }
            }
        }
    }
}

TEST_CASE("the object that a method belongs to is known by field 1 and its name") {
    CHECK(traits_of(beta2(), "ApiItem", "name").instance == "objectPtr");
    CHECK(traits_of(beta2(), "ApiItem", "getValueByAttrID").instance == "item_ref");
    CHECK(traits_of(beta2(), "ApiNodePinInfoEx", "getApiNodePinInfo").instance == "nodePinInfoRef");
    // Where null means something.
    CHECK(traits_of(beta2(), "ApiRenderEngine", "setRenderTargetNode").instance.empty());
    CHECK(traits_of(beta2(), "ApiInfo", "octaneVersion").instance.empty());
    CHECK(traits_of(beta2(), "ApiNode", "connectTo1").instance == "objectPtr");  // its source is another field
}

TEST_CASE("methods that deal in handles are those with an object in request or answer, however deep") {
    CHECK(traits_of(beta2(), "ApiItem", "name").deals_in_handles);
    CHECK(traits_of(beta2(), "ApiProjectManager", "rootNodeGraph").deals_in_handles);
    CHECK(traits_of(beta2(), "ApiRenderEngine", "setRenderTargetNode").deals_in_handles);
    CHECK_FALSE(traits_of(beta2(), "ApiInfo", "octaneVersion").deals_in_handles);
    CHECK_FALSE(traits_of(beta2(), "ApiChangeManager", "update").deals_in_handles);
}

TEST_CASE("loading and resetting a project void handles, and reset knows suppressUI where the release has it") {
    for (const auto* schema : {&alpha5(), &beta2()}) {
        CHECK(traits_of(*schema, "ApiProjectManager", "loadProject").voids_handles);
        CHECK(traits_of(*schema, "ApiProjectManager", "resetProject").voids_handles);
        CHECK_FALSE(traits_of(*schema, "ApiProjectManager", "saveProject").voids_handles);
    }
    CHECK(traits_of(beta2(), "ApiProjectManager", "resetProject").suppress_ui == 1);
    CHECK(traits_of(alpha5(), "ApiProjectManager", "resetProject").suppress_ui == 0);
}

TEST_CASE("of services that are not Octane's own nothing is known by names: only NO_SIDE_EFFECTS makes a read") {
    const schema::tests::Folder folder;
    folder.write("jobs.proto", R"(syntax = "proto3";
        package farm;
        message ObjectRef { uint64 handle = 1; }
        message Job { ObjectRef objectPtr = 1; }
        message Answer { bool result = 1; bool success = 2; }
        service JobsService {
          rpc getNext(Job) returns (Answer);
          rpc isTaken(Job) returns (Answer);
          rpc nextCount(Job) returns (Answer);
          rpc name(Job) returns (Answer);
          rpc SetCamera(Job) returns (Answer);
          rpc resetProject(Job) returns (Answer);
          rpc connectedNode(Job) returns (Answer);
          rpc take(Job) returns (Answer) { option idempotency_level = NO_SIDE_EFFECTS; }
          rpc put(Job) returns (Answer) { option idempotency_level = IDEMPOTENT; }
        })");
    const auto loaded = schema::Schema::from_directory("farm", folder.path());
    REQUIRE(loaded);
    for (const char* name : {"getNext", "isTaken", "nextCount", "name", "SetCamera", "resetProject", "connectedNode", "put"}) {
        CAPTURE(name);
        const auto traits = traits_of(**loaded, "Jobs", name);
        CHECK_FALSE(traits.is_read);
        CHECK(traits.edit == EditKind::none);
        CHECK(traits.lane == rpc::Lane::ordinary);
        CHECK(traits.instance.empty());
        CHECK_FALSE(traits.deals_in_handles);
        CHECK_FALSE(traits.voids_handles);
        CHECK(traits.success_flag == 0);
        CHECK(traits.empty_object == 0);
    }
    CHECK(traits_of(**loaded, "Jobs", "take").is_read);
}

TEST_CASE("the table knows every method of its schemas") {
    const DenyList deny({"ApiItem/setName"}, {}, livelink::builtin_schemas());
    const MethodTraitsTable table(livelink::builtin_schemas(), deny);
    const auto name = beta2().find_method("ApiItem", "name");
    REQUIRE(name);
    CHECK(table.of(**name).is_read);
    CHECK(table.of(**name).instance == "objectPtr");
    CHECK(table.of(**name).refusal == nullptr);
    const auto refused = beta2().find_method("ApiItem", "setName");
    REQUIRE(refused);
    CHECK(table.of(**refused).refusal != nullptr);
    const auto judged = beta2().find_method("ApiInfo", "nodeInfo");
    REQUIRE(judged);
    CHECK(table.of(**judged).judged_argument == 1);
    const MethodTraitsTable empty({}, deny);
    CHECK_FALSE(empty.of(**name).is_read);
}

}  // namespace
}  // namespace octane::livelink
