// Tests of the frames room: Octane's messages built by protobuf itself from the loaded schemas, field by field name.
#pragma once

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>

#include <cstdint>
#include <memory>
#include <string>

#include "livelink/builtin_schemas.hpp"
#include "schema/schema.hpp"

namespace octane::livelink::tests {

namespace pb = google::protobuf;

inline const schema::Schema& alpha5() {
    return *builtin_schemas().front();
}
inline const schema::Schema& beta2() {
    return *builtin_schemas().back();
}

// A message of a release; a name that the release lacks fails the test.
class Messages {
  public:
    explicit Messages(const schema::Schema& schema) : schema_(schema) {}

    std::unique_ptr<pb::Message> make(const std::string& full_name) {
        const auto* type = schema_.pool().FindMessageTypeByName(full_name);
        REQUIRE_MESSAGE(type != nullptr, full_name);
        return std::unique_ptr<pb::Message>(factory_.GetPrototype(type)->New());
    }

    static const pb::FieldDescriptor* field(const pb::Message& message, const std::string& name) {
        const auto* found = message.GetDescriptor()->FindFieldByName(name);
        REQUIRE_MESSAGE(found != nullptr, name);
        return found;
    }
    static pb::Message& sub(pb::Message& message, const std::string& name) {
        return *message.GetReflection()->MutableMessage(&message, field(message, name));
    }
    static pb::Message& add(pb::Message& message, const std::string& name) {
        return *message.GetReflection()->AddMessage(&message, field(message, name));
    }
    static void set(pb::Message& message, const std::string& name, std::uint64_t value) {
        const auto* at = field(message, name);
        const auto* reflection = message.GetReflection();
        switch (at->cpp_type()) {
            case pb::FieldDescriptor::CPPTYPE_BOOL: reflection->SetBool(&message, at, value != 0); break;
            case pb::FieldDescriptor::CPPTYPE_INT32: reflection->SetInt32(&message, at, static_cast<std::int32_t>(value)); break;
            case pb::FieldDescriptor::CPPTYPE_UINT32:
                reflection->SetUInt32(&message, at, static_cast<std::uint32_t>(value));
                break;
            case pb::FieldDescriptor::CPPTYPE_UINT64: reflection->SetUInt64(&message, at, value); break;
            case pb::FieldDescriptor::CPPTYPE_ENUM: reflection->SetEnumValue(&message, at, static_cast<int>(value)); break;
            default: FAIL("not an integer field: " << name);
        }
    }
    static void set(pb::Message& message, const std::string& name, float value) {
        message.GetReflection()->SetFloat(&message, field(message, name), value);
    }
    static void set(pb::Message& message, const std::string& name, const std::string& value) {
        message.GetReflection()->SetString(&message, field(message, name), value);
    }

  private:
    const schema::Schema& schema_;
    pb::DynamicMessageFactory factory_;
};

// Every field of an ApiRenderImage that the proxy reads, each with a value of its own that depends on `nth`.
inline void fill_image(pb::Message& image, std::uint32_t nth, const std::string& pixels) {
    using M = Messages;
    M::set(image, "type", std::uint64_t{6});
    M::set(image, "colorSpace", std::uint64_t{4});
    M::set(image, "isLinear", std::uint64_t{1});
    M::set(M::sub(image, "size"), "x", std::uint64_t{300 + nth});
    M::set(M::sub(image, "size"), "y", std::uint64_t{200 + nth});
    M::set(image, "pitch", std::uint64_t{320 + nth});
    M::set(M::sub(image, "buffer"), "data", pixels);
    M::set(M::sub(image, "buffer"), "size", std::uint64_t{pixels.size()});
    M::set(image, "renderPassId", std::uint64_t{3 + nth});
    M::set(image, "tonemappedSamplesPerPixel", 1.5F);
    M::set(image, "calculatedSamplesPerPixel", 2.5F);
    M::set(image, "regionSamplesPerPixel", 3.5F);
    M::set(image, "maxSamplesPerPixel", 4.5F);
    M::set(image, "samplesPerSecond", 5.5F);
    M::set(image, "renderTime", 6.5F);
    M::set(M::sub(image, "changeLevel"), "value", std::uint64_t{0xFFFFFFFFFFFFFFF0U + nth});
    M::set(image, "hasPendingUpdates", std::uint64_t{1});
    M::set(image, "subSampling", std::uint64_t{2});
    M::set(image, "hasAlpha", std::uint64_t{1});
    M::set(image, "premultipliedAlphaType", std::uint64_t{2});
    M::set(image, "keepEnvironment", std::uint64_t{1});
    M::set(M::sub(image, "_mPrivate"), "data", "private");
    M::set(M::sub(image, "sharedSurface"), "handle", std::uint64_t{77});
}

}  // namespace octane::livelink::tests
