#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cctype>

#include "folders.hpp"
#include "livelink/builtin_schemas.hpp"
#include "schema/schema.hpp"
#include "tables.hpp"

namespace octane::schema::tests {
namespace {

std::string cased(std::string text, int (*change)(int)) {
    std::transform(text.begin(), text.end(), text.begin(), [&](unsigned char c) { return static_cast<char>(change(c)); });
    return text;
}

// The four spellings of docs/api.md §2, each as written, in lower and in upper case.
std::vector<std::string> spellings(const std::string& full) {
    const auto without = [](std::string name) { return name.ends_with("Service") ? name.substr(0, name.size() - 7) : name; };
    const std::string simple = full.substr(full.rfind('.') + 1);
    std::vector<std::string> all = {full, without(full), simple, without(simple)};
    for (std::size_t i = 0; i < 4; ++i) {
        all.push_back(cased(all[i], std::tolower));
        all.push_back(cased(all[i], std::toupper));
    }
    return all;
}

std::string in_package(const std::string& package, const std::string& service, const std::string& methods = "") {
    return "syntax = \"proto3\";\npackage " + package + ";\nmessage M {}\nservice " + service + " {" + methods + "}\n";
}

std::string found(const Schema& schema, std::string_view name) {
    const auto service = schema.find_service(name);
    return service ? service.value()->full_name() : service.error().message;
}

base::Error method_error(const Schema& schema, std::string_view service, std::string_view method) {
    const auto result = schema.find_method(service, method);
    REQUIRE_FALSE(result.has_value());
    return result.error();
}

}  // namespace

TEST_CASE("Every service and method of the tables is found under every spelling") {
    for (const auto& schema : livelink::builtin_schemas()) {
        for (const auto& row : read_table(schema->name(), "methods")) {
            for (const auto& service : spellings(row[1])) {
                for (const auto& name : {row[2], cased(row[2], std::tolower), cased(row[2], std::toupper)}) {
                    const auto method = schema->find_method(service, name);
                    REQUIRE_MESSAGE(method.has_value(), service, " ", name);
                    REQUIRE(method.value()->path == "/" + row[1] + "/" + row[2]);
                    REQUIRE(method.value()->descriptor->full_name() == row[1] + "." + row[2]);
                    REQUIRE(method.value()->request->full_name() == row[3]);
                    REQUIRE(method.value()->response->full_name() == row[4]);
                    REQUIRE(method.value()->is_unary == (row[5] == "false" && row[6] == "false"));
                }
            }
        }
    }
}

TEST_CASE("The short name of every built-in service leads back to it") {
    for (const auto& schema : livelink::builtin_schemas()) {
        for (const auto* service : schema->services()) {
            const auto name = schema->short_name(*service);
            CHECK(name.find('.') == std::string::npos);
            CHECK(found(*schema, name) == service->full_name());
        }
    }
    const auto& alpha5 = *livelink::builtin_schemas().front();
    const auto item = alpha5.find_service("ApiItem");
    REQUIRE(item.has_value());
    CHECK(alpha5.short_name(*item.value()) == "ApiItem");
    CHECK(alpha5.find_method("apiitem", "NAME").value()->display == "ApiItem.name");
}

TEST_CASE("A service of any package is found by its short forms") {
    const Folder folder;
    folder.write("a.proto", in_package("some.where", "FooService", "rpc go (M) returns (M);"));
    folder.write("b.proto", "syntax = \"proto3\";\nmessage N {}\nservice Bare { rpc go (N) returns (N); }\nservice Service {}\n");
    const auto schema = load_whole(folder);
    for (const auto& name : {"some.where.FooService", "some.where.Foo", "FooService", "Foo", "SOME.where.foo", "fooservice"}) {
        CHECK(found(*schema, name) == "some.where.FooService");
    }
    CHECK(found(*schema, "bare") == "Bare");
    CHECK(found(*schema, "Service") == "Service");
    CHECK(schema->find_method("Bare", "go").value()->path == "/Bare/go");
}

TEST_CASE("A short name that fits two services is refused with both full names") {
    const Folder folder;
    folder.write("a.proto", in_package("a", "FooService", "rpc go (M) returns (M);"));
    folder.write("b.proto", in_package("b", "FooService"));
    folder.write("c.proto", in_package("c", "Bar"));
    folder.write("d.proto", in_package("c.d", "BarService"));
    const auto schema = load_whole(folder);
    CHECK(found(*schema, "Foo") == "\"Foo\" fits a.FooService and b.FooService; please use a full name");
    CHECK(found(*schema, "fooservice") == "\"fooservice\" fits a.FooService and b.FooService; please use a full name");
    CHECK(found(*schema, "Bar") == "\"Bar\" fits c.Bar and c.d.BarService; please use a full name");
    CHECK(found(*schema, "BarService") == "c.d.BarService");
    CHECK(found(*schema, "a.Foo") == "a.FooService");
    CHECK(method_error(*schema, "Foo", "go").code == base::ErrorCode::service_not_found);
    CHECK(schema->short_name(*schema->find_service("a.Foo").value()) == "a.FooService");
    CHECK(schema->find_method("a.Foo", "go").value()->display == "a.FooService.go");
}

TEST_CASE("A full name is preferred to a short one, and the case as written to any other") {
    const Folder folder;
    folder.write("a.proto", in_package("p", "Foo"));
    folder.write("b.proto", "syntax = \"proto3\";\npackage p;\nservice FooService {}\nservice foo {}\n");
    const auto schema = load_whole(folder);
    CHECK(found(*schema, "p.Foo") == "p.Foo");
    CHECK(found(*schema, "p.foo") == "p.foo");
    CHECK(found(*schema, "foo") == "p.foo");
    CHECK(found(*schema, "p.FooService") == "p.FooService");
    CHECK(found(*schema, "P.FOO") == "\"P.FOO\" fits p.Foo and p.foo; please use a full name");
}

TEST_CASE("Methods that differ only by case are told apart by it") {
    const Folder folder;
    folder.write("a.proto", in_package("p", "Foo", "rpc get (M) returns (M); rpc Get (M) returns (M);"));
    const auto schema = load_whole(folder);
    CHECK(schema->find_method("Foo", "get").value()->path == "/p.Foo/get");
    CHECK(schema->find_method("Foo", "Get").value()->path == "/p.Foo/Get");
    const auto error = method_error(*schema, "Foo", "GET");
    CHECK(error.code == base::ErrorCode::method_not_found);
    CHECK(error.message == "\"GET\" fits these methods of Foo: get, Get; please mind the case");
}

TEST_CASE("A service that does not exist is answered with the nearest names") {
    const auto& schema = *livelink::builtin_schemas().front();
    const auto error = method_error(schema, "ApiItme", "name");
    CHECK(error.code == base::ErrorCode::service_not_found);
    CHECK(error.grpc == base::GrpcStatus::not_found);
    CHECK(error.message.starts_with("The loaded schema has no service \"ApiItme\"; did you mean ApiItem"));
    CHECK(found(schema, "octaneapi.ApiItmService").find("did you mean ApiItem") != std::string::npos);
    CHECK(found(schema, "Qqqqqqqqqqqq") ==
          "The loaded schema has no service \"Qqqqqqqqqqqq\"; GET [/<upstream>]/services lists those that there are");
    CHECK(found(schema, "") == "The loaded schema has no service \"\"; GET [/<upstream>]/services lists those that there are");
}

TEST_CASE("A method that does not exist is answered with the nearest names of its service") {
    const auto& schema = *livelink::builtin_schemas().front();
    const auto error = method_error(schema, "ApiItemService", "nmae");
    CHECK(error.code == base::ErrorCode::method_not_found);
    CHECK(error.message.starts_with("ApiItem has no method \"nmae\"; did you mean name"));
    CHECK(method_error(schema, "ApiItem", "xyzzyplugh").message ==
          "ApiItem has no method \"xyzzyplugh\"; GET /services/ApiItem lists those it has");
    CHECK(method_error(schema, "ApiItem", "").code == base::ErrorCode::method_not_found);
}

TEST_CASE("What was asked for is repeated as plain text of bounded length") {
    const auto& schema = *livelink::builtin_schemas().front();
    CHECK(found(schema, "a\"b\n\xC3\x28") ==
          "The loaded schema has no service \"a\"b ?(\"; GET [/<upstream>]/services lists those that there are");
    CHECK(found(schema, std::string(100'000, 'x')).size() < 300);
    CHECK(method_error(schema, "ApiItem", std::string(100'000, 'x')).message.size() < 320);
}

}  // namespace octane::schema::tests
