// Stand-in renderer: fields of dynamic messages by name, through protobuf's reflection.
#include "standin/fields.hpp"

#include <stdexcept>

namespace octane::standin {
namespace {

using Cpp = FieldDescriptor;

const FieldDescriptor& must(const Message& message, std::string_view name) {
    const auto* found = field(message, name);
    if (found == nullptr) throw std::logic_error(message.GetDescriptor()->full_name() + " has no field " + std::string(name));
    return *found;
}

[[noreturn]] void wrong_type(const FieldDescriptor& f) {
    throw std::logic_error("field of another type: " + f.full_name());
}

}  // namespace

const FieldDescriptor* field(const Message& message, std::string_view name) {
    return message.GetDescriptor()->FindFieldByName(std::string(name));
}

bool has(const Message& message, std::string_view name) {
    const auto* f = field(message, name);
    return f != nullptr && !f->is_repeated() && message.GetReflection()->HasField(message, f);
}

std::int64_t integer(const Message& message, std::string_view name) {
    const auto* f = field(message, name);
    if (f == nullptr || f->is_repeated()) return 0;
    const auto* r = message.GetReflection();
    switch (f->cpp_type()) {
        case Cpp::CPPTYPE_BOOL: return r->GetBool(message, f) ? 1 : 0;
        case Cpp::CPPTYPE_INT32: return r->GetInt32(message, f);
        case Cpp::CPPTYPE_INT64: return r->GetInt64(message, f);
        case Cpp::CPPTYPE_UINT32: return r->GetUInt32(message, f);
        case Cpp::CPPTYPE_UINT64: return static_cast<std::int64_t>(r->GetUInt64(message, f));
        case Cpp::CPPTYPE_ENUM: return r->GetEnumValue(message, f);
        default: wrong_type(*f);
    }
}

double number(const Message& message, std::string_view name) {
    const auto* f = field(message, name);
    if (f == nullptr || f->is_repeated()) return 0;
    const auto* r = message.GetReflection();
    if (f->cpp_type() == Cpp::CPPTYPE_FLOAT) return r->GetFloat(message, f);
    if (f->cpp_type() == Cpp::CPPTYPE_DOUBLE) return r->GetDouble(message, f);
    return static_cast<double>(integer(message, name));
}

std::string text(const Message& message, std::string_view name) {
    const auto* f = field(message, name);
    if (f == nullptr || f->is_repeated()) return {};
    return message.GetReflection()->GetString(message, f);
}

const Message* part(const Message& message, std::string_view name) {
    return has(message, name) ? &message.GetReflection()->GetMessage(message, field(message, name)) : nullptr;
}

void put_integer(Message& message, std::string_view name, std::int64_t value) {
    const auto& f = must(message, name);
    const auto* r = message.GetReflection();
    switch (f.cpp_type()) {
        case Cpp::CPPTYPE_BOOL: return r->SetBool(&message, &f, value != 0);
        case Cpp::CPPTYPE_INT32: return r->SetInt32(&message, &f, static_cast<std::int32_t>(value));
        case Cpp::CPPTYPE_INT64: return r->SetInt64(&message, &f, value);
        case Cpp::CPPTYPE_UINT32: return r->SetUInt32(&message, &f, static_cast<std::uint32_t>(value));
        case Cpp::CPPTYPE_UINT64: return r->SetUInt64(&message, &f, static_cast<std::uint64_t>(value));
        case Cpp::CPPTYPE_ENUM: return r->SetEnumValue(&message, &f, static_cast<int>(value));
        case Cpp::CPPTYPE_FLOAT:
        case Cpp::CPPTYPE_DOUBLE: return put_number(message, name, static_cast<double>(value));
        default: wrong_type(f);
    }
}

void put_number(Message& message, std::string_view name, double value) {
    const auto& f = must(message, name);
    const auto* r = message.GetReflection();
    if (f.cpp_type() == Cpp::CPPTYPE_FLOAT) return r->SetFloat(&message, &f, static_cast<float>(value));
    if (f.cpp_type() == Cpp::CPPTYPE_DOUBLE) return r->SetDouble(&message, &f, value);
    put_integer(message, name, static_cast<std::int64_t>(value));
}

void put_text(Message& message, std::string_view name, std::string_view value) {
    message.GetReflection()->SetString(&message, &must(message, name), std::string(value));
}

Message& sub(Message& message, std::string_view name) {
    return *message.GetReflection()->MutableMessage(&message, &must(message, name));
}

Message& add(Message& message, std::string_view name) {
    return *message.GetReflection()->AddMessage(&message, &must(message, name));
}

void append_integer(Message& message, std::string_view name, std::int64_t value) {
    const auto& f = must(message, name);
    const auto* r = message.GetReflection();
    switch (f.cpp_type()) {
        case Cpp::CPPTYPE_BOOL: return r->AddBool(&message, &f, value != 0);
        case Cpp::CPPTYPE_INT32: return r->AddInt32(&message, &f, static_cast<std::int32_t>(value));
        case Cpp::CPPTYPE_UINT32: return r->AddUInt32(&message, &f, static_cast<std::uint32_t>(value));
        case Cpp::CPPTYPE_ENUM: return r->AddEnumValue(&message, &f, static_cast<int>(value));
        default: wrong_type(f);
    }
}

void append_number(Message& message, std::string_view name, double value) {
    const auto& f = must(message, name);
    const auto* r = message.GetReflection();
    if (f.cpp_type() == Cpp::CPPTYPE_FLOAT) return r->AddFloat(&message, &f, static_cast<float>(value));
    r->AddDouble(&message, &f, value);
}

void append_text(Message& message, std::string_view name, std::string_view value) {
    message.GetReflection()->AddString(&message, &must(message, name), std::string(value));
}

}  // namespace octane::standin
