#include "livelink/reference_types.hpp"
#include "livelink/builtin_schemas.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "schema/describe.hpp"

namespace octane::livelink {
namespace {

using google::protobuf::FieldDescriptor;

const FieldDescriptor& member(std::size_t release, const std::string& name) {
    const auto* found = livelink::builtin_schemas()[release]->pool().FindFieldByName(name);
    REQUIRE_MESSAGE(found != nullptr, name);
    return *found;
}

std::vector<std::vector<std::string>> read_table(const std::string& release, const std::string& table) {
    std::ifstream file(std::string(OCTANE_SOURCE_DIR) + "/tools/schema/octane-api/" + release + "/" + table + ".csv");
    REQUIRE(file.is_open());
    std::vector<std::vector<std::string>> rows;
    std::string line;
    for (std::getline(file, line); std::getline(file, line);) {
        std::vector<std::string> cells;
        std::istringstream in(line + ',');
        for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
        rows.push_back(cells);
    }
    return rows;
}

// From the tables alone: message and name of each member of a request, at any depth, that is a reference or a list of references.
std::set<std::string> reference_members(const std::string& release) {
    std::map<std::string, std::vector<std::pair<std::string, std::string>>> messages;
    for (const auto& row : read_table(release, "messages")) messages[row[1]].emplace_back(row[2], row[5]);
    std::vector<std::string> waiting;
    for (const auto& row : read_table(release, "methods")) waiting.push_back(row[3]);
    std::set<std::string> seen;
    std::set<std::string> found;
    while (!waiting.empty()) {
        const std::string message = waiting.back();
        waiting.pop_back();
        if (!seen.insert(message).second) continue;
        for (const auto& [name, type] : messages[message]) {
            if (type == "octaneapi.ObjectRef" || type == "octaneapi.ObjectRefArrayT")
                found.insert(message + "." + name);
            else
                waiting.push_back(type);
        }
    }
    return found;
}

TEST_CASE("every reference in every request of both releases has a kind, and nothing else has") {
    for (std::size_t release = 0; release < 2; ++release) {
        const auto& schema = *livelink::builtin_schemas()[release];
        CAPTURE(schema.name());
        const ReferenceTypes types(schema);
        const auto members = reference_members(schema.name());
        CHECK(members.size() > 1000);
        CHECK(types.size() == members.size());
        for (const auto& name : members) CHECK_MESSAGE(types.find(member(release, name), nullptr) != nullptr, name);
    }
}

TEST_CASE("a method's own object is of the kind that its service is named after") {
    for (std::size_t release = 0; release < 2; ++release) {
        const auto& schema = *livelink::builtin_schemas()[release];
        const ReferenceTypes types(schema);
        int checked = 0;
        for (const auto* service : schema.services()) {
            for (int i = 0; i < service->method_count(); ++i) {
                const auto* request = service->method(i)->input_type();
                const auto* own = request->FindFieldByName("objectPtr");
                if (own == nullptr) own = request->FindFieldByName("item_ref");
                if (own == nullptr || service->name() == "ApiNodePinInfoExService") continue;
                const auto* implied = types.find(*own, nullptr);
                REQUIRE(implied != nullptr);
                CHECK(implied->absent->enum_type()->FindValueByNumber(implied->value)->name() + "Service" == service->name());
                ++checked;
            }
        }
        CHECK(checked > 800);
    }
}

TEST_CASE("what clients leave out means what they mean by it") {
    for (std::size_t release = 0; release < 2; ++release) {
        const ReferenceTypes types(*livelink::builtin_schemas()[release]);
        const auto kind = [&](const std::string& name) { return types.find(member(release, name), nullptr)->value; };
        CHECK(kind("octaneapi.ApiRenderEngine.setRenderTargetNodeRequest.targetNode") == 17);
        CHECK(kind("octaneapi.ApiNode.createRequest.ownerGraph") == 20);
        CHECK(kind("octaneapi.ApiLocalDB.ApiLocalDB_Package.loadPackageRequest.destinationGraph") == 20);
        CHECK(kind("octaneapi.ApiLocalDB.ApiLocalDB_Package.loadPackageRequest.objectPtr") == 54);
        CHECK(kind("octaneapi.ApiNodePinInfoEx.GetNodePinInfoRequest.nodePinInfoRef") == 44);
        CHECK(kind("octaneapi.ApiNodeGraph.groupItemsRequest.items") == 16);
        CHECK(types.find(member(release, "octaneapi.ObjectRefArrayT.data"), nullptr) == nullptr);
        const auto& items = member(release, "octaneapi.ApiNodeGraph.groupItemsRequest.items");
        CHECK(types.find(member(release, "octaneapi.ObjectRefArrayT.data"), &items)->value == 16);
    }
}

TEST_CASE("templates show the kind that each reference means") {
    const auto& schema = *livelink::builtin_schemas().back();
    const ReferenceTypes types(schema);
    const auto* service = schema.find_service("ApiNode").value();
    const auto shown = nlohmann::json::parse(schema::describe_service(schema, *service, types.enum_defaults()));
    int checked = 0;
    for (const auto& method : shown.at("methods")) {
        const auto& request = method.at("template");
        if (request.contains("ownerGraph")) CHECK(request.at("ownerGraph").at("type") == "ApiNodeGraph");
        if (!request.contains("objectPtr")) continue;
        CHECK(request.at("objectPtr") == nlohmann::json{{"handle", "0"}, {"type", "ApiNode"}});
        ++checked;
    }
    CHECK(checked > 50);
}

}  // namespace
}  // namespace octane::livelink
