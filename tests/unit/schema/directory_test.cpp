#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include "folders.hpp"
#include "livelink/builtin_schemas.hpp"
#include "schema/read_candidates.hpp"
#include "schema/schema.hpp"

namespace octane::schema::tests {
namespace {

using Problems = std::vector<std::string>;

std::shared_ptr<const Schema> load(const Folder& folder) {
    auto schema = Schema::from_directory("mine", folder.path());
    REQUIRE_MESSAGE(schema.has_value(), (schema ? "" : schema.error().message));
    return *std::move(schema);
}

std::vector<std::string> service_names(const Schema& schema) {
    std::vector<std::string> names;
    for (const auto* service : schema.services()) names.push_back(service->full_name());
    return names;
}

std::string error_of(const std::filesystem::path& directory) {
    const auto schema = Schema::from_directory("mine", directory);
    REQUIRE_FALSE(schema.has_value());
    return schema.error().message;
}

// A message M<suffix> and a service that passes it.
std::string unit(const std::string& suffix) {
    return "message M" + suffix + " {}\nservice S" + suffix + " { rpc call (M" + suffix + ") returns (M" + suffix + "); }\n";
}

}  // namespace

TEST_CASE("A directory's files may import one another in any order and lie in folders") {
    const Folder folder;
    folder.write_proto("a.proto", "import \"deep/er/z.proto\";\n" + unit("A"));
    folder.write_proto("deep/er/z.proto", unit("Z"));
    folder.write("notes.txt", "not a schema");
    const auto schema = load(folder);
    CHECK(schema->name() == "mine");
    CHECK(schema->problems() == Problems{});
    CHECK(service_names(*schema) == std::vector<std::string>{"p.SA", "p.SZ"});
    CHECK(schema->pool().FindFileByName("deep/er/z.proto") != nullptr);
}

TEST_CASE("Of two files that define the same message the first by name stays, and the other is named with its dependants") {
    const Folder folder;
    folder.write_proto("d_independent.proto", unit("D"));
    folder.write_proto("c_importer.proto", "import \"b.proto\";\n" + unit("C"));
    folder.write_proto("b.proto", "message MA {}\n" + unit("B"));
    folder.write_proto("a.proto", unit("A"));
    const auto schema = load(folder);
    CHECK(service_names(*schema) == std::vector<std::string>{"p.SA", "p.SD"});
    CHECK(schema->problems() == Problems{"b.proto left out: \"p.MA\" is already defined in file \"a.proto\".",
                                         "c_importer.proto left out: it depends on b.proto, which was left out."});
    CHECK(schema->pool().FindMessageTypeByName("p.MB") == nullptr);
}

TEST_CASE("A file with a syntax error is left out with the place of the error") {
    const Folder folder;
    folder.write_proto("bad.proto", "message M { string a = 1, }\n");
    folder.write_proto("good.proto", unit("G"));
    const auto schema = load(folder);
    CHECK(service_names(*schema) == std::vector<std::string>{"p.SG"});
    CHECK(schema->problems() == Problems{"bad.proto left out: line 3, column 25: Expected \";\"."});
}

TEST_CASE("A file with several errors of meaning is left out with the first and the number of the others") {
    const Folder folder;
    folder.write_proto("bad.proto", "message M { Gone a = 1; Gone b = 2; Gone c = 3; }\n");
    folder.write_proto("good.proto", unit("G"));
    CHECK(load(folder)->problems() == Problems{"bad.proto left out: \"Gone\" is not defined (and 2 more errors)."});
}

TEST_CASE("A file whose import is missing is left out, and so is what depends on it") {
    const Folder folder;
    folder.write_proto("a.proto", "import \"gone.proto\";\n" + unit("A"));
    folder.write_proto("b.proto", "import \"a.proto\";\n" + unit("B"));
    folder.write_proto("c.proto", unit("C"));
    const auto schema = load(folder);
    CHECK(service_names(*schema) == std::vector<std::string>{"p.SC"});
    CHECK(schema->problems() == Problems{"a.proto left out: it imports gone.proto, which is not there.",
                                         "b.proto left out: it depends on a.proto, which was left out."});
}

TEST_CASE("Files that import one another in a circle are left out") {
    const Folder folder;
    folder.write_proto("a.proto", "import \"b.proto\";\n" + unit("A"));
    folder.write_proto("b.proto", "import \"a.proto\";\n" + unit("B"));
    folder.write_proto("c.proto", unit("C"));
    folder.write_proto("self.proto", "import \"self.proto\";\n" + unit("Self"));
    CHECK(load(folder)->problems() == Problems{"a.proto left out: it depends on b.proto, which was left out.",
                                               "b.proto left out: it imports a.proto, which imports it in turn.",
                                               "self.proto left out: it imports self.proto, which imports it in turn."});
}

TEST_CASE("A chain of imports may be long, but not endless") {
    const auto chain = [](int length) {
        const Folder folder;
        folder.write_proto("alone.proto", unit("Alone"));
        for (int i = 0; i < length; ++i) {
            const auto name = [](int number) { return "f" + std::to_string(10'000 + number) + ".proto"; };
            const std::string import = i + 1 < length ? "import \"" + name(i + 1) + "\";\n" : "";
            folder.write_proto(name(i), import + unit(std::to_string(i)));
        }
        return load(folder);
    };
    CHECK(chain(256)->problems() == Problems{});
    const auto longer = chain(257);
    REQUIRE(longer->problems().size() == 257);
    CHECK(longer->problems().back() == "f10256.proto left out: it is reached through more than 256 imports in a row.");
}

TEST_CASE("The well-known types are there when the directory does not bring them") {
    const Folder folder;
    folder.write_proto("a.proto",
                       "import \"google/protobuf/empty.proto\";\nimport \"google/protobuf/type.proto\";\n"
                       "import \"google/protobuf/struct.proto\";\nimport \"google/protobuf/descriptor.proto\";\n"
                       "service S { rpc call (google.protobuf.Empty) returns (google.protobuf.Type); }\n");
    const auto schema = load(folder);
    CHECK(schema->problems() == Problems{});
    CHECK(service_names(*schema) == std::vector<std::string>{"p.S"});
    CHECK(schema->pool().FindMessageTypeByName("google.protobuf.Any") != nullptr);
}

TEST_CASE("A directory's own well-known types are used, unless they are broken") {
    const Folder folder;
    folder.write("google/protobuf/empty.proto",
                 "syntax = \"proto3\";\npackage google.protobuf;\nmessage Empty { int32 own = 1; }\n");
    folder.write("google/protobuf/duration.proto", "syntax = \"proto9\";\n");
    folder.write_proto("a.proto",
                       "import \"google/protobuf/empty.proto\";\nimport \"google/protobuf/duration.proto\";\n"
                       "service S { rpc call (google.protobuf.Empty) returns (google.protobuf.Duration); }\n");
    const auto schema = load(folder);
    REQUIRE(schema->problems().size() == 1);
    CHECK(schema->problems().front().starts_with("google/protobuf/duration.proto left out: line 1, column 10: "));
    const auto method = schema->find_method("S", "call");
    REQUIRE(method.has_value());
    CHECK(method.value()->request->field_count() == 1);
    CHECK(method.value()->response->field_count() == 2);
}

TEST_CASE("A byte order mark at the head of a file does no harm") {
    const Folder folder;
    folder.write("a.proto", "\xEF\xBB\xBFsyntax = \"proto3\";\npackage p;\n" + unit("A"));
    CHECK(load(folder)->problems() == Problems{});
}

TEST_CASE("A file that cannot be read and one that is too large are left out") {
    const Folder folder;
    folder.write_proto("good.proto", unit("G"));
    std::filesystem::create_symlink(folder.path() / "nowhere", folder.path() / "dangling.proto");
    folder.write("large.proto", std::string((std::size_t{16} << 20U) + 1, ' '));
    folder.write("largest.proto", "syntax = \"proto3\";" + std::string((std::size_t{16} << 20U) - 18, ' '));
    CHECK(load(folder)->problems() ==
          Problems{"dangling.proto left out: it cannot be read.", "large.proto left out: it is larger than 16 MiB."});
}

TEST_CASE("A directory of which nothing loads is an error that says why and holds no path") {
    const Folder folder;
    CHECK(error_of(folder.path() / "gone") == "the directory cannot be listed: No such file or directory");
    CHECK(error_of(folder.path()) == "the directory holds no .proto file");
    folder.write("a.proto", "nonsense");
    const auto message = error_of(folder.path());
    CHECK(message.starts_with("no file of the schema can be loaded; the first: a.proto left out: line 1, column 1: "));
    CHECK(message.find(folder.path().string()) == std::string::npos);
}

TEST_CASE("A directory with more proto files than the bound is refused") {
    const Folder folder;
    for (const auto* name : {"a.proto", "b.proto", "deep/c.proto"}) folder.write_proto(name, "");
    folder.write("d.txt", "");
    const auto all = read_directory(folder.path(), 3);
    REQUIRE(all.has_value());
    CHECK(all.value().size() == 3);
    const auto too_many = read_directory(folder.path(), 2);
    REQUIRE_FALSE(too_many.has_value());
    CHECK(too_many.error().message == "the directory holds more than 2 .proto files");
}

TEST_CASE("The folders of the built-in releases load as directories with the same services") {
    for (const auto& builtin : livelink::builtin_schemas()) {
        const auto directory = std::string(OCTANE_SOURCE_DIR) + "/proto/octane/" + builtin->name();
        const auto schema = Schema::from_directory(builtin->name(), directory);
        REQUIRE(schema.has_value());
        CHECK(schema.value()->problems() == Problems{});
        CHECK(service_names(*schema.value()) == service_names(*builtin));
    }
}

TEST_CASE("Several directories are one schema, and of two files with one name that of the earlier directory counts") {
    const Folder first;
    const Folder second;
    first.write_proto("a.proto", unit("A"));
    first.write_proto("both.proto", unit("First"));
    second.write_proto("b.proto", "import \"a.proto\";\n" + unit("B"));
    second.write_proto("both.proto", unit("Second"));
    const auto schema = Schema::from_directories("mine", {first.path(), second.path()});
    REQUIRE(schema.has_value());
    CHECK(service_names(**schema) == std::vector<std::string>{"p.SA", "p.SB", "p.SFirst"});
    CHECK(schema.value()->problems() == Problems{"both.proto left out: a different file of this name comes before it."});
    const auto twice = Schema::from_directories("mine", {first.path(), first.path()});
    REQUIRE(twice.has_value());
    CHECK(twice.value()->problems() == Problems{});
    CHECK_FALSE(Schema::from_directories("mine", {first.path(), first.path() / "none"}).has_value());
}

TEST_CASE("A file in an edition is left out with a sentence that speaks of editions") {
    const Folder folder;
    folder.write("new.proto", "// newer than most\nedition = \"2023\";\npackage p;\nmessage N {}\n");
    folder.write_proto("good.proto", unit("G"));
    folder.write("word.proto", "edition\n");
    const auto problems = load(folder)->problems();
    REQUIRE(problems.size() == 2);
    CHECK(problems[0].starts_with("new.proto left out: it is written in a protobuf edition"));
    CHECK(problems[0].find("syntax = \"proto3\"") != std::string::npos);
    CHECK(problems[1].find("edition, which") == std::string::npos);
}

TEST_CASE("What is read of a file takes no more memory than the same file in a descriptor set") {
    const Folder folder;
    std::string body;
    for (int i = 0; i < 200; ++i)
        body += "// A comment that lies before message " + std::to_string(i) + "\nmessage M" + std::to_string(i) +
                " { int32 a = 1; string b = 2; }\n";
    folder.write_proto("a.proto", body);
    const auto parsed = read_directory(folder.path());
    REQUIRE(parsed.has_value());
    google::protobuf::FileDescriptorSet set;
    *set.add_file() = parsed->front().contents;
    const auto read = read_descriptor_set(set.SerializeAsString());
    REQUIRE(read.has_value());
    CHECK(parsed->front().contents.SpaceUsedLong() <= read->front().contents.SpaceUsedLong() * 5 / 4);
}

}  // namespace octane::schema::tests
