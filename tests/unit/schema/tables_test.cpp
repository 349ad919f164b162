#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "livelink/builtin_schemas.hpp"
#include "livelink/embedded.hpp"
#include "schema/schema.hpp"
#include "tables.hpp"

namespace octane::schema::tests {
namespace {

namespace pb = google::protobuf;

std::string_view embedded(const std::string& release) {
    return release == "alpha5" ? livelink::embedded_alpha5() : livelink::embedded_beta2();
}

// All files of a release but the well-known ones, sorted by name, as the loaded pool has them.
std::vector<const pb::FileDescriptor*> files_of(const Schema& schema) {
    pb::FileDescriptorSet set;
    const auto bytes = embedded(schema.name());
    REQUIRE(set.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    std::vector<std::string> names;
    for (const auto& file : set.file()) {
        if (!file.name().starts_with("google/protobuf/")) names.push_back(file.name());
    }
    std::sort(names.begin(), names.end());
    std::vector<const pb::FileDescriptor*> files;
    for (const auto& name : names) {
        files.push_back(schema.pool().FindFileByName(name));
        REQUIRE(files.back() != nullptr);
    }
    return files;
}

std::string type_of(const pb::FieldDescriptor& field) {
    if (field.message_type() != nullptr) return field.message_type()->full_name();
    if (field.enum_type() != nullptr) return field.enum_type()->full_name();
    return field.type_name();
}

std::string label_of(const pb::FieldDescriptor& field) {
    if (field.is_map()) return "map";
    if (field.is_required()) return "required";
    if (field.is_repeated()) return field.is_packable() && !field.is_packed() ? "unpacked" : "repeated";
    return field.has_optional_keyword() ? "proto3_optional" : "optional";
}

void add_message(const pb::Descriptor& message, std::vector<Row>& rows) {
    const std::string& file = message.file()->name();
    if (message.field_count() == 0) rows.push_back({file, message.full_name(), "", "", "", "", ""});
    for (int i = 0; i < message.field_count(); ++i) {
        const auto& field = *message.field(i);
        const auto* one_of = field.real_containing_oneof();
        rows.push_back({file, message.full_name(), field.name(), std::to_string(field.number()), label_of(field), type_of(field),
                        one_of == nullptr ? "" : one_of->name()});
    }
    for (int i = 0; i < message.nested_type_count(); ++i) add_message(*message.nested_type(i), rows);
}

void add_enum(const pb::EnumDescriptor& type, std::vector<Row>& rows) {
    for (int i = 0; i < type.value_count(); ++i) {
        rows.push_back({type.file()->name(), type.full_name(), type.value(i)->name(), std::to_string(type.value(i)->number()),
                        type.options().allow_alias() ? "true" : "false"});
    }
}

void add_nested_enums(const pb::Descriptor& message, std::vector<Row>& rows) {
    for (int i = 0; i < message.enum_type_count(); ++i) add_enum(*message.enum_type(i), rows);
    for (int i = 0; i < message.nested_type_count(); ++i) add_nested_enums(*message.nested_type(i), rows);
}

std::vector<Row> file_rows(const Schema& schema) {
    std::vector<Row> rows;
    for (const auto* file : files_of(schema)) {
        std::string imports;
        for (int i = 0; i < file->dependency_count(); ++i) imports += (i > 0 ? ";" : "") + file->dependency(i)->name();
        rows.push_back({file->name(), file->package(), imports});
    }
    return rows;
}

std::vector<Row> message_rows(const Schema& schema) {
    std::vector<Row> rows;
    for (const auto* file : files_of(schema)) {
        for (int i = 0; i < file->message_type_count(); ++i) add_message(*file->message_type(i), rows);
    }
    return rows;
}

std::vector<Row> enum_rows(const Schema& schema) {
    std::vector<Row> rows;
    for (const auto* file : files_of(schema)) {
        for (int i = 0; i < file->enum_type_count(); ++i) add_enum(*file->enum_type(i), rows);
        for (int i = 0; i < file->message_type_count(); ++i) add_nested_enums(*file->message_type(i), rows);
    }
    return rows;
}

std::vector<Row> method_rows(const Schema& schema) {
    std::vector<Row> rows;
    for (const auto* file : files_of(schema)) {
        for (int i = 0; i < file->service_count(); ++i) {
            const auto& service = *file->service(i);
            CHECK_MESSAGE(service.method_count() > 0, "a service without methods cannot be in the tables: ", service.full_name());
            for (int j = 0; j < service.method_count(); ++j) {
                const auto& method = *service.method(j);
                rows.push_back({file->name(), service.full_name(), method.name(), method.input_type()->full_name(),
                                method.output_type()->full_name(), method.client_streaming() ? "true" : "false",
                                method.server_streaming() ? "true" : "false"});
            }
        }
    }
    return rows;
}

// Whether enums stand in front of or behind the messages that follow them is not kept by descriptors, so enums are compared
// sorted by file and name, with their values in order.
std::vector<Row> by_file_and_name(std::vector<Row> rows) {
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Row& left, const Row& right) { return std::tie(left[0], left[1]) < std::tie(right[0], right[1]); });
    return rows;
}

}  // namespace

