#include "random_schema.hpp"

#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <stdexcept>
#include <string>

#include "oracle.hpp"

namespace octane::wire::test {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptorProto;

constexpr std::array kScalars = {Field::TYPE_INT32,    Field::TYPE_INT64,    Field::TYPE_UINT32,  Field::TYPE_UINT64,
                                 Field::TYPE_SINT32,   Field::TYPE_SINT64,   Field::TYPE_FIXED32, Field::TYPE_FIXED64,
                                 Field::TYPE_SFIXED32, Field::TYPE_SFIXED64, Field::TYPE_FLOAT,   Field::TYPE_DOUBLE,
                                 Field::TYPE_BOOL,     Field::TYPE_STRING,   Field::TYPE_BYTES};
constexpr std::array kKeys = {Field::TYPE_INT32,    Field::TYPE_INT64,    Field::TYPE_UINT32,  Field::TYPE_UINT64,
                              Field::TYPE_SINT32,   Field::TYPE_SINT64,   Field::TYPE_FIXED32, Field::TYPE_FIXED64,
                              Field::TYPE_SFIXED32, Field::TYPE_SFIXED64, Field::TYPE_BOOL,    Field::TYPE_STRING};
constexpr std::array kWellKnown = {"Timestamp",  "Duration",    "FieldMask",   "Struct",      "Value",      "ListValue",
                                   "Any",        "Empty",       "DoubleValue", "FloatValue",  "Int64Value", "UInt64Value",
                                   "Int32Value", "UInt32Value", "BoolValue",   "StringValue", "BytesValue"};
constexpr std::array kFiles = {"any", "duration", "empty", "field_mask", "struct", "timestamp", "wrappers"};
// Each gets a number behind it, which keeps names and JSON names apart.
constexpr std::array kNames = {"plain", "snake_case_name", "_leading", "double__under", "mixedCase", "UPPER_CASE",
                               "class", "default",         "a_1_b",    "Capital_",      "null",      "true"};

class SchemaMaker {
  public:
    SchemaMaker(unsigned seed, Syntax syntax) : random_(seed), is_proto2_(syntax == Syntax::proto2) {
        file_.set_name("random.proto");
        file_.set_package("r");
        file_.set_syntax(is_proto2_ ? "proto2" : "proto3");
        for (const char* name : kFiles) file_.add_dependency(std::string("google/protobuf/") + name + ".proto");
        add_enum();
        const int count = 2 + static_cast<int>(random_() % 4);
        for (int i = 0; i < count; ++i) names_.push_back("M" + std::to_string(i));
        for (const std::string& name : names_) add_message(name);
        if (is_proto2_) add_extensions();
    }
    [[nodiscard]] const pb::FileDescriptorProto& file() const { return file_; }

  private:
    bool one_in(unsigned times) { return random_() % times == 0; }

    void add_enum() {
        pb::EnumDescriptorProto& type = *file_.add_enum_type();
        type.set_name("Kind");
        type.mutable_options()->set_allow_alias(true);
        int place = 0;
        for (const int number : {0, 1, 1, 7, -3, 2147483647}) {
            pb::EnumValueDescriptorProto& value = *type.add_value();
            value.set_name("KIND_" + std::to_string(place++));
            value.set_number(number);
        }
    }

    void add_message(const std::string& name) {
        pb::DescriptorProto& message = *file_.add_message_type();
        message.set_name(name);
        if (one_in(2)) {  // a type of its own, nested in it
            pb::DescriptorProto& inner = *message.add_nested_type();
            inner.set_name("Inner");
            add_scalar(inner, 1);
            add_field(inner, 2);
        }
        for (int count = 1 + static_cast<int>(random_() % 9); count > 0; --count) add_field(message, free_number(message));
        if (one_in(2)) add_one_of(message);
        if (!is_proto2_ && one_in(2)) add_optional(message);
        if (is_proto2_) {
            auto& range = *message.add_extension_range();
            range.set_start(1000);
            range.set_end(2000);
        }
    }

    // Numbers do not rise with the declaration, and take one to five bytes as tags.
    int free_number(const pb::DescriptorProto& message) {
        constexpr std::array kFar = {2047, 2048, 300000, 536870911};
        while (true) {
            const int number = one_in(8) ? kFar[random_() % kFar.size()] : 3 + static_cast<int>(random_() % 37);
            if (std::ranges::none_of(message.field(), [number](const Field& field) { return field.number() == number; }))
                return number;
        }
    }

    Field& add_named(pb::DescriptorProto& message, int number) {
        Field& field = *message.add_field();
        field.set_name(kNames[random_() % kNames.size()] + std::to_string(message.field_size()));
        field.set_number(number);
        field.set_label(Field::LABEL_OPTIONAL);
        if (one_in(6)) field.set_json_name("own name " + std::to_string(message.field_size()));
        return field;
    }

    void set_scalar(Field& field) {
        if (one_in(8)) {
            field.set_type(Field::TYPE_ENUM);
            field.set_type_name(".r.Kind");
        } else {
            field.set_type(kScalars[random_() % kScalars.size()]);
        }
    }

    void set_type(Field& field, const pb::DescriptorProto& message) {
        const auto choice = random_() % 10;
        if (choice < 5) return set_scalar(field);
        field.set_type(Field::TYPE_MESSAGE);
        if (choice < 7)
            field.set_type_name(".r." + names_[random_() % names_.size()]);
        else if (choice == 7 && message.nested_type_size() > 0 && message.nested_type(0).name() == "Inner")
            field.set_type_name(".r." + message.name() + ".Inner");
        else
            field.set_type_name(std::string(".google.protobuf.") + kWellKnown[random_() % kWellKnown.size()]);
    }

