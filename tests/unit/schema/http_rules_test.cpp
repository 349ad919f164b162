#include "schema/http_rules.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/unknown_field_set.h>

#include <random>

#include "folders.hpp"
#include "schema/google_files.hpp"

namespace octane::schema::tests {
namespace {

namespace pb = google::protobuf;
using Lines = std::vector<std::string>;

// What is read of a schema, as text that outlives it.
struct ShownRules {
    Lines bindings;  // "GET /v1/{name} * -> book = p.S.M", without what is not there
    Lines problems;
};

ShownRules rules_of(const Schema& schema) {
    auto read = read_http_bindings(schema);
    ShownRules shown;
    for (const auto& [verb, path, body, response_body, method] : read.bindings) {
        std::string line = verb + " " + path.text();
        if (!body.empty()) line += " " + body;
        if (!response_body.empty()) line += " -> " + response_body;
        shown.bindings.push_back(line + " = " + method->descriptor->full_name());
    }
    shown.problems = std::move(read.problems);
    return shown;
}

constexpr const char* kMessages = R"(
message Book { string title = 1; bytes data = 2; repeated string tags = 3; }
message Wish {
  string name = 1; int64 number = 2; Book book = 3; repeated Book more = 4; map<string, string> labels = 5; Color color = 6;
  oneof choice { bool first = 7; Book second = 8; }
}
message Answer { Book book = 1; repeated Book books = 2; string text = 3; }
enum Color { RED = 0; }
)";

// One file with the given methods of a service S, each "name: options".
std::string service_with(const std::vector<std::pair<std::string, std::string>>& methods) {
    std::string text = "import \"google/api/annotations.proto\";\n" + std::string(kMessages) + "service S {\n";
    for (const auto& [name, options] : methods) text += "rpc " + name + " (Wish) returns (Answer) { " + options + " }\n";
    return text + "}\n";
}

std::shared_ptr<const Schema> schema_with(const std::vector<std::pair<std::string, std::string>>& methods) {
    const Folder folder;
    folder.write_proto("s.proto", service_with(methods));
    return load_whole(folder);
}

// The rule as in the file: "get: '/v1/x'".
std::string rule(const std::string& text) {
    return "option (google.api.http) = { " + text + " };";
}

std::string only_problem(const std::string& text) {
    const auto read = rules_of(*schema_with({{"M", rule(text)}}));
    CHECK(read.bindings.empty());
    REQUIRE(read.problems.size() == 1);
    return read.problems.front();
}

std::shared_ptr<const Schema> from_set(const pb::FileDescriptorSet& set) {
    auto schema = Schema::from_descriptor_set("mine", set.SerializeAsString());
    REQUIRE(schema.has_value());
    REQUIRE(schema.value()->problems() == Lines{});
    return *std::move(schema);
}

void add_copy(pb::FileDescriptorSet& set, const Schema& schema, const std::string& name) {
    schema.pool().FindFileByName(name)->CopyTo(set.add_file());
}

// A file whose one method has the bytes as its rule, and neither import nor compiler.
std::shared_ptr<const Schema> with_rule_bytes(const std::string& bytes) {
    pb::FileDescriptorSet set;
    add_copy(set, *schema_with({{"M", ""}}), "s.proto");
    auto& file = *set.mutable_file(0);
    file.clear_dependency();
    auto& options = *file.mutable_service(0)->mutable_method(0)->mutable_options();
    options.mutable_unknown_fields()->AddLengthDelimited(kHttpRuleExtension, bytes);
    return from_set(set);
}

const Lines kAllVerbs = {
    "GET /v1/{name=shelves/*}/books/{number} = p.S.Get",
    "PUT /v1/{name} book -> book = p.S.Put",
    "POST /v1/{name}:publish * = p.S.Post",
    "POST /v2/{book.title}/x more = p.S.Post",
    "GET /v3 -> books = p.S.Post",
    "DELETE /v1/{color} = p.S.Delete",
    "PATCH /v1/{first} second = p.S.Patch",
    "HEAD /v1/{name} = p.S.Custom",
    "* /v4/** * = p.S.Custom",
};

std::shared_ptr<const Schema> schema_with_all_verbs() {
    return schema_with({
        {"Plain", ""},
        {"Get", rule("get: '/v1/{name=shelves/*}/books/{number}'")},
        {"Put", rule("put: '/v1/{name}' body: 'book' response_body: 'book'")},
        {"Post", rule("post: '/v1/{name}:publish' body: '*' additional_bindings { post: '/v2/{book.title}/x' body: 'more' } "
                      "additional_bindings { get: '/v3' response_body: 'books' }")},
        {"Delete", rule("delete: '/v1/{color}'")},
        {"Patch", rule("patch: '/v1/{first}' body: 'second'")},
        {"Custom", rule("custom { kind: 'HEAD' path: '/v1/{name}' } "
                        "additional_bindings { custom { kind: '*' path: '/v4/**' } body: '*' }")},
    });
}

}  // namespace

