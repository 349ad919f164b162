#include "schema/name_index.hpp"

#include <google/protobuf/descriptor.h>

namespace octane::schema {
namespace {

void fill_methods(ServiceEntry& entry) {
    const auto& service = *entry.descriptor;
    entry.methods.reserve(static_cast<std::size_t>(service.method_count()));
    for (int i = 0; i < service.method_count(); ++i) {
        const auto* descriptor = service.method(i);
        Method method;
        method.descriptor = descriptor;
        method.request = descriptor->input_type();
        method.response = descriptor->output_type();
        method.path = "/" + service.full_name() + "/" + descriptor->name();
        method.display = entry.short_name + "." + descriptor->name();
        method.is_unary = !descriptor->client_streaming() && !descriptor->server_streaming();
        entry.methods.push_back(std::move(method));
        entry.method_names.add_full(descriptor->name(), entry.methods.back());
    }
}

}  // namespace

std::string_view without_suffix(std::string_view service) {
    constexpr std::string_view kSuffix = "Service";
    const auto simple = service.substr(service.rfind('.') + 1);
    if (simple.size() > kSuffix.size() && simple.ends_with(kSuffix)) service.remove_suffix(kSuffix.size());
    return service;
}

NameIndex::NameIndex(const std::vector<const google::protobuf::ServiceDescriptor*>& services) : entries_(services.size()) {
    for (std::size_t i = 0; i < services.size(); ++i) {
        auto& entry = entries_[i];
        entry.descriptor = services[i];
        const std::string& full = services[i]->full_name();
        const std::string& simple = services[i]->name();
        service_names_.add_full(full, entry);
        service_names_.add_short(std::string(without_suffix(full)), entry);
        service_names_.add_short(simple, entry);
        service_names_.add_short(std::string(without_suffix(simple)), entry);
    }
    for (auto& entry : entries_) {
        const auto brief = without_suffix(entry.descriptor->name());
        entry.short_name = find(brief).found == &entry ? std::string(brief) : entry.descriptor->full_name();
        fill_methods(entry);
    }
}

}  // namespace octane::schema
