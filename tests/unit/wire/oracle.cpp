#include "oracle.hpp"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>
#include <google/protobuf/wrappers.pb.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace octane::wire::test {
namespace {

namespace pb = google::protobuf;

constexpr char kUrlPrefix[] = "type.googleapis.com";

std::string url_of(const pb::Descriptor& type) {
    return std::string(kUrlPrefix) + "/" + type.full_name();
}

constexpr char kEveryday[] = R"(
syntax = "proto3";
package everyday;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
enum Color { COLOR_RED = 0; COLOR_GREEN = 1; COLOR_BLUE = 5; COLOR_LOW = -7; }
message Point { float x = 1; float y = 2; }
message Ref { uint64 handle = 1; Color type = 2; }
message Scalars {
  int32 i32 = 1; int64 i64 = 2; uint32 u32 = 3; uint64 u64 = 4; sint32 s32 = 5; sint64 s64 = 6; fixed32 f32 = 7; fixed64 f64 = 8;
  sfixed32 sf32 = 9; sfixed64 sf64 = 10; float real = 11; double long_real = 12; bool truth = 13; string text = 14; bytes blob = 15;
  Color color = 16; Point point = 17; optional int32 maybe = 18;
}
message Lists {
  repeated int32 i32 = 1; repeated double reals = 2; repeated string texts = 3; repeated bytes blobs = 4; repeated Point points = 5;
  repeated Color colors = 6; repeated bool truths = 7; repeated fixed32 loose = 8 [packed = false];
}
message Choice {
  Ref item_ref = 1;
  oneof value { bool bool_value = 2; float float_value = 3; string string_value = 4; Point point_value = 5; bytes blob_value = 6; }
  optional uint32 evaluate = 7;
  oneof second { int32 left = 8; int32 right = 9; }
}
message Points { repeated Point data = 1; }
message Numbers { repeated int32 data = 1; }
message Scene { Points points = 1; repeated Numbers rows = 2; Numbers numbers = 3; }
message NodeCall { Ref objectPtr = 1; int32 index = 2; }
message ItemCall { Ref item_ref = 1; int32 index = 2; }
message PinCall { Ref nodePinInfoRef = 1; }
message BothCall { Ref objectPtr = 1; Ref item_ref = 2; }
message Tree { string name = 1; repeated Tree children = 2; Tree left = 3; }
message Maps {
  map<string, int32> counts = 1; map<int32, Point> points = 2; map<bool, string> truths = 3; map<uint64, Color> colors = 4;
}
message Known {
  google.protobuf.Timestamp time = 1; google.protobuf.Duration span = 2; google.protobuf.FieldMask mask = 3;
  google.protobuf.Struct structure = 4; google.protobuf.Value value = 5; google.protobuf.ListValue list = 6;
  google.protobuf.DoubleValue real = 7; google.protobuf.FloatValue short_real = 8; google.protobuf.Int64Value i64 = 9;
  google.protobuf.UInt64Value u64 = 10; google.protobuf.Int32Value i32 = 11; google.protobuf.UInt32Value u32 = 12;
  google.protobuf.BoolValue truth = 13; google.protobuf.StringValue text = 14; google.protobuf.BytesValue blob = 15;
  google.protobuf.Empty nothing = 16; repeated google.protobuf.Value values = 17; repeated google.protobuf.Timestamp times = 18;
}
message Image { Points other = 1; bytes data = 2; repeated bytes chunks = 3; string mime = 4; }
message Images { repeated Image items = 1; Image first = 2; }
message Album { Images renderImages = 1; oneof cover { bytes picture = 2; string title = 3; } }
message Nothing {}
message Parcel { google.protobuf.Any content = 1; repeated google.protobuf.Any more = 2; string note = 3; }
)";

void add_well_known_files() {
    pb::Any::descriptor();
    pb::Duration::descriptor();
    pb::Empty::descriptor();
    pb::FieldMask::descriptor();
    pb::Struct::descriptor();
    pb::Timestamp::descriptor();
    pb::DoubleValue::descriptor();
}

}  // namespace

Oracle::Oracle(const pb::DescriptorPool& pool)
    : pool_(pool), resolver_(pb::util::NewTypeResolverForDescriptorPool(kUrlPrefix, &pool)), factory_(&pool) {}

std::optional<std::string> Oracle::to_wire(const pb::Descriptor& type, const std::string& json) const {
    std::string wire;
    try {
        if (!pb::util::JsonToBinaryString(resolver_.get(), url_of(type), json, &wire).ok()) return std::nullopt;
    } catch (const pb::FatalException&) {  // a failed check of its own, as at an Any with a member too many
        return std::nullopt;
    }
    return wire;
}