TEST_CASE("Every kind of rule is read from a file that imports the annotations and does not bring them") {
    const auto schema = schema_with_all_verbs();
    const auto read = read_http_bindings(*schema);
    CHECK(rules_of(*schema).bindings == kAllVerbs);
    CHECK(read.problems == Lines{});
    REQUIRE(read.bindings.size() == kAllVerbs.size());
    for (const auto& binding : read.bindings) CHECK(binding.method == schema->lookup("p.S", binding.method->descriptor->name()));
    CHECK(schema->services().size() == 1);
}

TEST_CASE("The same rules are read from a descriptor set, whether the annotations are in it, are not, or are not even imported") {
    const auto original = schema_with_all_verbs();
    pb::FileDescriptorSet alone;
    add_copy(alone, *original, "s.proto");
    CHECK(rules_of(*from_set(alone)).bindings == kAllVerbs);

    pb::FileDescriptorSet whole;
    for (const char* name :
         {"google/protobuf/descriptor.proto", "google/api/http.proto", "google/api/annotations.proto", "s.proto"})
        add_copy(whole, *original, name);
    CHECK(rules_of(*from_set(whole)).bindings == kAllVerbs);

    alone.mutable_file(0)->clear_dependency();
    const auto schema = from_set(alone);
    CHECK(schema->pool().FindFileByName("google/api/annotations.proto") == nullptr);
    CHECK(rules_of(*schema).bindings == kAllVerbs);
}

TEST_CASE("A rule may be written in several options, which add to one another") {
    const auto schema = schema_with({{"M",
                                      "option (google.api.http).post = '/v1/{name}'; option (google.api.http).body = 'book';"
                                      "option (google.api.http).response_body = 'text';"
                                      "option (google.api.http).additional_bindings = { get: '/v2' };"}});
    CHECK(rules_of(*schema).bindings == Lines{"POST /v1/{name} book -> text = p.S.M", "GET /v2 = p.S.M"});
}

TEST_CASE("A schema without annotations has no bindings") {
    const Folder folder;
    folder.write_proto("s.proto",
                       std::string(kMessages) + "service S { rpc M (Wish) returns (Answer) { option deprecated = true; } }");
    const auto read = rules_of(*load_whole(folder));
    CHECK(read.bindings.empty());
    CHECK(read.problems.empty());
    CHECK(rules_of(*Schema::empty("none")).bindings.empty());
}

TEST_CASE("A schema's own files of google/api are used, unless they are broken or lacking") {
    const std::string http = "syntax = \"proto3\"; package google.api; message HttpRule { string get = 2; string own = 99; }";
    const std::string annotations =
        "syntax = \"proto3\"; package google.api; import \"google/api/http.proto\"; import \"google/protobuf/descriptor.proto\";"
        "extend google.protobuf.MethodOptions { HttpRule http = 72295728; }";
    const auto check_own = [](const Schema& schema, bool is_own) {
        const auto* type = schema.pool().FindMessageTypeByName("google.api.HttpRule");
        REQUIRE(type != nullptr);
        CHECK((type->FindFieldByName("own") != nullptr) == is_own);
        CHECK(rules_of(schema).bindings == Lines{"GET /v1 = p.S.M"});
    };
    const Folder folder;
    folder.write_proto("s.proto", service_with({{"M", rule("get: '/v1'")}}));
    folder.write("google/api/http.proto", http);
    check_own(*load_whole(folder), true);
    folder.write("google/api/annotations.proto", annotations);
    check_own(*load_whole(folder), true);
    folder.write("google/api/http.proto", "syntax = \"proto9\";");
    const auto schema = Schema::from_directory("mine", folder.path());
    REQUIRE(schema.has_value());
    CHECK((*schema)->problems().size() == 1);
    check_own(**schema, false);
}