TEST_CASE("The built-in releases are alpha5 and beta2, and nothing of them is left out") {
    REQUIRE(livelink::builtin_schemas().size() == 2);
    CHECK(livelink::builtin_schemas()[0]->name() == "alpha5");
    CHECK(livelink::builtin_schemas()[1]->name() == "beta2");
    for (const auto& schema : livelink::builtin_schemas()) CHECK(schema->problems().empty());
}

TEST_CASE("The files of each built-in release are those of the table, with the same package and imports") {
    for (const auto& schema : livelink::builtin_schemas()) {
        CHECK(first_difference(read_table(schema->name(), "files"), file_rows(*schema)) == "");
        for (const auto* file : files_of(*schema)) CHECK(file->syntax() == pb::FileDescriptor::SYNTAX_PROTO3);
    }
}

TEST_CASE("The messages of each built-in release are those of the table, field by field") {
    for (const auto& schema : livelink::builtin_schemas()) {
        CHECK(first_difference(read_table(schema->name(), "messages"), message_rows(*schema)) == "");
    }
}

TEST_CASE("The enums of each built-in release are those of the table, value by value") {
    for (const auto& schema : livelink::builtin_schemas()) {
        CHECK(first_difference(by_file_and_name(read_table(schema->name(), "enums")), by_file_and_name(enum_rows(*schema))) ==
              "");
    }
}

TEST_CASE("The methods of each built-in release are those of the table, with types and streaming") {
    for (const auto& schema : livelink::builtin_schemas()) {
        CHECK(first_difference(read_table(schema->name(), "methods"), method_rows(*schema)) == "");
    }
}

TEST_CASE("The services of each built-in release are those of the table, sorted by full name") {
    for (const auto& schema : livelink::builtin_schemas()) {
        std::set<std::string> expected;
        for (const auto& row : read_table(schema->name(), "methods")) expected.insert(row[1]);
        std::vector<std::string> actual;
        for (const auto* service : schema->services()) actual.push_back(service->full_name());
        CHECK(actual == std::vector<std::string>(expected.begin(), expected.end()));
        CHECK(actual.size() == 105);
    }
}

TEST_CASE("The comparison of tables notices a changed, a missing and an additional row") {
    const std::vector<Row> rows = {{"a", "1"}, {"b", "2"}};
    CHECK(first_difference(rows, rows) == "");
    CHECK(first_difference(rows, {{"a", "1"}, {"b", "3"}}) == "row 3: expected b,2, found b,3");
    CHECK(first_difference(rows, {{"a", "1"}}) == "row 3: expected b,2, found no row");
    CHECK(first_difference({{"a", "1"}}, rows) == "row 3: expected no row, found b,2");
}

}  // namespace octane::schema::tests
