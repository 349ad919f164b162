#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include "livelink/embedded.hpp"
#include "schema/read_candidates.hpp"
#include "schema/schema.hpp"

namespace octane::schema::tests {
namespace {

namespace pb = google::protobuf;
using Problems = std::vector<std::string>;

pb::FileDescriptorProto& add_file(pb::FileDescriptorSet& set, const std::string& name, const std::string& message) {
    auto& file = *set.add_file();
    file.set_name(name);
    file.set_package("p");
    file.set_syntax("proto3");
    file.add_message_type()->set_name(message);
    return file;
}

std::string error_of(std::string_view bytes) {
    const auto schema = Schema::from_descriptor_set("mine", bytes);
    REQUIRE_FALSE(schema.has_value());
    return schema.error().message;
}

std::shared_ptr<const Schema> load(const pb::FileDescriptorSet& set) {
    auto schema = Schema::from_descriptor_set("mine", set.SerializeAsString());
    REQUIRE(schema.has_value());
    return *std::move(schema);
}

}  // namespace

TEST_CASE("Bytes that are no descriptor set are refused in one sentence") {
    CHECK(error_of("") == "the descriptor set holds no file");
    CHECK(error_of("this is a text file") == "this is not a descriptor set as protoc --descriptor_set_out writes it");
    CHECK(error_of(std::string(1000, '\xFF')) == "this is not a descriptor set as protoc --descriptor_set_out writes it");
}

TEST_CASE("A descriptor set cut off anywhere is refused or loads a part, and never does more than that") {
    pb::FileDescriptorSet set;
    add_file(set, "a.proto", "A").add_dependency("google/protobuf/empty.proto");
    add_file(set, "b.proto", "B").add_dependency("a.proto");
    const auto bytes = set.SerializeAsString();
    int loaded = 0;
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        const auto schema = Schema::from_descriptor_set("mine", std::string_view(bytes).substr(0, length));
        if (!schema) continue;
        ++loaded;
        CHECK(schema.value()->pool().FindMessageTypeByName("p.A") != nullptr);
        CHECK(schema.value()->pool().FindMessageTypeByName("p.B") == nullptr);
    }
    CHECK(loaded == 1);
}

TEST_CASE("A descriptor set whose bytes are damaged loads or is refused, but does no harm") {
    const auto whole = std::string(livelink::embedded_alpha5());
    for (std::size_t at = 0; at < 2000; at += 101) {
        std::string bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ 0x15);
        const auto schema = Schema::from_descriptor_set("damaged", bytes);
        if (schema) CHECK(schema.value()->services().size() <= 105);
    }
}

TEST_CASE("Files of a set that import what the set lacks are left out") {
    pb::FileDescriptorSet set;
    add_file(set, "a.proto", "A").add_dependency("gone.proto");
    add_file(set, "b.proto", "B").add_dependency("a.proto");
    add_file(set, "c.proto", "C").add_dependency("google/protobuf/empty.proto");
    const auto schema = load(set);
    CHECK(schema->problems() == Problems{"a.proto left out: it imports gone.proto, which is not there.",
                                         "b.proto left out: it depends on a.proto, which was left out."});
    CHECK(schema->pool().FindMessageTypeByName("p.C") != nullptr);
}

TEST_CASE("A set may hold a file twice, but not two of one name") {
    pb::FileDescriptorSet set;
    add_file(set, "a.proto", "A");
    add_file(set, "a.proto", "A");
    CHECK(load(set)->problems() == Problems{});
    add_file(set, "a.proto", "Other");
    CHECK(load(set)->problems() == Problems{"a.proto left out: a different file of this name comes before it."});
}

TEST_CASE("Names in a set that are no names are reported as plain text") {
    pb::FileDescriptorSet set;
    add_file(set, "a.proto", "A");
    add_file(set, "", "B");
    add_file(set, "x\n\x1b[31m.proto", "has space");
    const auto schema = load(set);
    REQUIRE(schema->problems().size() == 2);
    CHECK(schema->problems()[0] == "An unnamed file left out: a file needs a name.");
    CHECK(schema->problems()[1] == "x ?[31m.proto left out: \"has space\" is not a valid identifier.");
}

TEST_CASE("A set of which no file loads is an error with the first reason") {
    pb::FileDescriptorSet set;
    add_file(set, "a.proto", "A").add_dependency("gone.proto");
    CHECK(error_of(set.SerializeAsString()) ==
          "no file of the schema can be loaded; the first: a.proto left out: it imports gone.proto, which is not there.");
}

TEST_CASE("Several descriptor sets are one schema, and of two files with one name the earlier counts") {
    pb::FileDescriptorSet first;
    add_file(first, "a.proto", "A");
    add_file(first, "both.proto", "First");
    pb::FileDescriptorSet second;
    add_file(second, "both.proto", "Second");
    add_file(second, "b.proto", "B").add_dependency("a.proto");
    const std::string one = first.SerializeAsString();
    const std::string other = second.SerializeAsString();
    const auto schema = Schema::from_descriptor_sets("mine", {one, other});
    REQUIRE(schema.has_value());
    for (const char* name : {"p.A", "p.First", "p.B"}) CHECK((*schema)->pool().FindMessageTypeByName(name) != nullptr);
    CHECK((*schema)->problems() == Problems{"both.proto left out: a different file of this name comes before it."});
    CHECK_FALSE(Schema::from_descriptor_sets("mine", {one, "this is a text file"}).has_value());
}

TEST_CASE("A file of an edition in a descriptor set is left out with a sentence that speaks of editions") {
    pb::FileDescriptorSet set;
    add_file(set, "new.proto", "N").set_syntax("editions");
    add_file(set, "good.proto", "G");
    const auto problems = load(set)->problems();
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].starts_with("new.proto left out: it is written in a protobuf edition"));
}

TEST_CASE("Comments and places of a descriptor set are not kept") {
    pb::FileDescriptorSet set;
    auto& file = add_file(set, "a.proto", "A");
    const auto plain = read_descriptor_set(set.SerializeAsString());
    for (int i = 0; i < 1000; ++i) file.mutable_source_code_info()->add_location()->set_leading_comments(std::string(100, 'c'));
    const auto commented = read_descriptor_set(set.SerializeAsString());
    REQUIRE(plain.has_value());
    REQUIRE(commented.has_value());
    CHECK(commented->front().contents.SpaceUsedLong() <= plain->front().contents.SpaceUsedLong() * 2);
}

}  // namespace octane::schema::tests