TEST_CASE("The supplied files have the published names and numbers, and offer no services") {
    const Folder folder;
    folder.write_proto(
        "s.proto",
        "import \"google/api/httpbody.proto\"; import \"google/api/http.proto\"; import \"google/rpc/status.proto\";"
        "import \"google/rpc/code.proto\"; import \"google/rpc/error_details.proto\";"
        "service S { rpc M (google.api.HttpBody) returns (stream google.api.HttpBody); }");
    const auto schema = load_whole(folder);
    CHECK(schema->services().size() == 1);
    const auto fields = [&](const char* name) {
        const auto* type = schema->pool().FindMessageTypeByName(name);
        REQUIRE(type != nullptr);
        std::string all;
        for (int i = 0; i < type->field_count(); ++i) {
            const auto& field = *type->field(i);
            all += std::string(i == 0 ? "" : " ") + field.name() + "=" + std::to_string(field.number());
            if (field.is_repeated()) all += "[]";
        }
        return all;
    };
    CHECK(fields("google.api.HttpBody") == "content_type=1 data=2 extensions=3[]");
    CHECK(fields("google.api.HttpRule") ==
          "selector=1 get=2 put=3 post=4 delete=5 patch=6 custom=8 body=7 response_body=12 additional_bindings=11[]");
    CHECK(fields("google.api.CustomHttpPattern") == "kind=1 path=2");
    CHECK(fields("google.api.Http") == "rules=1[] fully_decode_reserved_expansion=2");
    CHECK(fields("google.rpc.Status") == "code=1 message=2 details=3[]");
    CHECK(fields("google.rpc.BadRequest") == "field_violations=1[]");
    CHECK(fields("google.rpc.BadRequest.FieldViolation") == "field=1 description=2 reason=3 localized_message=4");
    CHECK(fields("google.rpc.ErrorInfo") == "reason=1 domain=2 metadata=3[]");
    CHECK(fields("google.rpc.RetryInfo") == "retry_delay=1");
    CHECK(schema->pool().FindEnumTypeByName("google.rpc.Code")->value_count() == 17);
    CHECK(google_file("google/api/client.proto") == nullptr);
    CHECK(google_file("") == nullptr);
    CHECK(google_file("google/api/http.proto")->name() == "google/api/http.proto");
}

TEST_CASE("Services that are only imported have no bindings") {
    const Folder own;
    own.write_proto("s.proto", "import \"other.proto\"; message M { N n = 1; } service S { rpc m (M) returns (M); }");
    const Folder imports;
    imports.write_proto("other.proto",
                        "import \"google/api/annotations.proto\"; message N {}"
                        "service T { rpc m (N) returns (N) { option (google.api.http) = { get: '/v1' }; } }");
    const auto schema = Schema::from_directories("mine", {own.path()}, {imports.path()});
    REQUIRE(schema.has_value());
    CHECK((*schema)->problems() == Lines{});
    CHECK(rules_of(**schema).bindings.empty());
}

TEST_CASE("A rule that makes no sense is left out with a sentence that names it, its method and the reason") {
    const auto check = [](const std::string& text, const std::string& rule_name, const std::string& reason) {
        CAPTURE(text);
        CHECK(only_problem(text) == "The HTTP rule" + rule_name + " of p.S.M is left out: " + reason + ".");
    };
    check("get: 'v1'", " \"GET v1\"", "the path template does not begin with a slash");
    check("get: '/v1/{name'", " \"GET /v1/{name\"", "the path template has a brace that is not closed");
    check("get: ''", " \"GET \"", "the path template does not begin with a slash");
    check("body: '*'", "", "it has neither a verb nor a path");
    check("selector: 'p.S.M'", "", "it has neither a verb nor a path");
    check("custom { kind: 'A B' path: '/v1' }", " \"A B /v1\"", "its verb \"A B\" is none");
    check("custom { path: '/v1' }", " \" /v1\"", "its verb \"\" is none");
    check("get: '/v1/{gone}'", " \"GET /v1/{gone}\"", "its variable \"gone\" is no field: p.Wish has none of that name");
    check("get: '/v1/{book.gone}'", " \"GET /v1/{book.gone}\"",
          "its variable \"book.gone\" is no field: p.Book has none of that name");
    check("get: '/v1/{name.x}'", " \"GET /v1/{name.x}\"",
          "its variable \"name.x\" goes on after p.Wish.name, which is no message");
    check("get: '/v1/{book}'", " \"GET /v1/{book}\"", "its variable \"book\" is a message; a path holds single values");
    check("get: '/v1/{book.tags}'", " \"GET /v1/{book.tags}\"",
          "its variable \"book.tags\" leads to a list, p.Book.tags, which no path can hold");
    check("get: '/v1/{more.title}'", " \"GET /v1/{more.title}\"",
          "its variable \"more.title\" leads to a list, p.Wish.more, which no path can hold");
    check("get: '/v1/{labels}'", " \"GET /v1/{labels}\"",
          "its variable \"labels\" leads to a list, p.Wish.labels, which no path can hold");
    check("get: '/v1/{choice}'", " \"GET /v1/{choice}\"", "its variable \"choice\" is no field: p.Wish has none of that name");
    check("post: '/v1' body: 'gone'", " \"POST /v1\"", "its body \"gone\" is no field: p.Wish has none of that name");
    check("post: '/v1' body: 'book.title'", " \"POST /v1\"", "its body \"book.title\" is no field: p.Wish has none of that name");
    check("post: '/v1/{name}' body: 'name'", " \"POST /v1/{name}\"", "its body \"name\" is a variable of its path already");
    check("get: '/v1' body: '*'", " \"GET /v1\"", "it has the body \"*\", which GET cannot send");
    check("custom { kind: 'HEAD' path: '/v1' } body: 'book'", " \"HEAD /v1\"",
          "it has the body \"book\", which HEAD cannot send");
    check("get: '/v1' response_body: 'gone'", " \"GET /v1\"",
          "its response_body \"gone\" is no field: p.Answer has none of that name");
    check("get: '/v1' response_body: '*'", " \"GET /v1\"", "its response_body \"*\" is no field: p.Answer has none of that name");
}

