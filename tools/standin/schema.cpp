// Stand-in renderer: loads the descriptor set that the build embedded for a release.
#include "standin/schema.hpp"

#include <stdexcept>

namespace octane::standin {

std::string_view descriptor_set_alpha5();
std::string_view descriptor_set_beta2();

namespace {

// What 2026.2 is known to have renamed: item_ref in requests, under the same number.
void rename_item_ref(google::protobuf::DescriptorProto& message) {
    for (auto& inner : *message.mutable_nested_type()) rename_item_ref(inner);
    for (auto& field : *message.mutable_field()) {
        if (field.name() != "item_ref") continue;
        field.set_name("objectPtr");
        field.clear_json_name();
    }
}

}  // namespace

Schema::Schema(Release release) : release_(release), factory_(&pool_) {
    const std::string_view bytes = release == Release::alpha5 ? descriptor_set_alpha5() : descriptor_set_beta2();
    if (!files_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        throw std::runtime_error("the embedded descriptor set cannot be read");
    if (release == Release::v2026_2)
        for (auto& file : *files_.mutable_file())
            for (auto& message : *file.mutable_message_type()) rename_item_ref(message);
    for (const auto& file : files_.file())
        if (pool_.BuildFile(file) == nullptr) throw std::runtime_error("the embedded schema does not load: " + file.name());
    factory_.SetDelegateToGeneratedFactory(false);
}

std::unique_ptr<Message> Schema::message(std::string_view full_name) const {
    const auto* type = pool_.FindMessageTypeByName(std::string(full_name));
    if (type == nullptr) throw std::logic_error("no such message in this release: " + std::string(full_name));
    return message(*type);
}

std::unique_ptr<Message> Schema::message(const google::protobuf::Descriptor& type) const {
    return std::unique_ptr<Message>(factory_.GetPrototype(&type)->New());
}

const google::protobuf::EnumDescriptor& Schema::enumeration(std::string_view name) const {
    const auto* type = pool_.FindEnumTypeByName("octaneapi." + std::string(name));
    if (type == nullptr) throw std::logic_error("no such enum in this release: " + std::string(name));
    return *type;
}

int Schema::number(std::string_view enum_name, std::string_view value_name) const {
    const auto* value = enumeration(enum_name).FindValueByName(std::string(value_name));
    return value == nullptr ? -1 : value->number();
}

std::string Schema::name(std::string_view enum_name, int value) const {
    const auto* found = enumeration(enum_name).FindValueByNumber(value);
    return found == nullptr ? std::string() : found->name();
}

}  // namespace octane::standin