std::optional<std::string> Oracle::to_json(const pb::Descriptor& type, const std::string& wire, bool with_defaults,
                                           bool enums_as_numbers) const {
    pb::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    options.always_print_primitive_fields = with_defaults;
    options.always_print_enums_as_ints = enums_as_numbers;
    std::string json;
    if (!pb::util::BinaryToJsonString(resolver_.get(), url_of(type), wire, &json, options).ok()) return std::nullopt;
    return json;
}

std::optional<std::string> Oracle::canonical(const pb::Descriptor& type, std::string_view wire, bool with_unknown) {
    const std::unique_ptr<pb::Message> message(factory_.GetPrototype(&type)->New());
    if (!message->ParsePartialFromArray(wire.data(), static_cast<int>(wire.size()))) return std::nullopt;
    if (!with_unknown) message->DiscardUnknownFields();
    normalize_anys(*message, with_unknown);
    std::string bytes;
    {
        pb::io::StringOutputStream sink(&bytes);
        pb::io::CodedOutputStream coded(&sink);
        coded.SetSerializationDeterministic(true);
        message->SerializePartialToCodedStream(&coded);
    }
    return bytes;
}

// What an Any holds lies in it as bytes, in whatever order they came.
void Oracle::normalize_anys(pb::Message& message, bool with_unknown) {
    const pb::Descriptor& type = *message.GetDescriptor();
    const pb::Reflection& fields = *message.GetReflection();
    if (type.full_name() == "google.protobuf.Any") {
        const std::string url = fields.GetString(message, type.FindFieldByNumber(1));
        const std::string content = fields.GetString(message, type.FindFieldByNumber(2));
        const std::size_t slash = url.rfind('/');
        const pb::Descriptor* held = slash == std::string::npos ? nullptr : pool_.FindMessageTypeByName(url.substr(slash + 1));
        const auto normal = held ? canonical(*held, content, with_unknown) : std::nullopt;
        if (normal) fields.SetString(&message, type.FindFieldByNumber(2), *normal);
    }
    std::vector<const pb::FieldDescriptor*> set;
    fields.ListFields(message, &set);
    for (const pb::FieldDescriptor* field : set) {
        if (field->message_type() == nullptr) continue;
        const int count = field->is_repeated() ? fields.FieldSize(message, field) : 1;
        for (int i = 0; i < count; ++i) {
            normalize_anys(field->is_repeated() ? *fields.MutableRepeatedMessage(&message, field, i)
                                                : *fields.MutableMessage(&message, field),
                           with_unknown);
        }
    }
}

TextPool::TextPool(const std::string& source) : pool_(pb::DescriptorPool::generated_pool()) {
    add_well_known_files();
    pb::io::ArrayInputStream stream(source.data(), static_cast<int>(source.size()));
    pb::io::Tokenizer tokenizer(&stream, nullptr);
    pb::FileDescriptorProto file;
    pb::compiler::Parser parser;
    const bool is_parsed = parser.Parse(&tokenizer, &file);
    file.set_name("text.proto");
    if (!is_parsed || pool_.BuildFile(file) == nullptr) throw std::runtime_error("the test's own schema does not compile");
}

const pb::Descriptor& TextPool::message(const std::string& name) const {
    const pb::Descriptor* found = pool_.FindMessageTypeByName(name);
    if (found == nullptr) throw std::runtime_error("the test's own schema has no " + name);
    return *found;
}

const TextPool& everyday() {
    static const TextPool kPool(kEveryday);
    return kPool;
}

base::ByteChain shredded(const std::string& bytes, std::mt19937& random) {
    const auto owner = std::make_shared<const std::string>(bytes);
    std::vector<std::string_view> pieces;
    for (std::string_view rest = *owner; !rest.empty();) {
        const std::size_t size = std::min<std::size_t>(rest.size(), random() % 9);
        pieces.push_back(rest.substr(0, size));
        rest.remove_prefix(size);
    }
    return base::ByteChain(std::move(pieces), owner);
}

base::ByteChain cut_at(const std::string& bytes, std::size_t place) {
    const auto owner = std::make_shared<const std::string>(bytes);
    const std::string_view whole = *owner;
    return base::ByteChain({whole.substr(0, place), whole.substr(place)}, owner);
}

}  // namespace octane::wire::test