TEST_CASE("What is wrong with one rule of a method costs the others nothing") {
    const auto read = rules_of(*schema_with({
        {"M", rule("get: '/v1/{gone}' additional_bindings { get: '/v2' } additional_bindings { body: '*' } "
                   "additional_bindings { get: '/v3' additional_bindings { get: '/v4' } }")},
        {"N", rule("get: '/v5'")},
    }));
    CHECK(read.bindings == Lines{"GET /v2 = p.S.M", "GET /v3 = p.S.M", "GET /v5 = p.S.N"});
    CHECK(
        read.problems ==
        Lines{"The HTTP rule \"GET /v1/{gone}\" of p.S.M is left out: its variable \"gone\" is no field: p.Wish has none of that "
              "name.",
              "The HTTP rule of p.S.M is left out: it has neither a verb nor a path.",
              "The HTTP rule inside \"GET /v3\" of p.S.M is left out: it is an additional binding of what is one itself."});
}

TEST_CASE("Rules that are no message, or hold what no file can, do no harm") {
    CHECK(rules_of(*with_rule_bytes("\x12\xFF")).problems == Lines{"The HTTP rule of p.S.M is left out: it cannot be read."});
    CHECK(rules_of(*with_rule_bytes("\x42\x02\x0A\xFF")).problems ==
          Lines{"The HTTP rule of p.S.M is left out: it cannot be read."});
    CHECK(rules_of(*with_rule_bytes("")).problems == Lines{});
    const auto odd = rules_of(*with_rule_bytes(std::string("\x12\x06/\n\xC3\x1b[m", 8)));
    CHECK(odd.problems ==
          Lines{"The HTTP rule \"GET / ??[m\" of p.S.M is left out: the path template has a character that no path "
                "has in \" ??[m\"."});
    std::mt19937 random(5);
    for (int round = 0; round < 300; ++round) {
        std::string bytes = "\x12\x03/v1\x3A\x01*\x5A\x05\x12\x03/v2\x42\x06\x0A\x01X\x12\x01/";
        for (auto flips = 1 + random() % 3; flips > 0; --flips) bytes[random() % bytes.size()] = static_cast<char>(random());
        const auto read = rules_of(*with_rule_bytes(bytes));
        CHECK(read.bindings.size() + read.problems.size() <= 4);
    }
}

TEST_CASE("An option of the annotations' number that is no message is no rule") {
    pb::FileDescriptorSet set;
    add_copy(set, *schema_with({{"M", ""}}), "s.proto");
    auto& options = *set.mutable_file(0)->mutable_service(0)->mutable_method(0)->mutable_options();
    options.mutable_unknown_fields()->AddVarint(kHttpRuleExtension, 5);
    options.mutable_unknown_fields()->AddLengthDelimited(kHttpRuleExtension + 1, "\x12\x03/v1");
    const auto read = rules_of(*from_set(set));
    CHECK(read.bindings.empty());
    CHECK(read.problems.empty());
}

TEST_CASE("Rules at random come back as they were written, whatever the order of their fields") {
    std::mt19937 random(3);
    for (int round = 0; round < 100; ++round) {
        const std::pair<int, const char*> verbs[] = {{2, "GET"}, {3, "PUT"}, {4, "POST"}, {5, "DELETE"}, {6, "PATCH"}};
        const auto& [number, verb] = verbs[random() % 5];
        const std::string path = std::string("/v") + std::to_string(random() % 1000) + (random() % 2 == 0 ? "/{name}" : "/*:x");
        const bool has_body = number != 2 && random() % 2 == 0;
        std::vector<std::pair<int, std::string>> parts = {{number, path}, {12, "text"}, {1, "selected"}};
        if (has_body) parts.emplace_back(7, "book");
        std::shuffle(parts.begin(), parts.end(), random);
        pb::UnknownFieldSet fields;
        for (const auto& [part, value] : parts) fields.AddLengthDelimited(part, value);
        std::string bytes;
        REQUIRE(fields.SerializeToString(&bytes));
        const auto read = rules_of(*with_rule_bytes(bytes));
        CHECK(read.bindings == Lines{std::string(verb) + " " + path + (has_body ? " book" : "") + " -> text = p.S.M"});
    }
}

}  // namespace octane::schema::tests
