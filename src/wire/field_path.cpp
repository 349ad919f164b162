#include "wire/field_path.hpp"

#include <google/protobuf/descriptor.h>

namespace octane::wire {
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

std::vector<std::string_view> split_field_path(std::string_view path) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = path.find_first_of(".[");
        parts.push_back(path.substr(0, end));
        if (end == std::string_view::npos) return parts;
        const bool is_index = path[end] == '[';
        const std::size_t close = is_index ? path.find(']', end) : end;
        if (close == std::string_view::npos) {
            parts.back() = path;
            return parts;
        }
        if (is_index) parts.push_back(path.substr(end + 1, close - end - 1));
        path.remove_prefix(close + 1);
        if (is_index && path.empty()) return parts;
        if (is_index && path.starts_with('.')) path.remove_prefix(1);
    }
}

const FieldDescriptor* find_field(const Descriptor& message, std::string_view name) {
    for (int i = 0; i < message.field_count(); ++i) {
        if (message.field(i)->name() == name || message.field(i)->json_name() == name) return message.field(i);
    }
    return nullptr;
}

}  // namespace octane::wire