    void add_scalar(pb::DescriptorProto& message, int number) { set_scalar(add_named(message, number)); }

    void add_field(pb::DescriptorProto& message, int number) {
        if (one_in(5)) return add_map(message, number);
        if (is_proto2_ && one_in(6)) return add_group(message, number);
        Field& field = add_named(message, number);
        set_type(field, message);
        const bool is_single_scalar = field.type() != Field::TYPE_MESSAGE;
        if (one_in(3)) {
            field.set_label(Field::LABEL_REPEATED);
            const bool is_packable =
                field.type() != Field::TYPE_MESSAGE && field.type() != Field::TYPE_STRING && field.type() != Field::TYPE_BYTES;
            if (is_packable && one_in(2)) field.mutable_options()->set_packed(one_in(2));
        } else if (is_proto2_ && is_single_scalar && one_in(4)) {
            field.set_label(Field::LABEL_REQUIRED);
        } else if (is_proto2_ && is_single_scalar && field.type() != Field::TYPE_ENUM && field.type() != Field::TYPE_BOOL &&
                   one_in(2)) {
            field.set_default_value("5");
        }
    }

    void add_map(pb::DescriptorProto& message, int number) {
        Field& field = add_named(message, number);
        field.set_type(Field::TYPE_MESSAGE);
        field.set_label(Field::LABEL_REPEATED);
        pb::DescriptorProto& entry = *message.add_nested_type();
        entry.set_name(entry_name(field.name()));
        entry.mutable_options()->set_map_entry(true);
        Field& key = *entry.add_field();
        key.set_name("key");
        key.set_number(1);
        key.set_label(Field::LABEL_OPTIONAL);
        key.set_type(kKeys[random_() % kKeys.size()]);
        Field& value = *entry.add_field();
        value.set_name("value");
        value.set_number(2);
        value.set_label(Field::LABEL_OPTIONAL);
        set_type(value, pb::DescriptorProto());
        const std::string outer =
            message.name() == "Inner" ? file_.message_type(file_.message_type_size() - 1).name() + ".Inner" : message.name();
        field.set_type_name(".r." + outer + "." + entry.name());
    }

    // As protoc names the type of a map's entries.
    static std::string entry_name(const std::string& field) {
        std::string name;
        bool is_raised = true;
        for (const char c : field) {
            if (c != '_') name += is_raised ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
            is_raised = c == '_';
        }
        return name + "Entry";
    }

    void add_group(pb::DescriptorProto& message, int number) {
        if (message.name() == "Inner") return add_scalar(message, number);
        const std::string name = "Group" + std::to_string(message.field_size());
        pb::DescriptorProto& group = *message.add_nested_type();
        group.set_name(name);
        add_scalar(group, 1);
        add_scalar(group, 2);
        Field& field = *message.add_field();
        field.set_name("group" + std::to_string(message.field_size() - 1));
        field.set_number(number);
        field.set_label(one_in(2) ? Field::LABEL_REPEATED : Field::LABEL_OPTIONAL);
        field.set_type(Field::TYPE_GROUP);
        field.set_type_name(".r." + message.name() + "." + name);
    }

    void add_one_of(pb::DescriptorProto& message) {
        const int index = message.oneof_decl_size();
        message.add_oneof_decl()->set_name("choice" + std::to_string(index));
        for (int count = 2 + static_cast<int>(random_() % 3); count > 0; --count) {
            Field& field = add_named(message, free_number(message));
            set_type(field, message);
            field.set_oneof_index(index);
        }
        if (one_in(2)) {
            Field& field = add_named(message, free_number(message));
            field.set_type(Field::TYPE_ENUM);
            field.set_type_name(".google.protobuf.NullValue");
            field.set_oneof_index(index);
        }
    }

    // proto3's own way to say that absence counts: a one-of of one member.
    void add_optional(pb::DescriptorProto& message) {
        Field& field = add_named(message, free_number(message));
        set_scalar(field);
        field.set_proto3_optional(true);
        field.set_oneof_index(message.oneof_decl_size());
        message.add_oneof_decl()->set_name("X" + field.name());
    }

    void add_extensions() {
        for (const std::string& name : names_) {
            for (int number = 1000 + static_cast<int>(random_() % 3); number < 1003; ++number) {
                Field& field = *file_.add_extension();
                field.set_name("ext_" + name + std::to_string(number));
                field.set_number(number);
                field.set_label(one_in(3) ? Field::LABEL_REPEATED : Field::LABEL_OPTIONAL);
                field.set_extendee(".r." + name);
                set_type(field, pb::DescriptorProto());
            }
        }
    }

    std::mt19937 random_;
    const bool is_proto2_;
    pb::FileDescriptorProto file_;
    std::vector<std::string> names_;
};

}  // namespace

RandomSchema::RandomSchema(unsigned seed, Syntax syntax) : pool_(&everyday().pool()) {
    const SchemaMaker maker(seed, syntax);
    const pb::FileDescriptor* file = pool_.BuildFile(maker.file());
    if (file == nullptr) throw std::runtime_error("the random schema does not compile: " + maker.file().ShortDebugString());
    for (int i = 0; i < file->message_type_count(); ++i) messages_.push_back(file->message_type(i));
}

}  // namespace octane::wire::test
